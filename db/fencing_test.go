package db_test

import (
	"slices"
	"testing"
	"time"

	"passage/automation/event"
	"passage/db"
	"passage/db/dbtest"
)

// writes are all that a runner can do to its session. The stage they are tried
// on is one where each would succeed or fail for the lease alone.
func writes(conn *db.DB, w *fixture, lease db.Lease, prompt string) map[string]func() error {
	ctx := w.Context()
	question := db.NewPrompt{Kind: "text", Question: []byte(`{}`)}
	return map[string]func() error{
		"StartSession": func() error { return conn.StartSession(ctx, lease, prompt) },
		"RunSession":   func() error { return conn.RunSession(ctx, lease) },
		"OpenPrompt": func() error {
			_, err := conn.OpenPrompt(ctx, lease, question)
			return err
		},
		"ClosePrompt":       func() error { return conn.ClosePrompt(ctx, lease, prompt, db.PromptAnswered) },
		"StartOperation":    func() error { return conn.StartOperation(ctx, lease, 1) },
		"SubmitOperation":   func() error { return conn.SubmitOperation(ctx, lease, 0) },
		"CompleteOperation": func() error { return conn.CompleteOperation(ctx, lease, 0, nil) },
		"ReserveLogIn":      func() error { return conn.ReserveLogIn(ctx, lease, logIn("ada")) },
		"RefuseLogIn": func() error {
			_, err := conn.RefuseLogIn(ctx, lease, carrier)
			return err
		},
		"AcceptLogIn":    func() error { return conn.AcceptLogIn(ctx, lease) },
		"CompleteLogIn":  func() error { return conn.CompleteLogIn(ctx, lease) },
		"CompleteWrite":  func() error { return conn.CompleteWrite(ctx, lease, 0, nil, result()) },
		"ReuseOperation": func() error { return conn.ReuseOperation(ctx, lease, 1, 1) },
		"NameAccount":    func() error { return conn.SetAccount(ctx, lease, "account") },
		"NoteOperation":  func() error { return conn.NoteOperation(ctx, lease, 0, db.Note{Key: "k"}) },
		"AppendEvents": func() error {
			_, err := conn.AppendEvents(ctx, lease, []db.NewEvent{{Kind: event.StepTaken}})
			return err
		},
		"KeepScreenshot":  func() error { return conn.SaveScreenshot(ctx, lease, "image/png", []byte("p")) },
		"CompleteSession": func() error { return conn.CompleteSession(ctx, lease, result()) },
		"FailSession":     func() error { return conn.FailSession(ctx, lease, failure("SITE_CHANGED")) },
	}
}

func (w *fixture) allStale(conn *db.DB, lease db.Lease) {
	w.Helper()
	for name, write := range writes(conn, w, lease, "prm_none") {
		w.Run(name, func(t *testing.T) { w.withT(t).changesNothing(db.ErrStale, write) })
	}
}

func TestLease_OfAnotherNodeOrEpochChangesNothing(t *testing.T) {
	w := newFixture(t)
	lease := w.run(w.link())
	w.must(w.db.StartOperation(t.Context(), lease, 0))
	for name, change := range map[string]func(*db.Lease){
		"owner":         func(l *db.Lease) { l.Node = "boot_other" },
		"earlier epoch": func(l *db.Lease) { l.Epoch-- },
		"later epoch":   func(l *db.Lease) { l.Epoch++ },
		"session":       func(l *db.Lease) { l.SessionID = "sess_other" },
	} {
		t.Run(name, func(t *testing.T) {
			other := lease
			change(&other)
			w.withT(t).allStale(w.db, other)
		})
	}
}

func TestLease_StaysLostOnceExpired(t *testing.T) {
	w := newFixture(t)
	lease := w.run(w.link())
	w.must(w.db.StartOperation(t.Context(), lease, 0))
	w.clock.Advance(db.LeaseDuration - time.Millisecond)
	_, err := w.db.AppendEvents(t.Context(), lease, []db.NewEvent{{Kind: event.StepTaken}})
	w.must(err)
	w.clock.Advance(time.Millisecond)
	w.allStale(w.db, lease)
	w.must(w.db.RenewLeases(t.Context(), node))
	w.allStale(w.db, lease)
}

