package connect

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"passage/automation"
	"passage/automation/event"
	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/db"
	view "passage/views/connect"
)

// autoReturn is how long after the end the page still goes back by itself. Who
// comes later wants to read it.
const autoReturn = 30 * time.Second

// screen is the one place that decides what a person sees of a session.
func (h *Handler) screen(ctx context.Context, v visit, sent *rejectedAnswer) (view.Layout, view.Model, error) {
	layout, err := h.layout(ctx, &v.link, v.languages)
	if err != nil {
		return layout, nil, err
	}
	live, _ := h.Runner.Live(v.session.ID)
	layout.Revision = revision(v.session.LastSeq, live.Moves)
	if !v.session.Status.Ended() {
		layout.Stream = sessionPath(v.session.ID, "events")
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
	layout.Cancel, layout.Submitted = sessionPath(v.session.ID, "cancel"), live.Submitted
	if live.HandOver {
		layout.TransferRequest = view.TransferRequest{Allow: sessionPath(v.session.ID, "allow"), Refuse: sessionPath(v.session.ID, "refuse")}
	}
	stored, err := h.DB.CurrentPrompt(ctx, v.session.ID)
	if err != nil {
		return layout, nil, err
	}
	if stored == nil {
		model, err := h.workingScreen(ctx, v, shown, live)
		return layout, model, err
	}
	layout.IdleLimit = idleLimit(v.session.ID, live, h.Runner.Limits.Idle)
	model, err := promptScreen(stored, live, sent)
	return layout, model, err
}

// operations is what a session did and is to do.
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

// revision grows with every change: of the timeline, and of the place in line.
func revision(seq, moves int) int64 {
	const most = 1 << 16
	return int64(seq)*most + int64(min(moves, most-1))
}

// reference is what a person can tell the support; it begins the session's id.
func reference(sessionID string) string {
	const length = len("sess_") + 8
	return sessionID[:min(len(sessionID), length)]
}

func idleLimit(sessionID string, live automation.Live, idle time.Duration) view.IdleLimit {
	if live.Deadline.IsZero() {
		return view.IdleLimit{}
	}
	return view.IdleLimit{Left: max(time.Until(live.Deadline), time.Second), Action: sessionPath(sessionID, "stay"), Extension: idle}
}

func (h *Handler) endScreen(v visit, shown []view.Operation) view.Model {
	at, receipt := time.UnixMilli(*v.session.EndedAt), ""
	if receiptOf(v, shown).Due() {
		receipt = receiptPath(v.session.ID)
	}
	if v.session.Status == db.SessionComplete {
		return view.Done{Operations: shown, Delivery: delivery(v), Receipt: receipt, AutoReturn: h.elapsedSince(at) < autoReturn}
	}
	failed := view.Failed{Code: outcome.Code(v.session.Error.Code), Operations: shown, Receipt: receipt}
	failed.AutoReturn = failed.Code == outcome.UserCancelled && h.elapsedSince(at) < autoReturn
	failed.UsedUp = v.link.AttemptsExhausted()
	if v.link.Status == db.LinkFailed && v.link.Claimable() && failed.Code.Retryable() {
		failed.Retry = sessionPath(v.session.ID, "retry")
	}
	return failed
}

func (h *Handler) elapsedSince(at time.Time) time.Duration { return time.UnixMilli(h.DB.Now()).Sub(at) }

func (h *Handler) workingScreen(ctx context.Context, v visit, shown []view.Operation, live automation.Live) (view.Model, error) {
	model := view.Working{LogIn: view.StatusRunning, Operations: shown, Position: live.Place}
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

// promptScreen turns a stored prompt into its screen.
func promptScreen(stored *db.Prompt, live automation.Live, sent *rejectedAnswer) (view.Model, error) {
	var asked prompt.Prompt
	if err := json.Unmarshal(stored.Question, &asked); err != nil {
		return nil, fmt.Errorf("read prompt: %w", err)
	}
	ask := view.Ask{Action: sessionPath(stored.SessionID, "answer"), Prompt: stored.ID,
		Reason: asked.Reason, AttemptsLeft: asked.AttemptsLeft}
	if limit := time.Duration(asked.TimeLimit) * time.Second; limit > 0 {
		ask.TimeLimit = limit
		ask.TimeLeft = max(0, limit-time.Since(time.UnixMilli(stored.CreatedAt)))
	}
	kept := live.Kept
	if sent != nil {
		ask.Errors, ask.Reason, kept = sent.errors, cmp.Or(sent.reason, ask.Reason), sent.values
	}
	switch asked.Kind {
	case prompt.Credentials:
		model := view.LogIn{Ask: ask, Fields: fields(asked.Fields), Values: publicFields(asked.Fields, kept)}
		model.Wait = max(0, time.Until(live.Locked))
		return model, nil
	case prompt.OneTimeCode:
		return view.Code{Ask: ask, SentTo: asked.SentTo, FromApp: asked.FromApp, Digits: asked.Digits, CanResend: asked.CanResend}, nil
	case prompt.Choice:
		options := make([]view.Option, len(asked.Options))
		for n, option := range asked.Options {
			options[n] = view.Option(option)
		}
		ask.Reason = ""
		return view.Choice{Ask: ask, Title: asked.Reason, Options: options}, nil
	case prompt.Approval:
		return view.Approval{Ask: ask, SentTo: asked.SentTo}, nil
	case prompt.Text:
		return view.Question{Ask: ask, Question: asked.Question, Secret: len(asked.Fields) > 0 && asked.Fields[0].Secret}, nil
	case prompt.Confirm:
		changes := make([]view.Change, len(asked.Changes))
		for n, change := range asked.Changes {
			changes[n] = view.Change(change)
		}
		return view.Confirm{Ask: ask, Changes: changes}, nil
	default:
		return nil, fmt.Errorf("read prompt: no screen for %q", asked.Kind)
	}
}

func fields(from []prompt.Field) []view.Field {
	list := make([]view.Field, len(from))
	for n, field := range from {
		list[n] = view.Field(field)
	}
	return list
}

// publicFields keeps of what was typed only what is no secret.
func publicFields(fields []prompt.Field, values map[string]string) map[string]string {
	kept := map[string]string{}
	for _, field := range fields {
		if !field.Secret {
			kept[field.Name] = values[field.Name]
		}
	}
	return kept
}
