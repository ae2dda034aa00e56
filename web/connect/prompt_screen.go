package connect

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"passage/automation"
	"passage/automation/prompt"
	"passage/db"
	view "passage/views/connect"
)

// promptScreen turns a stored prompt into its screen.
func (h *Handler) promptScreen(stored *db.Prompt, live automation.Status, sent *rejectedAnswer) (view.Model, error) {
	var asked prompt.Prompt
	if err := json.Unmarshal(stored.Question, &asked); err != nil {
		return nil, fmt.Errorf("read prompt: %w", err)
	}
	ask := view.Ask{Action: h.sessionPath(stored.SessionID, "answer"), Prompt: stored.ID,
		Reason: asked.Reason, AttemptsLeft: asked.AttemptsLeft}
	if limit := time.Duration(asked.TimeLimit) * time.Second; limit > 0 {
		ask.TimeLimit = limit
		ask.TimeLeft = max(0, limit-time.Since(time.UnixMilli(stored.CreatedAt)))
	}
	kept := live.PublicFields
	if sent != nil {
		ask.Errors, ask.Reason, kept = sent.errors, cmp.Or(sent.reason, ask.Reason), sent.values
	}
	switch asked.Kind {
	case prompt.Credentials:
		model := view.LogIn{Ask: ask, Fields: fields(asked.Fields), Values: publicFields(asked.Fields, kept)}
		model.Wait = max(0, time.Until(live.LockedUntil))
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
		return view.Approval{Ask: ask, SentTo: asked.SentTo, Number: asked.Number}, nil
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

// publicFields returns the values of the fields that are not secret.
func publicFields(fields []prompt.Field, values map[string]string) map[string]string {
	kept := map[string]string{}
	for _, field := range fields {
		if !field.Secret {
			kept[field.Name] = values[field.Name]
		}
	}
	return kept
}