func TestLease_HoldsWhenRenewed(t *testing.T) {
	w := newFixture(t)
	lease := w.run(w.link())
	other := dbtest.Claim(t, w.db, w.link(), "boot_other")
	for range 10 {
		w.clock.Advance(db.RenewInterval)
		w.must(w.db.RenewLeases(t.Context(), node))
	}
	lost, err := w.db.FailLost(t.Context())
	w.must(err)
	expect(t, "lost", lost, 1)
	expect(t, "renewed", w.session(lease.SessionID).Status, db.SessionRunning)
	expect(t, "not renewed", code(w.session(other.Session.ID).Error), "WORKER_LOST")
}

// A process that was frozen has an old clock and believes that its lease holds.
func TestLease_OfAFrozenProcessChangesNothing(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	stopped := w.clock.Now()
	frozen := dbtest.OpenFolder(t, w.folder, func() time.Time { return stopped })
	claimed := dbtest.Claim(t, frozen, link, "boot_frozen")
	lease := dbtest.Run(t, frozen, claimed)
	w.must(frozen.StartOperation(t.Context(), lease, 0))

	w.clock.Advance(30 * time.Second)
	lost, err := w.db.FailLost(t.Context())
	w.must(err)
	expect(t, "lost", lost, 1)
	w.allStale(frozen, lease)

	second := w.run(link) // and a new attempt is out of its reach as well
	w.must(w.db.StartOperation(t.Context(), second, 0))
	w.allStale(frozen, lease)
	mixed := lease
	mixed.SessionID = second.SessionID
	w.allStale(frozen, mixed)
	w.must(frozen.RenewLeases(t.Context(), "boot_frozen"))
	dbtest.Finish(t, w.db, second, `{}`)
	expect(t, "link", w.reload(link).Status, db.LinkComplete)
	sessions, err := w.db.SessionsOf(t.Context(), link.ID)
	w.must(err)
	expect(t, "first attempt", code(sessions[0].Error), "WORKER_LOST")
}

func TestFailOrphans_FreesTheLinksAtStart(t *testing.T) {
	w := newFixture(t)
	var orphans []db.Link
	for _, from := range open {
		s := w.sessionAt(from, nothingStarted)
		_, link, err := w.db.Session(t.Context(), s.lease.SessionID)
		w.must(err)
		orphans = append(orphans, link)
	}
	ours := dbtest.Claim(t, w.db, w.link(), "boot_next")
	failed, err := w.db.FailOrphans(t.Context(), "boot_next")
	w.must(err)
	expect(t, "failed", failed, len(open))
	expect(t, "our session", w.session(ours.Session.ID).Status, db.SessionCreated)
	for _, link := range orphans {
		expect(t, "link", w.reload(link).Status, db.LinkFailed)
		expect(t, "error", code(w.reload(link).Error), "WORKER_LOST")
		expect(t, "second attempt", w.claim(link).Session.Attempt, 2)
	}
	failed, err = w.db.FailOrphans(t.Context(), "boot_next")
	w.must(err)
	expect(t, "failed of the second attempts", failed, len(open))
}

// enders are the ways in which a session ends that do not come from the site.
func enders() map[string]func(w *fixture, link db.Link, lease db.Lease) error {
	return map[string]func(w *fixture, link db.Link, lease db.Lease) error{
		"expiry, by the sweep": func(w *fixture, _ db.Link, _ db.Lease) error {
			w.clock.Advance(time.Hour)
			_, err := w.db.ExpireLinks(w.Context())
			return err
		},
		"expiry, by the runner": func(w *fixture, link db.Link, lease db.Lease) error {
			w.pastTime(link)
			return w.db.FailSession(w.Context(), lease, failure("LINK_EXPIRED"))
		},
		"the merchant's cancel": func(w *fixture, link db.Link, _ db.Lease) error {
			return w.db.CancelLink(w.Context(), w.org, link.ID)
		},
		"the user's cancel": func(w *fixture, _ db.Link, lease db.Lease) error {
			return w.db.FailSession(w.Context(), lease, failure("USER_CANCELLED"))
		},
		"lost lease": func(w *fixture, _ db.Link, _ db.Lease) error {
			w.clock.Advance(db.LeaseDuration)
			_, err := w.db.FailLost(w.Context())
			return err
		},
		"stop": func(w *fixture, _ db.Link, lease db.Lease) error {
			return w.db.FailSession(w.Context(), lease, failure("WORKER_LOST"))
		},
		"start of another process": func(w *fixture, _ db.Link, _ db.Lease) error {
			_, err := w.db.FailOrphans(w.Context(), "boot_next")
			return err
		},
		"a fault of the script": func(w *fixture, _ db.Link, lease db.Lease) error {
			return w.db.FailSession(w.Context(), lease, failure("SITE_CHANGED"))
		},
	}
}

