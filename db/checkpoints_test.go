package db_test

import (
	"testing"
	"time"

	"passage/automation/event"
	"passage/db"
	"passage/db/dbtest"
)

// canaries of what earlier attempts leave.
const (
	accountNumber = "canary-account-5520-7781"
	writeResult   = `{"success":true,"canary":"of-a-write-90ab"}`
)

// runIn claims a link and works in an account; an empty one is not named.
func (w *fixture) runIn(link db.Link, account string) db.Lease {
	w.Helper()
	lease := w.run(link)
	if account != "" {
		w.must(w.db.SetAccount(w.Context(), lease, account))
	}
	return lease
}

// writeThenFail is an attempt whose change is made and verified, and which fails
// after it.
func (w *fixture) writeThenFail(link db.Link, account string) db.Lease {
	w.Helper()
	lease := w.runIn(link, account)
	dbtest.Submit(w.T, w.db, lease)
	w.must(w.db.CompleteWrite(w.Context(), lease, 1, nil, []byte(writeResult)))
	w.must(w.db.FailSession(w.Context(), lease, failure("SITE_UNAVAILABLE")))
	return lease
}

func (w *fixture) done(lease db.Lease) map[int]db.Checkpoint {
	w.Helper()
	done, err := w.db.Checkpoints(w.Context(), lease)
	w.must(err)
	return done
}

func (w *fixture) submitted(link db.Link, position int) bool {
	w.Helper()
	found, err := w.db.Submitted(w.Context(), link.ID)
	w.must(err)
	return found[position]
}

// keptResults counts the results that a link's sessions keep.
func (w *fixture) keptResults(link db.Link) (count int) {
	w.Helper()
	w.must(w.raw.QueryRowContext(w.Context(), `SELECT count(o.result) FROM session_operations o
		JOIN link_sessions s ON s.id = o.session_id WHERE s.link_id = $1`, link.ID).Scan(&count))
	return count
}

func TestCheckpoints_CarryAWriteToTheNextAttemptInTheSameAccount(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	w.writeThenFail(link, accountNumber)
	for attempt := 2; attempt <= 3; attempt++ { // one that fails again changes nothing
		lease := w.runIn(link, accountNumber)
		done := w.done(lease)
		if len(done) != 1 || done[1].Attempt != 1 || string(done[1].Result) != writeResult {
			t.Fatalf("done before: %+v", done)
		}
		w.changesNothing(db.ErrStale, func() error { return w.db.ReuseOperation(t.Context(), lease, 1, 1) }) // not its turn
		w.must(w.db.StartOperation(t.Context(), lease, 0))
		w.must(w.db.CompleteOperation(t.Context(), lease, 0, nil))
		w.must(w.db.ReuseOperation(t.Context(), lease, 1, 1))
		w.changesNothing(db.ErrStale, func() error { return w.db.ReuseOperation(t.Context(), lease, 1, 1) })
		operations, err := w.db.SessionOperations(t.Context(), lease.SessionID)
		w.must(err)
		if o := operations[1]; o.Status != db.OperationComplete || *o.Note != (db.Note{Key: db.NoteReused, Count: 1}) || o.SubmittedAt != nil {
			t.Errorf("taken over: %+v", o)
		}
		events, err := w.db.SessionEvents(t.Context(), lease.SessionID, 0, event.OperationReused)
		w.must(err)
		if len(events) != 1 || string(events[0].Data) != `{"operation":1,"attempt":1}` {
			t.Errorf("events: %+v", events)
		}
		if attempt == 2 {
			w.must(w.db.FailSession(t.Context(), lease, failure("SITE_UNAVAILABLE")))
			continue
		}
		w.must(w.db.CompleteSession(t.Context(), lease, result()))
	}
	expect(t, "link", w.reload(link).Status, db.LinkComplete)
}

func TestCheckpoints_IgnoreAnotherAccountOrNone(t *testing.T) {
	shared := newFixture(t)
	for name, test := range map[string]struct {
		first, second string
		submitted     bool // whether the second must look first
	}{
		"another account":      {accountNumber, "canary-account-0000", false},
		"none the second time": {accountNumber, "", true},
		"none the first time":  {"", accountNumber, true},
		"none at all":          {"", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := shared.withT(t)
			link := w.link()
			w.writeThenFail(link, test.first)
			lease := w.runIn(link, test.second)
			expect(t, "taken over", len(w.done(lease)), 0)
			expect(t, "submitted before", w.submitted(link, 1), test.submitted)
		})
	}
}

