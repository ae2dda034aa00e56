package db_test

import (
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// linkAt creates a link and brings it to a state. The lease is that of its last
// session; without one, of a session that never was.
func (w *fixture) linkAt(to db.LinkStatus, changes ...func(*db.NewLink)) (db.Link, db.Lease) {
	w.Helper()
	link := w.link(changes...)
	lease := db.Lease{SessionID: "sess_none", LinkID: link.ID, Node: node, Epoch: 1}
	switch to {
	case db.LinkActive:
		lease = w.run(link)
		for position := range 2 {
			w.must(w.db.StartOperation(w.Context(), lease, position))
			w.must(w.db.CompleteOperation(w.Context(), lease, position, nil))
		}
	case db.LinkComplete:
		lease = w.run(link)
		dbtest.Finish(w.T, w.db, lease, `{}`)
	case db.LinkFailed:
		lease = w.run(link)
		w.must(w.db.FailSession(w.Context(), lease, failure("SITE_CHANGED")))
	case db.LinkExpired:
		w.must(w.db.CancelLink(w.Context(), w.org, link.ID))
	}
	expect(w.T, "prepared state", w.reload(link).Status, to)
	return link, lease
}

// linkTransition is what may happen to a link. Per state it gives the state that
// follows, or the error with which it is refused.
type linkTransition struct {
	name    string
	to      map[db.LinkStatus]db.LinkStatus
	refused map[db.LinkStatus]error
	call    func(*fixture, db.Link, db.Lease) error
}

func linkTransitions() []linkTransition {
	const pending, active, complete, failed, expired = db.LinkPending, db.LinkActive, db.LinkComplete, db.LinkFailed, db.LinkExpired
	stay := map[db.LinkStatus]db.LinkStatus{pending: pending, active: active, complete: complete, failed: failed, expired: expired}
	return []linkTransition{
		{"ClaimLink", map[db.LinkStatus]db.LinkStatus{pending: active, failed: active},
			map[db.LinkStatus]error{active: db.ErrActive, complete: db.ErrComplete, expired: db.ErrExpired},
			func(w *fixture, link db.Link, _ db.Lease) error {
				_, err := w.db.ClaimLink(w.Context(), dbtest.NewClaim(link.ClaimCode, node))
				return err
			}},
		{"CompleteSession", map[db.LinkStatus]db.LinkStatus{active: complete},
			map[db.LinkStatus]error{pending: db.ErrStale, complete: db.ErrStale, failed: db.ErrStale, expired: db.ErrStale},
			func(w *fixture, _ db.Link, lease db.Lease) error {
				return w.db.CompleteSession(w.Context(), lease, result())
			}},
		{"FailSession", map[db.LinkStatus]db.LinkStatus{active: failed},
			map[db.LinkStatus]error{pending: db.ErrStale, complete: db.ErrStale, failed: db.ErrStale, expired: db.ErrStale},
			func(w *fixture, _ db.Link, lease db.Lease) error {
				return w.db.FailSession(w.Context(), lease, failure("SITE_CHANGED"))
			}},
		{"CancelLink", map[db.LinkStatus]db.LinkStatus{pending: expired, active: expired, failed: expired},
			map[db.LinkStatus]error{complete: db.ErrComplete, expired: db.ErrExpired},
			func(w *fixture, link db.Link, _ db.Lease) error { return w.db.CancelLink(w.Context(), w.org, link.ID) }},
		{"FailLost", map[db.LinkStatus]db.LinkStatus{pending: pending, active: failed, complete: complete, failed: failed, expired: expired}, nil,
			func(w *fixture, _ db.Link, _ db.Lease) error {
				w.clock.Advance(db.LeaseDuration)
				_, err := w.db.FailLost(w.Context())
				return err
			}},
		{"FailOrphans", map[db.LinkStatus]db.LinkStatus{pending: pending, active: failed, complete: complete, failed: failed, expired: expired}, nil,
			func(w *fixture, _ db.Link, _ db.Lease) error {
				_, err := w.db.FailOrphans(w.Context(), "boot_next")
				return err
			}},
		{"ExpireLinks before the time", stay, nil, func(w *fixture, _ db.Link, _ db.Lease) error {
			_, err := w.db.ExpireLinks(w.Context())
			return err
		}},
		{"ExpireLinks after the time", map[db.LinkStatus]db.LinkStatus{
			pending: expired, active: expired, complete: complete, failed: expired, expired: expired}, nil,
			func(w *fixture, _ db.Link, _ db.Lease) error {
				w.clock.Advance(5 * time.Hour)
				_, err := w.db.ExpireLinks(w.Context())
				return err
			}},
	}
}

func TestLinkStates_AllowTheirTransitionsOnly(t *testing.T) {
	t.Parallel()
	for _, move := range linkTransitions() {
		t.Run(move.name, func(t *testing.T) {
			w := newFixture(t)
			for _, from := range db.LinkStatuses() {
				link, lease := w.linkAt(from)
				if refusal, refused := move.refused[from]; refused {
					w.changesNothing(refusal, func() error { return move.call(w, link, lease) })
					continue
				}
				if err := move.call(w, link, lease); err != nil {
					t.Fatalf("from %s: %v", from, err)
				}
				expect(t, "state after "+string(from), w.reload(link).Status, move.to[from])
				expect(t, "row's state after "+string(from), w.storedStatus(link), move.to[from])
			}
		})
	}
}

// storedStatus is what the row itself says, without the clock.
func (w *fixture) storedStatus(link db.Link) (status db.LinkStatus) {
	w.Helper()
	w.must(w.raw.QueryRowContext(w.Context(), `SELECT status FROM links WHERE id = $1`, link.ID).Scan(&status))
	return status
}

func TestSchema_RefusesUnknownStates(t *testing.T) {
	w := newFixture(t)
	link, _ := w.linkAt(db.LinkActive)
	for _, update := range []string{
		`UPDATE links SET status = 'done' WHERE id = $1`,
		`UPDATE link_sessions SET status = 'done' WHERE link_id = $1`,
		`UPDATE link_operations SET action = 'delete' WHERE link_id = $1`,
	} {
		if _, err := w.raw.ExecContext(t.Context(), update, link.ID); err == nil {
			t.Errorf("%s was accepted", update)
		}
	}
}

func TestReusableLink_IsClaimedAgainUntilItExpires(t *testing.T) {
	w := newFixture(t)
	link, first := w.linkAt(db.LinkComplete, reusable)
	second := w.run(w.reload(link))
	now := w.reload(link)
	expect(t, "status", now.Status, db.LinkActive)
	if now.Error != nil || now.CompletedAt != nil {
		t.Errorf("a claimed link keeps its old end: %+v", now)
	}
	if got, err := w.db.Result(&now); err != nil || got != nil {
		t.Errorf("a claimed link keeps its old result: %s, %v", got, err)
	}
	expect(t, "attempts", now.Attempts, 2)
	expect(t, "first session", w.session(first.SessionID).Status, db.SessionComplete)
	dbtest.Finish(t, w.db, second, `{"again":true}`)

	w.clock.Advance(4 * time.Hour)
	_, err := w.db.ExpireLinks(t.Context())
	w.must(err)
	after := w.reload(link)
	expect(t, "status after the time", after.Status, db.LinkComplete)
	expect(t, "claimable after the time", after.Claimable(), false)
	w.changesNothing(db.ErrComplete, func() error {
		_, err := w.db.ClaimLink(t.Context(), dbtest.NewClaim(link.ClaimCode, node))
		return err
	})
}