func TestSubmittedOperation_EndsAsUnknownHoweverTheSessionEnds(t *testing.T) {
	shared := newFixture(t)
	for name, end := range enders() {
		t.Run(name, func(t *testing.T) {
			w := shared.withT(t)
			link := w.link(lasting(time.Minute))
			lease := w.run(link)
			dbtest.Submit(t, w.db, lease)
			before, err := w.db.Submitted(t.Context(), link.ID)
			w.must(err)
			expect(t, "submitted by earlier sessions", len(before), 0)
			w.must(end(w, link, lease))
			if got := w.operations(lease.SessionID); !slices.Equal(got, []db.OperationStatus{db.OperationComplete, db.OperationUnknown}) {
				t.Errorf("operations: %v", got)
			}
			session := w.session(lease.SessionID)
			expect(t, "session", code(session.Error), "OPERATION_UNKNOWN")
			if session.Error.Operation == nil || *session.Error.Operation != 1 {
				t.Errorf("the error names another operation: %+v", session.Error)
			}
			expect(t, "link", code(w.reload(link).Error), "OPERATION_UNKNOWN")
			submitted, err := w.db.Submitted(t.Context(), link.ID)
			w.must(err)
			expect(t, "submitted", submitted[1], true)
			expect(t, "read is submitted", submitted[0], false)
		})
	}
}

func TestSubmittedOperation_FailsWhenTheSiteRefusesIt(t *testing.T) {
	shared := newFixture(t)
	for name, late := range map[string]bool{"in time": false, "after the link's time": true} {
		t.Run(name, func(t *testing.T) {
			w := shared.withT(t)
			link := w.link(lasting(time.Minute))
			lease := w.run(link)
			dbtest.Submit(t, w.db, lease)
			want, status := "OPERATION_REJECTED", db.LinkFailed
			if late {
				w.pastTime(link)
				want, status = "LINK_EXPIRED", db.LinkExpired
			}
			w.must(w.db.FailSession(t.Context(), lease, failure("OPERATION_REJECTED")))
			if got := w.operations(lease.SessionID); !slices.Equal(got, []db.OperationStatus{db.OperationComplete, db.OperationFailed}) {
				t.Errorf("operations: %v", got)
			}
			expect(t, "session", code(w.session(lease.SessionID).Error), want)
			expect(t, "link", w.reload(link).Status, status)
			submitted, err := w.db.Submitted(t.Context(), link.ID)
			w.must(err)
			expect(t, "submitted", len(submitted), 0)
		})
	}
}

func TestConfirmedOperation_StaysCompleteWhenTheSessionFails(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	lease := w.run(link)
	dbtest.Submit(t, w.db, lease)
	w.must(w.db.CompleteOperation(t.Context(), lease, 1, nil))
	w.must(w.db.FailSession(t.Context(), lease, failure("USER_CANCELLED")))
	expect(t, "session", code(w.session(lease.SessionID).Error), "USER_CANCELLED")
	submitted, err := w.db.Submitted(t.Context(), link.ID)
	w.must(err)
	expect(t, "a later attempt must look first", submitted[1], true)
}

func TestNoteOperation_NeedsARunningOperation(t *testing.T) {
	w := newFixture(t)
	lease := w.run(w.link())
	note := db.Note{Key: "opening_bills"}
	w.changesNothing(db.ErrStale, func() error { return w.db.NoteOperation(t.Context(), lease, 0, note) })
	w.must(w.db.StartOperation(t.Context(), lease, 0))
	w.must(w.db.NoteOperation(t.Context(), lease, 0, note))
	w.changesNothing(db.ErrStale, func() error { return w.db.NoteOperation(t.Context(), lease, 1, note) })
	w.must(w.db.CompleteOperation(t.Context(), lease, 0, nil))
	w.changesNothing(db.ErrStale, func() error { return w.db.NoteOperation(t.Context(), lease, 0, note) })
}
