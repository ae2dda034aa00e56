package api_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"passage/db"
	"passage/db/dbtest"
)

// exceedQuotas returns the replies to a link and to a claim that are one too many.
func exceedQuotas(t *testing.T) (link, claim reply) {
	t.Helper()
	s := newServer(t)
	set := func(quota db.Quota) {
		t.Helper()
		if err := s.db.SetQuota(t.Context(), s.org.ID, quota, "ada"); err != nil {
			t.Fatal(err)
		}
	}
	set(db.Quota{LinksPerDay: 1})
	s.post("/v1/links", simple).object(http.StatusCreated)
	link = s.post("/v1/links", simple)

	set(db.Quota{SessionsAtOnce: 1})
	claimNew := func() reply {
		created := dbtest.NewLink(s.org.ID)
		created.IntegrationID = "shop"
		return s.post("/link/claim", fmt.Sprintf(`{"code":%q}`, dbtest.Link(t, s.db, created).ClaimCode))
	}
	claimNew().object(http.StatusOK)
	return link, claimNew()
}

func TestQuota_IsA429WithItsWait(t *testing.T) {
	t.Parallel()
	link, claim := exceedQuotas(t)
	for _, exceeded := range []struct {
		reply reply
		most  int // seconds
	}{{link, 24 * 60 * 60}, {claim, 60}} {
		exceeded.reply.wantError(http.StatusTooManyRequests, "quota_exceeded")
		if wait, err := strconv.Atoi(exceeded.reply.header.Get("Retry-After")); err != nil || wait < 1 || wait > exceeded.most {
			t.Errorf("Retry-After is %q", exceeded.reply.header.Get("Retry-After"))
		}
	}
}
