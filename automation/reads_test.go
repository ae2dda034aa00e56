package automation_test

import (
	"strings"
	"testing"

	"passage/automation/catalog"
	"passage/automation/event"
	"passage/db"
)

// A redesigned list looks like an empty one. The session completes, and says that
// the last good one found something there.
func TestSession_IsSuspectWhereItFindsNothingAnyMore(t *testing.T) {
	t.Parallel()
	s := newSessions(t, map[string]string{"shop": scriptOf("shop", `
    page.exists("#survey")
    page.rows(".order", id = ".id")
    return {"history": []}`)})
	health := func() catalog.Health {
		entry, _ := s.catalog.Get("shop")
		found, err := catalog.ReadHealth(t.Context(), s.db, entry)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	run := func() (db.Session, []db.SessionEvent) {
		link, id := s.start("shop")
		if end := s.ended(link); end.Status != db.LinkComplete {
			t.Fatalf("it ended as %s, %+v", end.Status, end.Error)
		}
		session, _, err := s.db.Session(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		events, err := s.db.SessionEvents(t.Context(), id, 0, event.Suspected)
		if err != nil {
			t.Fatal(err)
		}
		return session, events
	}
	if session, _ := run(); session.Suspect {
		t.Error("a first session without orders is suspect")
	}
	s.shows(`<p id=survey>Survey</p><p class=order><b class=id>1</b>`)
	if session, _ := run(); session.Suspect {
		t.Error("a session with orders is suspect")
	}
	s.shows(`<p class=order-v2><b class=id>1</b>`)
	for n := 1; n <= 3; n++ {
		session, events := run()
		if !session.Suspect || len(events) != 1 || !strings.Contains(string(events[0].Data), `"word":"page.rows","selector":".order"`) {
			t.Errorf("suspect %v, %+v", session.Suspect, events)
		}
		if got := health(); got.Suspect != n || (got.Status == catalog.HealthDegraded) != (n == 3) {
			t.Errorf("after %d: %+v", n, got)
		}
	}
	if n, err := s.db.SuspectSessions(t.Context(), 0); n != 3 || err != nil {
		t.Errorf("%d suspect sessions, %v", n, err)
	}
	s.shows(`<p class=order><b class=id>1</b>`)
	if session, _ := run(); session.Suspect || health().Suspect != 0 {
		t.Error("a good session does not end the doubt")
	}
}
