package db_test

import (
	"slices"
	"testing"
	"time"

	"passage/automation/event"
	"passage/db"
	"passage/db/dbtest"
)

// sessionFixture is a session brought to one state, with what a method needs of it.
type sessionFixture struct {
	*fixture
	lease  db.Lease
	prompt string // the last one opened
}

// progress says how far the operations of a stage are, where its state allows it.
type progress int

const (
	nothingStarted progress = iota
	firstRunning
	allComplete
)

// sessionAt claims a new link and brings its session to a state.
func (w *fixture) sessionAt(to db.SessionStatus, operations progress) *sessionFixture {
	w.Helper()
	claimed := w.claim(w.link())
	s := &sessionFixture{fixture: w, lease: claimed.Session.Lease(), prompt: claimed.PromptID}
	if to == db.SessionCreated {
		return s
	}
	w.must(w.db.StartSession(w.Context(), s.lease, s.prompt))
	if to == db.SessionQueued {
		return s
	}
	w.must(w.db.RunSession(w.Context(), s.lease))
	s.operate(operations)
	var err error
	switch to {
	case db.SessionWaiting:
		s.prompt, err = w.db.OpenPrompt(w.Context(), s.lease, db.NewPrompt{Kind: "text", Question: []byte(`{}`)})
	case db.SessionFailed:
		err = w.db.FailSession(w.Context(), s.lease, failure("SITE_CHANGED"))
	case db.SessionComplete:
		dbtest.Finish(w.T, w.db, s.lease, `{}`)
	}
	w.must(err)
	expect(w.T, "prepared state", w.session(s.lease.SessionID).Status, to)
	return s
}

func (s *sessionFixture) operate(operations progress) {
	s.Helper()
	switch operations {
	case firstRunning:
		s.must(s.db.StartOperation(s.Context(), s.lease, 0))
	case allComplete:
		for position := range 2 {
			s.must(s.db.StartOperation(s.Context(), s.lease, position))
			s.must(s.db.CompleteOperation(s.Context(), s.lease, position, nil))
		}
	}
}

// transition is a method that moves or writes to a session, with the states it
// is allowed in and the state it leads to.
type transition struct {
	name  string
	needs progress
	from  []db.SessionStatus
	to    db.SessionStatus // empty: the state stays
	call  func(*sessionFixture) error
}

var open = []db.SessionStatus{db.SessionCreated, db.SessionQueued, db.SessionRunning, db.SessionWaiting}

func only(status db.SessionStatus) []db.SessionStatus { return []db.SessionStatus{status} }

