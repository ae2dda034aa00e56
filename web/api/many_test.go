package api_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"passage/db"
	"passage/db/dbtest"
)

var manyLinks = flag.Int("links", 500, "how many links are listed while more arrive")

// Each link that was there when the listing began is listed once, and no link
// twice, whatever is created meanwhile. For more of them:
// go test ./web/api -run TestNoLinkIsMissed -links 10000.
func TestListLinks_MissesNoneWhileMoreAreCreated(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	listed := map[string]int{} // 0: is there, and not listed yet
	for n := range *manyLinks {
		created := db.NewLink{OrganizationID: s.org.ID, IntegrationID: "shop", Lifetime: time.Hour,
			Operations: []db.NewOperation{{Resource: "paymentMethod", Action: "read"}}}
		listed[dbtest.Link(t, s.db, created).ID] = 0
		if n%7 == 0 { // most share their time with others
			s.clock.Advance(time.Millisecond)
		}
	}
	var done atomic.Bool
	arriving, ctx := errgroup.WithContext(t.Context())
	started := make(chan struct{})
	arriving.Go(func() error {
		for n := 0; !done.Load() || n == 0; n++ {
			r := drawn{method: http.MethodPost, path: "/v1/links", body: simple, headers: []string{"Authorization", "Bearer " + s.key}}
			if _, err := s.send(ctx, r); err != nil {
				return err
			}
			if n == 0 {
				close(started)
			}
			s.clock.Advance(time.Millisecond)
		}
		return nil
	})
	<-started
	for cursor := ""; ; {
		r := drawn{method: http.MethodGet, path: "/v1/links", query: "limit=50&cursor=" + cursor, headers: []string{"Authorization", "Bearer " + s.key}}
		got, err := s.send(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Links      []struct{ ID string }
			NextCursor string
		}
		if err := json.Unmarshal(got.body, &page); err != nil || got.status != http.StatusOK {
			t.Fatalf("%d %v", got.status, err)
		}
		for _, link := range page.Links {
			listed[link.ID]++
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	done.Store(true)
	if err := arriving.Wait(); err != nil {
		t.Fatal(err)
	}
	for id, times := range listed {
		if times != 1 {
			t.Errorf("%s is listed %d times", id, times)
		}
	}
}
