package socket

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

// question returns a stored prompt as the client is to ask it.
func (d *driver) question(stored *db.Prompt, live automation.Status) (*wire.Prompt, error) {
	var asked prompt.Prompt
	if err := json.Unmarshal(stored.Question, &asked); err != nil {
		return nil, fmt.Errorf("read prompt: %w", err)
	}
	view := &wire.Prompt{PromptID: stored.ID, Kind: asked.Kind, Reason: asked.Reason, AttemptsLeft: asked.AttemptsLeft, SentTo: asked.SentTo,
		Number: asked.Number, CanResend: asked.CanResend, Changes: asked.Changes, Fields: []wire.PromptField{}, Deadline: milliseconds(live.Deadline), LockedUntil: milliseconds(live.LockedUntil)}
	if asked.TimeLimit > 0 {
		view.TimeLimit = stored.CreatedAt + (time.Duration(asked.TimeLimit) * time.Second).Milliseconds()
	}
	for n, change := range view.Changes {
		view.Changes[n].Label = d.Label(change.Label)
	}
	d.describe(view, asked, live)
	if view.Reason != "" {
		view.Message = d.say(d.Reason(view.Reason))
	}
	return view, nil
}

// describe sets the title of a prompt, and the fields of its answer.
func (d *driver) describe(view *wire.Prompt, asked prompt.Prompt, live automation.Status) {
	switch asked.Kind {
	case prompt.Credentials:
		view.Title = d.say(d.Ask.LogIn)
		for _, field := range asked.Fields {
			view.Fields = append(view.Fields, wire.PromptField{Name: field.Name, Label: d.Field(field.Label), Secret: field.Secret,
				Autocomplete: field.Autocomplete, Value: live.PublicFields[field.Name]})
		}
	case prompt.OneTimeCode:
		code := wire.PromptField{Name: "code", Label: d.Ask.CodeLabel, Autocomplete: "one-time-code", Digits: asked.Digits}
		if asked.Digits > 0 {
			code.Label = d.say(d.Ask.CodeDigits, "n", strconv.Itoa(asked.Digits))
		}
		view.Title, view.Fields = d.codeTitle(asked), []wire.PromptField{code}
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
		if asked.Number != "" {
			view.Title = d.say(d.Ask.ApproveNumber, "number", asked.Number)
		}
	}
}

func (d *driver) codeTitle(asked prompt.Prompt) string {
	switch {
	case asked.FromApp:
		return d.say(d.Ask.CodeFromApp)
	case asked.SentTo == "":
		return d.say(d.Ask.CodeSent)
	default:
		return d.say(d.Ask.CodeSentTo, "to", asked.SentTo)
	}
}

// issues lists what is wrong with a message: in the person's language for an
// answer, for developers for anything else.
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

// milliseconds returns a time in Unix milliseconds; 0 for the zero time.
func milliseconds(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMilli()
}
