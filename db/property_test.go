package db_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"passage/db"
	"passage/db/dbtest"
)

// linkDiagram is CONTRACT §2: the states that may follow each.
var linkDiagram = map[db.LinkStatus][]db.LinkStatus{
	db.LinkPending:  {db.LinkActive, db.LinkExpired},
	db.LinkActive:   {db.LinkComplete, db.LinkFailed, db.LinkExpired},
	db.LinkFailed:   {db.LinkActive, db.LinkExpired},
	db.LinkComplete: {db.LinkActive}, // a reusable one
}

// sessionDiagram is DESIGN §3.
var sessionDiagram = map[db.SessionStatus][]db.SessionStatus{
	"":                {db.SessionCreated},
	db.SessionCreated: {db.SessionQueued, db.SessionFailed},
	db.SessionQueued:  {db.SessionRunning, db.SessionFailed},
	db.SessionRunning: {db.SessionWaiting, db.SessionComplete, db.SessionFailed},
	db.SessionWaiting: {db.SessionRunning, db.SessionFailed},
}

// endings are all that a session's merchant events may be.
var endings = [][]string{nil, {"link.complete"}, {"link.failed"}, {"link.expired"}, {"link.failed", "link.expired"}}

// history is one link of which anything happens in any order.
type history struct {
	*world
	link     db.Link
	status   db.LinkStatus // before the last action
	sessions map[string]db.SessionStatus
	leases   []db.Lease
}

func TestAnyInterleavingStaysInsideTheDiagram(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(r *rapid.T) {
		own := w.in(t)
		own.org = dbtest.Organization(t, w.db, "shop "+rand.Text()).ID
		h := &history{world: own}
		h.begin(r)
		actions := h.actions()
		names := slices.Sorted(maps.Keys(actions))
		r.Repeat(map[string]func(*rapid.T){
			"":                       h.check,
			"the runner goes on":     h.goOn,
			"the runner goes on (2)": h.goOn,
			"the runner goes on (3)": h.goOn,
			"something happens": func(r *rapid.T) {
				name := rapid.SampledFrom(names).Draw(r, "action")
				h.try(r, func() error { return actions[name](r) })
			},
			"time passes": func(*rapid.T) {
				by := rapid.SampledFrom([]time.Duration{time.Millisecond, 5 * time.Second, 14 * time.Second, time.Minute}).Draw(r, "time")
				w.clock.Advance(by)
			},
		})
	})
}

// begin starts over with a new link.
func (h *history) begin(r *rapid.T) {
	h.status, h.sessions, h.leases = db.LinkPending, map[string]db.SessionStatus{}, nil
	h.link = h.world.link(lasting(5*time.Minute), func(new *db.NewLink) { new.Reusable = rapid.Bool().Draw(r, "reusable") })
}

// over reports whether nothing more can happen to the link.
func (h *history) over() bool {
	return h.status == db.LinkExpired || (h.status == db.LinkComplete && !h.link.Reusable) || h.now(h.link).Status == db.LinkExpired
}

// try runs an action; refused, it must have changed nothing.
func (h *history) try(r *rapid.T, action func() error) {
	before := h.version()
	err := action()
	if err == nil {
		return
	}
	refusals := []error{db.ErrStale, db.ErrActive, db.ErrComplete, db.ErrUsedUp, db.ErrExpired}
	if !slices.ContainsFunc(refusals, func(refusal error) bool { return errors.Is(err, refusal) }) {
		r.Fatalf("an action failed otherwise than by its state: %v", err)
	}
	if h.version() != before {
		r.Fatalf("a refused action changed the database: %v", err)
	}
}

// goOn does what a runner would do next.
func (h *history) goOn(r *rapid.T) {
	if rapid.IntRange(0, 4).Draw(r, "begins anew") == 0 && h.over() {
		h.begin(r)
		return
	}
	if len(h.leases) == 0 || h.sessions[h.leases[len(h.leases)-1].SessionID].Ended() {
		h.try(r, h.claimNext)
		return
	}
	lease := h.leases[len(h.leases)-1]
	if rapid.Bool().Draw(r, "renews") {
		h.must(h.db.RenewLeases(h.Context(), boot))
	}
	h.try(r, func() error {
		err := h.next(lease)
		if errors.Is(err, db.ErrStale) { // as the sweep finds out a little later
			_, err = h.db.FailLost(h.Context())
		}
		return err
	})
}

func (h *history) claimNext() error {
	claimed, err := h.db.ClaimLink(h.Context(), dbtest.NewClaim(h.link.ClaimCode, boot))
	if err == nil {
		h.leases = append(h.leases, claimed.Session.Lease())
		h.sessions[claimed.Session.ID] = ""
	}
	return err
}

func (h *history) next(lease db.Lease) error {
	ctx := h.Context()
	switch h.sessions[lease.SessionID] {
	case db.SessionCreated:
		return h.db.StartSession(ctx, lease, h.openPrompt(lease))
	case db.SessionQueued:
		return h.db.RunSession(ctx, lease)
	case db.SessionWaiting:
		return h.db.ClosePrompt(ctx, lease, h.openPrompt(lease), db.PromptAnswered)
	}
	for position, status := range h.operations(lease.SessionID) {
		switch status {
		case db.OperationPending:
			return h.db.StartOperation(ctx, lease, position)
		case db.OperationRunning:
			return h.db.CompleteOperation(ctx, lease, position, nil)
		}
	}
	return h.db.CompleteSession(ctx, lease, json.RawMessage(`{}`))
}

func (h *history) openPrompt(lease db.Lease) string {
	prompt, err := h.db.OpenPromptOf(h.Context(), lease.SessionID)
	h.must(err)
	if prompt == nil {
		return "prm_none"
	}
	return prompt.ID
}

