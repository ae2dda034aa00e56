package db_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"passage/db"
	"passage/db/dbtest"
)

// failTimes claims a link and has its session fail, again and again.
func (w *fixture) failTimes(link db.Link, times int) {
	w.Helper()
	for range times {
		claimed := w.claim(link)
		w.must(w.db.FailSession(w.Context(), claimed.Session.Lease(), failure("USER_CANCELLED")))
	}
}

func TestClaimLink_AllowsTenAttempts(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	w.failTimes(link, db.MaxAttempts-1)
	now := w.reload(link)
	expect(t, "exhausted after nine", now.AttemptsExhausted(), false)
	expect(t, "final after nine", w.events(link)[db.MaxAttempts-2].Final, false)
	w.failTimes(link, 1)
	now = w.reload(link)
	expect(t, "exhausted after ten", now.AttemptsExhausted(), true)
	expect(t, "final after ten", w.events(link)[db.MaxAttempts-1].Final, true)
	w.changesNothing(db.ErrAttemptsExhausted, func() error {
		_, err := w.db.ClaimLink(t.Context(), dbtest.NewClaim(link.ClaimCode, node))
		return err
	})
	w.pastTime(link)
	_, err := w.db.ClaimLink(t.Context(), dbtest.NewClaim(link.ClaimCode, node))
	w.want(err, db.ErrExpired)
}

func TestClaimLink_LetsTheTenthAttemptSucceed(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	w.failTimes(link, db.MaxAttempts-1)
	dbtest.Finish(t, w.db, w.run(link), `{}`)
	expect(t, "link", w.reload(link).Status, db.LinkComplete)
}

func TestClaimLink_HoldsTheAttemptLimitUnderConcurrency(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	w.failTimes(link, db.MaxAttempts-1)
	var won atomic.Int32
	var claims sync.WaitGroup
	for range 20 { // whoever wins lets go at once, so that the others find the link failed again
		claims.Go(func() {
			claimed, err := w.db.ClaimLink(t.Context(), dbtest.NewClaim(link.ClaimCode, node))
			if err == nil {
				won.Add(1)
				err = w.db.FailSession(t.Context(), claimed.Session.Lease(), failure("USER_CANCELLED"))
			}
			if err != nil && !errors.Is(err, db.ErrAttemptsExhausted) && !errors.Is(err, db.ErrActive) {
				t.Errorf("a claim ended otherwise: %v", err)
			}
		})
	}
	claims.Wait()
	expect(t, "winners", won.Load(), 1)
}

func TestClaimLink_CountsAttemptsAnewAfterASuccess(t *testing.T) {
	w := newFixture(t)
	link := w.link(reusable)
	for range 2 {
		w.failTimes(link, db.MaxAttempts-1)
		dbtest.Finish(t, w.db, w.run(link), `{}`)
	}
	expect(t, "attempts", w.reload(link).Attempts, 2*db.MaxAttempts)
	w.failTimes(link, db.MaxAttempts)
	_, err := w.db.ClaimLink(t.Context(), dbtest.NewClaim(link.ClaimCode, node))
	w.want(err, db.ErrAttemptsExhausted)
}