func transitions() []transition {
	return []transition{
		{"StartSession", nothingStarted, only(db.SessionCreated), db.SessionQueued, func(s *sessionFixture) error {
			return s.db.StartSession(s.Context(), s.lease, s.prompt)
		}},
		{"RunSession", nothingStarted, only(db.SessionQueued), db.SessionRunning, func(s *sessionFixture) error {
			return s.db.RunSession(s.Context(), s.lease)
		}},
		{"OpenPrompt", nothingStarted, only(db.SessionRunning), db.SessionWaiting, func(s *sessionFixture) error {
			_, err := s.db.OpenPrompt(s.Context(), s.lease, db.NewPrompt{Kind: "text", Question: []byte(`{}`)})
			return err
		}},
		{"ClosePrompt", nothingStarted, only(db.SessionWaiting), db.SessionRunning, func(s *sessionFixture) error {
			return s.db.ClosePrompt(s.Context(), s.lease, s.prompt, db.PromptAnswered)
		}},
		{"StartOperation", nothingStarted, only(db.SessionRunning), "", func(s *sessionFixture) error {
			return s.db.StartOperation(s.Context(), s.lease, 0)
		}},
		{"SubmitOperation", firstRunning, only(db.SessionRunning), "", func(s *sessionFixture) error {
			return s.db.SubmitOperation(s.Context(), s.lease, 0)
		}},
		{"CompleteOperation", firstRunning, only(db.SessionRunning), "", func(s *sessionFixture) error {
			return s.db.CompleteOperation(s.Context(), s.lease, 0, &db.Note{Key: "found_cards", Count: 2})
		}},
		{"NoteOperation", firstRunning, []db.SessionStatus{db.SessionRunning, db.SessionWaiting}, "", func(s *sessionFixture) error {
			return s.db.NoteOperation(s.Context(), s.lease, 0, db.Note{Key: "opening_bills"})
		}},
		{"AppendEvents", nothingStarted, open, "", func(s *sessionFixture) error {
			_, err := s.db.AppendEvents(s.Context(), s.lease, []db.NewEvent{{Kind: event.StepTaken}, {Kind: event.StepTaken}})
			return err
		}},
		{"SaveScreenshot", nothingStarted, open, "", func(s *sessionFixture) error {
			return s.db.SaveScreenshot(s.Context(), s.lease, "image/png", []byte("picture"))
		}},
		{"CompleteSession", allComplete, only(db.SessionRunning), db.SessionComplete, func(s *sessionFixture) error {
			return s.db.CompleteSession(s.Context(), s.lease, result())
		}},
		{"FailSession", firstRunning, open, db.SessionFailed, func(s *sessionFixture) error {
			return s.db.FailSession(s.Context(), s.lease, failure("SITE_CHANGED"))
		}},
		{"TransferSession", nothingStarted, only(db.SessionCreated), "", func(s *sessionFixture) error {
			_, err := s.db.TransferSession(s.Context(), s.lease.SessionID, "another visitor", false)
			return err
		}},
		{"TransferSession when approved", nothingStarted, open, "", func(s *sessionFixture) error {
			_, err := s.db.TransferSession(s.Context(), s.lease.SessionID, "another visitor", true)
			return err
		}},
	}
}

func TestSessionStates_AllowTheirTransitionsOnly(t *testing.T) {
	t.Parallel()
	for _, transition := range transitions() {
		t.Run(transition.name, func(t *testing.T) {
			w := newFixture(t)
			for _, from := range db.SessionStatuses() {
				s := w.sessionAt(from, transition.needs)
				if !slices.Contains(transition.from, from) {
					w.changesNothing(db.ErrStale, func() error { return transition.call(s) })
					continue
				}
				if err := transition.call(s); err != nil {
					t.Fatalf("from %s: %v", from, err)
				}
				to := transition.to
				if to == "" {
					to = from
				}
				expect(t, "state after "+string(from), w.session(s.lease.SessionID).Status, to)
				w.checkTimeline(w.session(s.lease.SessionID))
				prompt, err := w.db.CurrentPrompt(t.Context(), s.lease.SessionID)
				w.must(err)
				expect(t, "a question is open after "+string(from), prompt != nil, to == db.SessionCreated || to == db.SessionWaiting)
			}
		})
	}
}

// checkTimeline makes sure that a session's events are numbered without gaps up
// to the number that the session names.
func (w *fixture) checkTimeline(session db.Session) {
	w.Helper()
	events, err := w.db.SessionEvents(w.Context(), session.ID, 0)
	w.must(err)
	for n, entry := range events {
		expect(w.T, "number of event "+string(entry.Kind), entry.Seq, n+1)
	}
	expect(w.T, "last number", session.LastSeq, len(events))
}

