package db_test

import (
	"slices"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// seen is a link's state as each way of reading it tells.
func (w *fixture) seen(link db.Link, session string) map[string]db.LinkStatus {
	w.Helper()
	byCode, err := w.db.LinkByCode(w.Context(), link.ClaimCode)
	w.must(err)
	all, _, err := w.db.Links(w.Context(), db.LinkFilter{OrganizationID: w.org, Limit: 10})
	w.must(err)
	seen := map[string]db.LinkStatus{"Link": w.reload(link).Status, "LinkByCode": byCode.Status, "Links": all[0].Status}
	for _, status := range db.LinkStatuses() {
		some, _, err := w.db.Links(w.Context(), db.LinkFilter{OrganizationID: w.org, Status: status, Limit: 10})
		w.must(err)
		if len(some) > 0 {
			seen["Links of a status"] = status
			expect(w.T, "status in its own filter", some[0].Status, status)
		}
	}
	if session != "" {
		_, bySession, err := w.db.Session(w.Context(), session)
		w.must(err)
		seen["Session"] = bySession.Status
	}
	return seen
}

func TestExpiry_IsExactToTheMillisecondInEveryRead(t *testing.T) {
	shared := newFixture(t)
	for _, from := range []db.LinkStatus{db.LinkPending, db.LinkActive, db.LinkFailed} {
		t.Run(string(from), func(t *testing.T) {
			w := shared.withT(t)
			w.org = dbtest.Organization(t, w.db, "shop of "+string(from)).ID
			link, _ := w.linkAt(from, lasting(time.Second))
			session := w.reload(link).CurrentSessionID
			w.clock.Advance(time.Second - time.Millisecond)
			for how, status := range w.seen(link, session) {
				expect(t, how+" a millisecond before", status, from)
			}
			w.clock.Advance(time.Millisecond)
			for how, status := range w.seen(link, session) {
				expect(t, how+" at the time", status, db.LinkExpired)
			}
		})
	}
}

func TestExpiry_SparesACompleteLink(t *testing.T) {
	w := newFixture(t)
	link, lease := w.linkAt(db.LinkComplete, lasting(time.Second))
	w.clock.Advance(time.Hour)
	for how, status := range w.seen(link, lease.SessionID) {
		expect(t, how, status, db.LinkComplete)
	}
}

func TestExpiry_RefusesAClaim(t *testing.T) {
	shared := newFixture(t)
	for _, from := range []db.LinkStatus{db.LinkPending, db.LinkFailed} {
		t.Run(string(from), func(t *testing.T) {
			w := shared.withT(t)
			claim := func(link db.Link) error {
				_, err := w.db.ClaimLink(t.Context(), dbtest.NewClaim(link.ClaimCode, node))
				return err
			}
			early, _ := w.linkAt(from, lasting(time.Second))
			late, _ := w.linkAt(from, lasting(time.Second))
			w.clock.Advance(time.Second - time.Millisecond)
			w.must(claim(early))
			w.clock.Advance(time.Millisecond)
			w.changesNothing(db.ErrExpired, func() error { return claim(late) })
			w.changesNothing(db.ErrExpired, func() error { return w.db.CancelLink(t.Context(), w.org, late.ID) })
		})
	}
}

func TestExpiry_RefusesSubmissionAndCompletion(t *testing.T) {
	w := newFixture(t)
	link := w.link(lasting(time.Second))
	submits := w.run(link)
	w.must(w.db.StartOperation(t.Context(), submits, 0))
	finished, completes := w.linkAt(db.LinkActive, lasting(time.Second))

	w.clock.Advance(time.Second - time.Millisecond)
	w.must(w.db.SubmitOperation(t.Context(), submits, 0))
	w.clock.Advance(time.Millisecond)
	w.changesNothing(db.ErrStale, func() error { return w.db.SubmitOperation(t.Context(), submits, 0) })
	w.changesNothing(db.ErrStale, func() error { return w.db.CompleteSession(t.Context(), completes, result()) })

	// What the site did before is still written down, and the end says both.
	w.must(w.db.CompleteOperation(t.Context(), submits, 0, nil))
	w.must(w.db.FailSession(t.Context(), submits, failure("LINK_EXPIRED")))
	if got := w.operations(submits.SessionID); !slices.Equal(got, []db.OperationStatus{db.OperationComplete, db.OperationPending}) {
		t.Errorf("operations: %v", got)
	}
	expect(t, "link", w.reload(link).Status, db.LinkExpired)
	expect(t, "finished link", w.reload(finished).Status, db.LinkExpired)
}

func TestExpireLinks_GivesAnActiveLinkTheGracePeriod(t *testing.T) {
	w := newFixture(t)
	link, lease := w.linkAt(db.LinkActive, lasting(time.Second))
	for _, step := range []struct {
		until time.Duration // from the claim
		want  int
	}{{time.Second, 0}, {31*time.Second - time.Millisecond, 0}, {31 * time.Second, 1}} {
		w.clock.Advance(step.until - time.Duration(w.db.Now()-link.CreatedAt)*time.Millisecond)
		got, err := w.db.ExpireLinks(t.Context())
		w.must(err)
		expect(t, "expired after "+step.until.String(), got, step.want)
	}
	expect(t, "session", code(w.session(lease.SessionID).Error), "LINK_EXPIRED")
}

func TestExpireLinks_TakesSeveralBatches(t *testing.T) {
	w := newFixture(t)
	for range 130 {
		w.link(lasting(time.Second))
	}
	w.clock.Advance(time.Second)
	got, err := w.db.ExpireLinks(t.Context())
	w.must(err)
	expect(t, "expired", got, 130)
}

func TestExpireLinks_PassesADamagedLink(t *testing.T) {
	w := newFixture(t)
	damaged, lost := w.linkAt(db.LinkActive)
	sound, orphan := w.linkAt(db.LinkActive)
	_, err := w.raw.ExecContext(t.Context(), `UPDATE links SET claim_code = x'00' WHERE id = $1`, damaged.ID)
	w.must(err)
	w.clock.Advance(db.LeaseDuration)
	got, err := w.db.FailLost(t.Context())
	if err == nil {
		t.Error("the damaged link is not reported")
	}
	expect(t, "failed", got, 1)
	expect(t, "sound link", w.reload(sound).Status, db.LinkFailed)
	expect(t, "sound session", w.session(orphan.SessionID).Status, db.SessionFailed)
	var status string
	w.must(w.raw.QueryRowContext(t.Context(), `SELECT status FROM link_sessions WHERE id = $1`, lost.SessionID).Scan(&status))
	expect(t, "session of the damaged link", status, "running")
}
