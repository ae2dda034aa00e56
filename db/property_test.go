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

// linkDiagram has the states that may follow each state of a link, with the
// methods that lead there. The README draws it.
var linkDiagram = map[db.LinkStatus]map[db.LinkStatus]string{
	"":             {db.LinkPending: "CreateLink"},
	db.LinkPending: {db.LinkActive: "ClaimLink", db.LinkExpired: "ExpireLinks, CancelLink"},
	db.LinkActive: {
		db.LinkComplete: "CompleteSession, Redeem",
		db.LinkFailed:   "FailSession, FailLost, FailOrphans",
		db.LinkExpired:  "ExpireLinks, CancelLink, FailSession",
	},
	db.LinkFailed:   {db.LinkActive: "ClaimLink", db.LinkExpired: "ExpireLinks, CancelLink"},
	db.LinkComplete: {db.LinkActive: "ClaimLink, if reusable"},
}

// sessionDiagram is the same for the states of a session.
var sessionDiagram = map[db.SessionStatus]map[db.SessionStatus]string{
	"":                {db.SessionCreated: "ClaimLink"},
	db.SessionCreated: {db.SessionQueued: "StartSession", db.SessionFailed: failing},
	db.SessionQueued:  {db.SessionRunning: "RunSession", db.SessionFailed: failing},
	db.SessionRunning: {db.SessionWaiting: "OpenPrompt", db.SessionComplete: "CompleteSession", db.SessionFailed: failing},
	db.SessionWaiting: {db.SessionRunning: "ClosePrompt", db.SessionFailed: failing},
}

// failing is what may fail a session in any state.
const failing = "FailSession, FailLost, FailOrphans, ExpireLinks, CancelLink"

// leadsTo reports whether a diagram lets a state follow another.
func leadsTo[S ~string](diagram map[S]map[S]string, from, to S) bool {
	_, ok := diagram[from][to]
	return ok
}

// history is one link of which anything happens in any order.
type history struct {
	*fixture
	link     db.Link
	status   db.LinkStatus // before the last action
	sessions map[string]db.SessionStatus
	leases   []db.Lease
}

func TestTransitions_StayInsideTheDiagramInAnyOrder(t *testing.T) {
	w := newFixture(t)
	rapid.Check(t, func(r *rapid.T) {
		own := w.withT(t)
		own.org = dbtest.Organization(t, w.db, "shop "+rand.Text()).ID
		h := &history{fixture: own}
		h.begin(r)
		actions := h.actions()
		names := slices.Sorted(maps.Keys(actions))
		r.Repeat(map[string]func(*rapid.T){
			"":                       h.check,
			"the runner goes on":     h.advance,
			"the runner goes on (2)": h.advance,
			"the runner goes on (3)": h.advance,
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
	h.link = h.fixture.link(lasting(5*time.Minute), func(draft *db.NewLink) {
		draft.Reusable, draft.RequireReturn = rapid.Bool().Draw(r, "reusable"), rapid.Bool().Draw(r, "requires the return")
		draft.ReturnURL = "https://shop.example/done"
	})
}

// ended reports whether nothing more can happen to the link.
func (h *history) ended() bool {
	return h.status == db.LinkExpired || (h.status == db.LinkComplete && !h.link.Reusable) || h.reload(h.link).Status == db.LinkExpired
}

// try runs an action; refused, it must have changed nothing.
func (h *history) try(r *rapid.T, action func() error) {
	before := h.version()
	err := action()
	if err == nil {
		return
	}
	refusals := []error{db.ErrStale, db.ErrActive, db.ErrComplete, db.ErrAttemptsExhausted, db.ErrExpired, db.ErrNothingToRedeem, db.ErrWrongReturnCode}
	if !slices.ContainsFunc(refusals, func(refusal error) bool { return errors.Is(err, refusal) }) {
		r.Fatalf("an action failed otherwise than by its state: %v", err)
	}
	if h.version() != before {
		r.Fatalf("a refused action changed the database: %v", err)
	}
}

// advance does what a runner would do next.
func (h *history) advance(r *rapid.T) {
	if rapid.IntRange(0, 4).Draw(r, "begins anew") == 0 && h.ended() {
		h.begin(r)
		return
	}
	if now := h.reload(h.link); now.AwaitsReturn() {
		h.try(r, func() error { return h.redeem(h.returnCode(now)) })
		return
	}
	if len(h.leases) == 0 || h.sessions[h.leases[len(h.leases)-1].SessionID].Ended() {
		h.try(r, h.claimNext)
		return
	}
	lease := h.leases[len(h.leases)-1]
	if rapid.Bool().Draw(r, "renews") {
		h.must(h.db.RenewLeases(h.Context(), node))
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
	claimed, err := h.db.ClaimLink(h.Context(), dbtest.NewClaim(h.link.ClaimCode, node))
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
	prompt, err := h.db.CurrentPrompt(h.Context(), lease.SessionID)
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
		"redeem": func(r *rapid.T) error {
			code := "rtn_wrong"
			if now := h.reload(h.link); now.AwaitsReturn() && rapid.Bool().Draw(r, "the right code") {
				code = h.returnCode(now)
			}
			return h.redeem(code)
		},
		"cancel":    func(*rapid.T) error { return h.db.CancelLink(ctx, h.org, h.link.ID) },
		"expire":    swept(func() (int, error) { return h.db.ExpireLinks(ctx) }),
		"fail lost": swept(func() (int, error) { return h.db.FailLost(ctx) }),
		"restart":   swept(func() (int, error) { return h.db.FailOrphans(ctx, "boot_next") }),
		"destroy":   func(*rapid.T) error { return h.db.DestroyOld(ctx, db.Retention{}) },
		"renew":     func(*rapid.T) error { return h.db.RenewLeases(ctx, node) },
		"transfer": func(r *rapid.T) error {
			_, err := h.db.TransferSession(ctx, h.lease(r).SessionID, "b", true)
			return ignoreMissing(err)
		},
		"screenshot": func(r *rapid.T) error { return ignoreMissing(h.db.SaveScreenshot(ctx, h.lease(r), "image/png", nil)) },
	}
}

// lease is that of any session so far, sometimes of another node.
func (h *history) lease(r *rapid.T) db.Lease {
	lease := db.Lease{SessionID: "sess_none", LinkID: h.link.ID, Node: node, Epoch: 1}
	if len(h.leases) > 0 {
		lease = rapid.SampledFrom(h.leases).Draw(r, "session")
	}
	if rapid.IntRange(0, 9).Draw(r, "another node") == 9 {
		lease.Node = "boot_other"
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

func (h *history) redeem(code string) error { return h.db.Redeem(h.Context(), h.org, h.link.ID, code) }