func TestOperations_RunInOrder(t *testing.T) {
	w := newFixture(t)
	lease := w.run(w.link())
	ctx := t.Context()
	w.changesNothing(db.ErrStale, func() error { return w.db.StartOperation(ctx, lease, 1) })
	w.must(w.db.StartOperation(ctx, lease, 0))
	w.changesNothing(db.ErrStale, func() error { return w.db.StartOperation(ctx, lease, 0) })
	w.changesNothing(db.ErrStale, func() error { return w.db.StartOperation(ctx, lease, 1) })
	w.changesNothing(db.ErrStale, func() error { return w.db.CompleteOperation(ctx, lease, 1, nil) })
	w.changesNothing(db.ErrStale, func() error { return w.db.SubmitOperation(ctx, lease, 1) })
	w.must(w.db.CompleteOperation(ctx, lease, 0, nil))
	w.changesNothing(db.ErrStale, func() error { return w.db.SubmitOperation(ctx, lease, 0) })
	w.changesNothing(db.ErrStale, func() error { return w.db.CompleteOperation(ctx, lease, 0, nil) })
	w.changesNothing(db.ErrStale, func() error { return w.db.StartOperation(ctx, lease, 2) })
	w.changesNothing(db.ErrStale, func() error { return w.db.CompleteSession(ctx, lease, result()) })
	w.must(w.db.StartOperation(ctx, lease, 1))
	w.changesNothing(db.ErrStale, func() error { return w.db.CompleteSession(ctx, lease, result()) })
	w.must(w.db.CompleteOperation(ctx, lease, 1, nil))
	w.must(w.db.CompleteSession(ctx, lease, result()))
}

func TestOperations_StayPendingAfterAFailure(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	lease := w.run(link)
	w.must(w.db.StartOperation(t.Context(), lease, 0))
	w.must(w.db.FailSession(t.Context(), lease, failure("SITE_CHANGED")))
	if got := w.operations(lease.SessionID); !slices.Equal(got, []db.OperationStatus{db.OperationFailed, db.OperationPending}) {
		t.Errorf("operations: %v", got)
	}
	if now := w.reload(link); now.Error == nil || now.Error.Operation == nil || *now.Error.Operation != 0 {
		t.Errorf("the link's error does not name the operation: %+v", now.Error)
	}
}

func TestNotes_AreReadWithTheirOperation(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	lease := w.run(link)
	w.must(w.db.StartOperation(t.Context(), lease, 0))
	w.must(w.db.NoteOperation(t.Context(), lease, 0, db.Note{Key: "opening_bills"}))
	if note := w.reload(link).Operations[0].Note; note == nil || note.Key != "opening_bills" {
		t.Errorf("note while it runs: %+v", note)
	}
	w.must(w.db.CompleteOperation(t.Context(), lease, 0, &db.Note{Key: "found_bills", Count: 3}))
	if note := w.reload(link).Operations[0].Note; note == nil || *note != (db.Note{Key: "found_bills", Count: 3}) {
		t.Errorf("note at the end: %+v", note)
	}
}

func TestFailSession_KeepsTheCauseOfAnUnknownOperation(t *testing.T) {
	w := newFixture(t)
	for _, row := range []struct {
		code, want, cause string
		submitted         bool
	}{
		{"SITE_CHANGED", "OPERATION_UNKNOWN", "SITE_CHANGED", true},
		{"OPERATION_UNKNOWN", "OPERATION_UNKNOWN", "", true}, // the script said so itself
		{"OPERATION_REJECTED", "OPERATION_REJECTED", "", true},
		{"SITE_CHANGED", "SITE_CHANGED", "", false},
	} {
		s := w.sessionAt(db.SessionRunning, firstRunning)
		if row.submitted {
			w.must(w.db.SubmitOperation(w.Context(), s.lease, 0))
		}
		w.must(w.db.FailSession(w.Context(), s.lease, db.Failure{Code: row.code, Detail: "why"}))
		stored, link, err := w.db.Session(w.Context(), s.lease.SessionID)
		w.must(err)
		if stored.Error.Code != row.want || stored.Error.Cause != row.cause || link.Error.Code != row.want {
			t.Errorf("%s, submitted %v: %+v, the link %+v", row.code, row.submitted, stored.Error, link.Error)
		}
		ends, err := w.db.LatestEnds(w.Context(), stored.Version, 0, 1)
		w.must(err)
		if len(ends) != 1 || ends[0].Code != row.want || ends[0].Cause != row.cause {
			t.Errorf("%s, submitted %v: it ended as %+v", row.code, row.submitted, ends)
		}
		w.clock.Advance(time.Second)
	}
}