// actions are what may happen at any moment, fitting or not.
func (h *history) actions() map[string]func(*rapid.T) error {
	ctx := h.Context()
	swept := func(sweep func() (int, error)) func(*rapid.T) error {
		return func(*rapid.T) error { _, err := sweep(); return err }
	}
	return map[string]func(*rapid.T) error{
		"claim": func(*rapid.T) error { return h.claimNext() },
		"start": func(r *rapid.T) error { l := h.lease(r); return h.db.StartSession(ctx, l, h.openPrompt(l)) },
		"run":   func(r *rapid.T) error { return h.db.RunSession(ctx, h.lease(r)) },
		"close prompt": func(r *rapid.T) error {
			l := h.lease(r)
			return h.db.ClosePrompt(ctx, l, h.openPrompt(l), db.PromptWithdrawn)
		},
		"open prompt": func(r *rapid.T) error {
			_, err := h.db.OpenPrompt(ctx, h.lease(r), db.NewPrompt{Kind: "text", Question: []byte(`{}`)})
			return err
		},
		"start operation":    func(r *rapid.T) error { return h.db.StartOperation(ctx, h.lease(r), position(r)) },
		"submit":             func(r *rapid.T) error { return h.db.SubmitOperation(ctx, h.lease(r), position(r)) },
		"complete operation": func(r *rapid.T) error { return h.db.CompleteOperation(ctx, h.lease(r), position(r), nil) },
		"complete":           func(r *rapid.T) error { return h.db.CompleteSession(ctx, h.lease(r), json.RawMessage(`{}`)) },
		"fail": func(r *rapid.T) error {
			codes := []string{"SITE_CHANGED", "OPERATION_REJECTED", "LINK_CANCELLED", "USER_CANCELLED"}
			return h.db.FailSession(ctx, h.lease(r), failure(rapid.SampledFrom(codes).Draw(r, "code")))
		},
		"cancel":    func(*rapid.T) error { return h.db.CancelLink(ctx, h.org, h.link.ID) },
		"expire":    swept(func() (int, error) { return h.db.ExpireLinks(ctx) }),
		"fail lost": swept(func() (int, error) { return h.db.FailLost(ctx) }),
		"restart":   swept(func() (int, error) { return h.db.FailOrphans(ctx, "boot_next") }),
		"destroy":   func(*rapid.T) error { return h.db.DestroyOld(ctx, db.Retention{}) },
		"renew":     func(*rapid.T) error { return h.db.RenewLeases(ctx, boot) },
		"hand over": func(r *rapid.T) error {
			_, err := h.db.HandOver(ctx, h.lease(r).SessionID, "b", true)
			return ignoreMissing(err)
		},
		"screenshot": func(r *rapid.T) error { return ignoreMissing(h.db.KeepScreenshot(ctx, h.lease(r), "image/png", nil)) },
	}
}

// lease is that of any session so far, now and then with another owner.
func (h *history) lease(r *rapid.T) db.Lease {
	lease := db.Lease{SessionID: "sess_none", LinkID: h.link.ID, Owner: boot, Epoch: 1}
	if len(h.leases) > 0 {
		lease = rapid.SampledFrom(h.leases).Draw(r, "session")
	}
	if rapid.IntRange(0, 9).Draw(r, "thief") == 9 {
		lease.Owner = "boot_other"
	}
	return lease
}

func position(r *rapid.T) int { return rapid.IntRange(0, 1).Draw(r, "position") }

// ignoreMissing is for methods that look a row up before they move it.
func ignoreMissing(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	return err
}

// check compares what is stored with the diagrams.
func (h *history) check(r *rapid.T) {
	link := h.now(h.link)
	stored := h.storedStatus(h.link)
	if stored != h.status && !slices.Contains(linkDiagram[h.status], stored) {
		r.Fatalf("the link went from %s to %s", h.status, stored)
	}
	if stored == db.LinkActive && h.status == db.LinkComplete && !link.Reusable {
		r.Fatalf("a complete link was claimed again")
	}
	h.status = stored
	sessions, err := h.db.SessionsOf(h.Context(), link.ID)
	h.must(err)
	if len(sessions) != link.Attempts {
		r.Fatalf("%d sessions of %d attempts are kept", len(sessions), link.Attempts)
	}
	told := h.told(r)
	for n, session := range sessions {
		before := h.sessions[session.ID]
		if session.Status != before && !slices.Contains(sessionDiagram[before], session.Status) {
			r.Fatalf("session %d went from %q to %s", n+1, before, session.Status)
		}
		h.sessions[session.ID] = session.Status
		last := n == len(sessions)-1
		if atWork := !session.Status.Ended(); atWork != (last && stored == db.LinkActive) {
			r.Fatalf("session %d is %s while the link is %s", n+1, session.Status, stored)
		}
		if last || session.Status != before { // the others were looked at when they ended
			h.checkSession(r, session, told[session.ID])
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
	for _, event := range h.events(h.link) {
		if expired {
			r.Fatalf("%s was sent after link.expired", event.Name)
		}
		expired = event.Name == "link.expired"
		told[event.SessionID] = append(told[event.SessionID], event.Name)
	}
	if expired != (h.status == db.LinkExpired) {
		r.Fatalf("the link is %s, and link.expired was sent: %t", h.status, expired)
	}
	return told
}

func (h *history) checkSession(r *rapid.T, session db.Session, told []string) {
	if !slices.ContainsFunc(endings, func(ending []string) bool { return slices.Equal(ending, told) }) ||
		session.Status.Ended() != (len(told) > 0) {
		r.Fatalf("of a session that is %s it was told: %v", session.Status, told)
	}
	terminal, err := h.db.SessionEvents(h.Context(), session.ID, 0, db.EventCompleted, db.EventFailed)
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
