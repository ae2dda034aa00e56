package db_test

import (
	"slices"

	"pgregory.net/rapid"

	"passage/automation/event"
	"passage/db"
)

// endings are all that a session's merchant events may be.
var endings = [][]string{nil, {"link.complete"}, {"link.failed"}, {"link.expired"}, {"link.failed", "link.expired"}}

// check compares what is stored with the diagrams.
func (h *history) check(r *rapid.T) {
	link := h.reload(h.link)
	stored := h.storedStatus(h.link)
	if stored != h.status && !leadsTo(linkDiagram, h.status, stored) {
		r.Fatalf("the link went from %s to %s", h.status, stored)
	}
	if stored == db.LinkActive && h.status == db.LinkComplete && !link.Reusable {
		r.Fatalf("a complete link was claimed again")
	}
	h.status = stored
	result, err := h.db.Result(&link)
	h.must(err)
	if result != nil && link.Status != db.LinkComplete {
		r.Fatalf("the result of a link is given that is %s", link.Status)
	}
	sessions, err := h.db.SessionsOf(h.Context(), link.ID)
	h.must(err)
	if len(sessions) != link.Attempts {
		r.Fatalf("%d sessions of %d attempts are kept", len(sessions), link.Attempts)
	}
	told := h.told(r)
	for n, session := range sessions {
		before := h.sessions[session.ID]
		if session.Status != before && !leadsTo(sessionDiagram, before, session.Status) {
			r.Fatalf("session %d went from %q to %s", n+1, before, session.Status)
		}
		h.sessions[session.ID] = session.Status
		last := n == len(sessions)-1
		awaits := h.awaitsReturn(link)
		if atWork := !session.Status.Ended(); atWork != (last && stored == db.LinkActive && !awaits) {
			r.Fatalf("session %d is %s while the link is %s", n+1, session.Status, stored)
		}
		if awaits && last && session.Status != db.SessionComplete {
			r.Fatalf("the return from a session is waited for that is %s", session.Status)
		}
		if last || session.Status != before { // the others were looked at when they ended
			h.checkSession(r, session, told[session.ID], last && awaits)
		}
	}
	if link.Status == db.LinkComplete && sessions[len(sessions)-1].Status != db.SessionComplete {
		r.Fatalf("the link is complete and its session is not")
	}
}

// told lists the merchant's events of the link by session.
func (h *history) told(r *rapid.T) map[string][]string {
	told := map[string][]string{}
	expired := false
	events := h.events(h.link)
	h.checkDeliveries(r, events)
	for _, entry := range events {
		if entry.SessionID == "" && entry.Name != "link.expired" {
			r.Fatalf("%s was sent of no session", entry.Name)
		}
		if expired {
			r.Fatalf("%s was sent after link.expired", entry.Name)
		}
		expired = entry.Name == "link.expired"
		told[entry.SessionID] = append(told[entry.SessionID], entry.Name)
	}
	if expired != (h.status == db.LinkExpired) {
		r.Fatalf("the link is %s, and link.expired was sent: %t", h.status, expired)
	}
	return told
}

// checkDeliveries makes sure that each event is on its way exactly once.
func (h *history) checkDeliveries(r *rapid.T, events []db.Event) {
	deliveries, err := h.db.DeliveriesOf(h.Context(), h.link.ID)
	h.must(err)
	under := map[string]int{}
	for _, delivery := range deliveries {
		under[delivery.EventID]++
	}
	if len(deliveries) != len(events) || len(under) != len(events) {
		r.Fatalf("%d events are told by %d deliveries of %d of them", len(events), len(deliveries), len(under))
	}
}

func (h *history) checkSession(r *rapid.T, session db.Session, told []string, awaitsReturn bool) {
	if !slices.ContainsFunc(endings, func(ending []string) bool { return slices.Equal(ending, told) }) ||
		(session.Status.Ended() && !awaitsReturn) != (len(told) > 0) {
		r.Fatalf("of a session that is %s it was told: %v", session.Status, told)
	}
	terminal, err := h.db.SessionEvents(h.Context(), session.ID, 0, event.Completed, event.Failed)
	h.must(err)
	if (len(terminal) == 1) != session.Status.Ended() || len(terminal) > 1 {
		r.Fatalf("a session that is %s has %d ends", session.Status, len(terminal))
	}
	asks := h.openPrompt(session.Lease()) != "prm_none"
	if asks != (session.Status == db.SessionCreated || session.Status == db.SessionWaiting) {
		r.Fatalf("a session is %s, and a question is open: %t", session.Status, asks)
	}
	operations, err := h.db.SessionOperations(h.Context(), session.ID)
	h.must(err)
	before := db.OperationComplete
	for _, operation := range operations {
		switch {
		case before != db.OperationComplete && operation.Status != db.OperationPending:
			r.Fatalf("an operation is %s after one that is %s", operation.Status, before)
		case session.Status == db.SessionComplete && operation.Status != db.OperationComplete:
			r.Fatalf("a session is complete with an operation that is %s", operation.Status)
		case session.Status.Ended() && operation.Status == db.OperationRunning:
			r.Fatalf("an operation runs in a session that has ended")
		case operation.Status == db.OperationUnknown && operation.SubmittedAt == nil:
			r.Fatalf("an operation is unknown that was never submitted")
		}
		before = operation.Status
	}
	h.checkTimeline(session)
}
