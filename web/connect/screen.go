package connect

import (
	"context"
	"time"

	"passage/automation"
	"passage/automation/event"
	"passage/automation/outcome"
	"passage/db"
	view "passage/views/connect"
)

// autoReturn is how long after the end a page returns to the merchant by itself.
// Later visits are for reading it.
const autoReturn = 30 * time.Second

// screen is the one place that decides which screen of a session a visitor sees.
func (h *Handler) screen(ctx context.Context, v visit, sent *rejectedAnswer) (view.Layout, view.Model, error) {
	layout, err := h.layout(ctx, &v.link, v.languages)
	if err != nil {
		return layout, nil, err
	}
	live, _ := h.Runner.Status(v.session.ID)
	layout.Revision = revision(v.session.LastSeq, live.PositionChanges)
	if !v.session.Status.Ended() {
		layout.Stream = h.sessionPath(v.session.ID, "events")
	}
	if !v.held {
		return layout, h.otherDeviceScreen(v), nil
	}
	layout.Reference = reference(v.session.ID)
	shown, err := h.operations(ctx, v.session.ID)
	if err != nil {
		return layout, nil, err
	}
	if v.session.Status.Ended() {
		layout.ReturnRequired = delivery(v) == view.DeliveredOnReturn
		layout.Return, err = h.DB.ReturnAddress(ctx, &v.link, &v.session)
		return layout, h.endScreen(v, shown), err
	}
	layout.Cancel, layout.Submitted = h.sessionPath(v.session.ID, "cancel"), live.Submitted
	if live.TransferRequested {
		layout.TransferRequest = view.TransferRequest{Allow: h.sessionPath(v.session.ID, "allow"), Refuse: h.sessionPath(v.session.ID, "refuse")}
	}
	stored, err := h.DB.CurrentPrompt(ctx, v.session.ID)
	if err != nil {
		return layout, nil, err
	}
	if stored == nil {
		model, err := h.workingScreen(ctx, v, shown, live)
		return layout, model, err
	}
	layout.IdleLimit = h.idleLimit(v.session.ID, live, h.Runner.Limits.Idle)
	model, err := h.promptScreen(stored, live, sent)
	return layout, model, err
}

// operations returns the operations of a session with their status.
func (h *Handler) operations(ctx context.Context, sessionID string) ([]view.Operation, error) {
	run, err := h.DB.SessionOperations(ctx, sessionID)
	if err != nil {
		return nil, err
	}
	shown := make([]view.Operation, len(run))
	for n, o := range run {
		shown[n] = operation(o.Resource, o.Action, o.Status, o.Note, o.Summary)
	}
	return shown, nil
}

// revision grows with every change of the timeline and of the position in the
// queue.
func revision(seq, moves int) int64 {
	const most = 1 << 16
	return int64(seq)*most + int64(min(moves, most-1))
}

// reference is the start of the session's id, for support.
func reference(sessionID string) string {
	const length = len("sess_") + 8
	return sessionID[:min(len(sessionID), length)]
}

func (h *Handler) idleLimit(sessionID string, live automation.Status, idle time.Duration) view.IdleLimit {
	if live.Deadline.IsZero() {
		return view.IdleLimit{}
	}
	return view.IdleLimit{Left: max(time.Until(live.Deadline), time.Second), Action: h.sessionPath(sessionID, "stay"), Extension: idle}
}

func (h *Handler) endScreen(v visit, shown []view.Operation) view.Model {
	at, receipt := time.UnixMilli(*v.session.EndedAt), ""
	if h.receiptOf(v, shown).Due() {
		receipt = h.receiptPath(v.session.ID)
	}
	if v.session.Status == db.SessionComplete {
		return view.Done{Operations: shown, Delivery: delivery(v), Receipt: receipt, AutoReturn: h.elapsedSince(at) < autoReturn}
	}
	failed := view.Failed{Code: outcome.Code(v.session.Error.Code), Operations: shown, Receipt: receipt}
	failed.AutoReturn = failed.Code == outcome.UserCancelled && h.elapsedSince(at) < autoReturn
	failed.UsedUp = v.link.AttemptsExhausted()
	if v.link.Status == db.LinkFailed && v.link.Claimable() && failed.Code.Retryable() {
		failed.Retry = h.sessionPath(v.session.ID, "retry")
	}
	return failed
}

// elapsedSince is the time since a moment by the clock of the database.
func (h *Handler) elapsedSince(at time.Time) time.Duration { return time.UnixMilli(h.DB.Now()).Sub(at) }

func (h *Handler) workingScreen(ctx context.Context, v visit, shown []view.Operation, live automation.Status) (view.Model, error) {
	model := view.Working{LogIn: view.StatusRunning, Operations: shown, Position: live.Position}
	if v.session.StartedAt != nil {
		model.Elapsed = h.elapsedSince(time.UnixMilli(*v.session.StartedAt))
	}
	for _, o := range shown {
		if o.Status != view.StatusPending {
			model.LogIn = view.StatusComplete
			return model, nil
		}
	}
	if v.session.Status == db.SessionQueued {
		return model, nil
	}
	progress, err := h.DB.SessionEvents(ctx, v.session.ID, 0, event.ProgressMade)
	if err != nil || len(progress) == 0 {
		return model, err
	}
	latest := progress[len(progress)-1]
	data, err := event.Decode(latest.Kind, latest.Data)
	if made, ok := data.(event.Progress); ok {
		model.LogInProgress = made.Key
	}
	return model, err
}