func TestSetAccount_TellsAccountsApartByLink(t *testing.T) {
	w := newFixture(t)
	w.writeThenFail(w.link(), accountNumber)
	other := w.link()
	expect(t, "taken over", len(w.done(w.runIn(other, accountNumber))), 0)
	var distinct int
	w.must(w.raw.QueryRowContext(t.Context(), `SELECT count(DISTINCT account) FROM link_sessions`).Scan(&distinct))
	expect(t, "values stored for one account", distinct, 2)
}

func TestSetAccount_RefusesASecondAccount(t *testing.T) {
	w := newFixture(t)
	lease := w.runIn(w.link(), accountNumber)
	w.must(w.db.SetAccount(t.Context(), lease, accountNumber))
	w.changesNothing(db.ErrStale, func() error { return w.db.SetAccount(t.Context(), lease, "another") })
}

func TestCheckpoints_HoldVerifiedWritesOnly(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	lease := w.runIn(link, accountNumber)
	dbtest.Submit(t, w.db, lease) // a read that is complete, and a change that is not
	w.must(w.db.FailSession(t.Context(), lease, failure("SITE_UNAVAILABLE")))
	next := w.runIn(link, accountNumber)
	expect(t, "taken over", len(w.done(next)), 0)
	expect(t, "submitted before", w.submitted(link, 1), true)
}

func TestCheckpoints_EndWithACompleteReusableLink(t *testing.T) {
	w := newFixture(t)
	link := w.link(reusable)
	w.writeThenFail(link, accountNumber)
	lease := w.runIn(link, accountNumber)
	expect(t, "taken over before", len(w.done(lease)), 1)
	dbtest.Finish(t, w.db, lease, `{}`)
	expect(t, "results kept", w.keptResults(link), 0)
	next := w.runIn(link, accountNumber)
	expect(t, "taken over after", len(w.done(next)), 0)
	expect(t, "submitted before", w.submitted(link, 1), false)
}

func TestCheckpoints_AreDestroyedWithTheLink(t *testing.T) {
	shared := newFixture(t)
	for name, end := range map[string]func(w *fixture, link db.Link){
		"cancelled": func(w *fixture, link db.Link) { w.must(w.db.CancelLink(w.Context(), w.org, link.ID)) },
		"expired": func(w *fixture, _ db.Link) {
			w.clock.Advance(time.Hour)
			_, err := w.db.ExpireLinks(w.Context())
			w.must(err)
		},
		"destroyed": func(w *fixture, link db.Link) { w.must(w.db.DestroyData(w.Context(), w.org, link.ID)) },
		"complete":  func(w *fixture, link db.Link) { dbtest.Finish(w.T, w.db, w.run(link), `{}`) },
	} {
		t.Run(name, func(t *testing.T) {
			w := shared.withT(t)
			link := w.link(lasting(time.Minute))
			w.writeThenFail(link, accountNumber)
			expect(t, "results kept", w.keptResults(link), 1)
			end(w, link)
			expect(t, "results kept after the end", w.keptResults(link), 0)
		})
	}
}

func TestCheckpoints_AreEncrypted(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	first := w.writeThenFail(link, accountNumber)
	w.absent(map[string]string{"the account": accountNumber, "the result of a change": "of-a-write-90ab"})
	w.checkpoint()
	w.absent(map[string]string{"the account": accountNumber, "the result of a change": "of-a-write-90ab"})

	next := w.runIn(link, accountNumber)
	_, err := w.raw.ExecContext(t.Context(), `UPDATE links SET data_key = NULL WHERE id = $1`, link.ID)
	w.must(err)
	expect(t, "taken over without the key", len(w.done(next)), 0)

	other := w.link()
	w.writeThenFail(other, accountNumber)
	_, err = w.raw.ExecContext(t.Context(), `UPDATE session_operations SET position = position + 10 WHERE position = 1 AND session_id <> $1
		AND result IS NOT NULL`, first.SessionID)
	w.must(err)
	if _, err := w.db.Checkpoints(t.Context(), w.runIn(other, accountNumber)); err == nil {
		t.Error("a result that was moved to another operation opened")
	}
}
