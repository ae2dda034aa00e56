package db_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"passage/db"
)

func TestFollow_LetsASlowFollowerSeeTheLatest(t *testing.T) {
	w := newFixture(t)
	ctx, end := context.WithCancelCause(t.Context())
	looking, look := make(chan struct{}), make(chan struct{})
	seen := make(chan db.LinkStatus, 10)
	link := w.link()
	followed := make(chan error)
	go func() {
		followed <- w.db.Follow(ctx, link.ID, func(ctx context.Context) (time.Duration, error) {
			looking <- struct{}{}
			<-look
			now, err := w.db.LinkByCode(ctx, link.ClaimCode)
			seen <- now.Status
			return time.Hour, err
		})
	}()
	<-looking
	look <- struct{}{}
	<-seen
	claimed := w.claim(link)
	<-looking // and all that follows, while it does so
	w.must(w.db.FailSession(t.Context(), claimed.Session.Lease(), db.Failure{Code: "SITE_CHANGED"}))
	why := errors.New("the server stops")
	end(why)
	look <- struct{}{}
	<-seen
	<-looking // once more, for what was changed before the end
	look <- struct{}{}
	expect(t, "seen at last", <-seen, db.LinkFailed)
	if err := <-followed; !errors.Is(err, why) {
		t.Errorf("it ends with %v", err)
	}
}
