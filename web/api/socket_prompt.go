package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"passage/automation"
	"passage/automation/prompt"
	"passage/db"
	"passage/web/api/strictjson"
	"passage/web/api/wire"
	"passage/web/problem"
)

// question shows a stored prompt.
func (d *driver) question(stored *db.Prompt, live automation.Live) (*wire.Prompt, error) {
	var asked prompt.Prompt
	if err := json.Unmarshal(stored.Question, &asked); err != nil {
		return nil, fmt.Errorf("read prompt: %w", err)
	}
	view := &wire.Prompt{PromptID: stored.ID, Kind: asked.Kind, Reason: asked.Reason, AttemptsLeft: asked.AttemptsLeft, SentTo: asked.SentTo,
		CanResend: asked.CanResend, Changes: asked.Changes, Fields: []wire.PromptField{}, Deadline: milliseconds(live.Deadline), LockedUntil: milliseconds(live.Locked)}
	if asked.TimeLimit > 0 {
		view.TimeLimit = stored.CreatedAt + (time.Duration(asked.TimeLimit) * time.Second).Milliseconds()
	}
	for n, change := range view.Changes {
		view.Changes[n].Label = d.Label(change.Label)
	}
	d.put(view, asked, live)
	if view.Reason != "" {
		view.Message = d.say(d.Reason(view.Reason))
	}
	return view, nil
}

// put says what is asked, and in which fields it is answered.
func (d *driver) put(view *wire.Prompt, asked prompt.Prompt, live automation.Live) {
	switch asked.Kind {
	case prompt.Credentials:
		view.Title = d.say(d.Ask.LogIn)
		for _, field := range asked.Fields {
			view.Fields = append(view.Fields, wire.PromptField{Name: field.Name, Label: d.Field(field.Label), Secret: field.Secret,
				Autocomplete: field.Autocomplete, Value: live.Kept[field.Name]})
		}
	case prompt.OneTimeCode:
		code := wire.PromptField{Name: "code", Label: d.Ask.CodeLabel, Autocomplete: "one-time-code", Digits: asked.Digits}
		if asked.Digits > 0 {
			code.Label = d.say(d.Ask.CodeDigits, "n", strconv.Itoa(asked.Digits))
		}
		view.Title, view.Fields = d.sent(asked), []wire.PromptField{code}
	case prompt.Choice: // its reason says what it is about
		view.Title, view.Reason = d.say(d.Choice(asked.Reason)), ""
		view.Fields = []wire.PromptField{{Name: "choice", Label: view.Title, Options: asked.Options}}
	case prompt.Text:
		secret := len(asked.Fields) > 0 && asked.Fields[0].Secret
		view.Title, view.Fields = asked.Question, []wire.PromptField{{Name: "text", Label: d.Ask.Answer, Secret: secret}}
	case prompt.Confirm:
		view.Title, view.Fields = d.Ask.Confirm, []wire.PromptField{{Name: "confirm", Label: d.Ask.Confirm,
			Options: []prompt.Option{{ID: "yes", Label: d.Ask.ConfirmYes}, {ID: "no", Label: d.Ask.ConfirmNo}}}}
	case prompt.Approval:
		view.Title = d.say(d.Ask.Approve)
	}
}

func (d *driver) sent(asked prompt.Prompt) string {
	switch {
	case asked.FromApp:
		return d.say(d.Ask.CodeFromApp)
	case asked.SentTo == "":
		return d.say(d.Ask.CodeSent)
	default:
		return d.say(d.Ask.CodeSentTo, "to", asked.SentTo)
	}
}

// issues are what is wrong with a message: of an answer in the person's words,
// of anything else in the developer's.
func (d *driver) issues(err error, shown []problem.Issue) (all []wire.MessageIssue) {
	if answer, ok := errors.AsType[*automation.InvalidAnswer](err); ok {
		for _, field := range slices.Sorted(maps.Keys(answer.Fields)) {
			reason := answer.Fields[field]
			all = append(all, wire.MessageIssue{Path: strictjson.Join("values", field), Reason: reason, Message: d.say(d.Reason(reason))})
		}
		return all
	}
	for _, issue := range shown {
		all = append(all, wire.MessageIssue{Path: issue.Path, Message: issue.Message})
	}
	return all
}

// milliseconds is a moment on the wire; 0 where there is none.
func milliseconds(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMilli()
}
