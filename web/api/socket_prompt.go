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
	"passage/web/problem"
)

// promptView is a question as a client needs it to ask it: all that our own page
// shows, and nothing that was typed but what is no secret.
type promptView struct {
	PromptID     string          `json:"promptId"`
	Kind         prompt.Kind     `json:"kind"`
	Title        string          `json:"title"`             // what is asked, in the person's language
	Reason       string          `json:"reason,omitempty"`  // why it is asked again, for programs
	Message      string          `json:"message,omitempty"` // the same in the person's language
	Fields       []fieldView     `json:"fields"`            // what the answer's values are; empty where there is nothing to answer
	AttemptsLeft int             `json:"attemptsLeft,omitempty"`
	SentTo       string          `json:"sentTo,omitempty"`    // the masked destination of a code or a request
	CanResend    bool            `json:"canResend,omitempty"` // the values {"action": "resend"} are an answer too
	Changes      []prompt.Change `json:"changes,omitempty"`
	Deadline     int64           `json:"deadline,omitempty"`    // when the session gives up
	TimeLimit    int64           `json:"timeLimit,omitempty"`   // when the site does, where it says so
	LockedUntil  int64           `json:"lockedUntil,omitempty"` // no password is sent with this user name until then
}

// fieldView is one value of an answer.
type fieldView struct {
	Name         string          `json:"name"`
	Label        string          `json:"label"`
	Secret       bool            `json:"secret"`
	Autocomplete string          `json:"autocomplete,omitempty"`
	Digits       int             `json:"digits,omitempty"`
	Options      []prompt.Option `json:"options,omitempty"` // one of their ids is the value
	Value        string          `json:"value,omitempty"`   // what was typed before
}

// question shows a stored prompt.
func (d *driver) question(stored *db.Prompt, live automation.Live) (*promptView, error) {
	var asked prompt.Prompt
	if err := json.Unmarshal(stored.Question, &asked); err != nil {
		return nil, fmt.Errorf("read prompt: %w", err)
	}
	view := &promptView{PromptID: stored.ID, Kind: asked.Kind, Reason: asked.Reason, AttemptsLeft: asked.AttemptsLeft, SentTo: asked.SentTo,
		CanResend: asked.CanResend, Changes: asked.Changes, Fields: []fieldView{}, Deadline: milliseconds(live.Deadline), LockedUntil: milliseconds(live.Locked)}
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
func (d *driver) put(view *promptView, asked prompt.Prompt, live automation.Live) {
	switch asked.Kind {
	case prompt.Credentials:
		view.Title = d.say(d.Ask.LogIn)
		for _, field := range asked.Fields {
			view.Fields = append(view.Fields, fieldView{Name: field.Name, Label: d.Field(field.Label), Secret: field.Secret,
				Autocomplete: field.Autocomplete, Value: live.Kept[field.Name]})
		}
	case prompt.OneTimeCode:
		code := fieldView{Name: "code", Label: d.Ask.CodeLabel, Autocomplete: "one-time-code", Digits: asked.Digits}
		if asked.Digits > 0 {
			code.Label = d.say(d.Ask.CodeDigits, "n", strconv.Itoa(asked.Digits))
		}
		view.Title, view.Fields = d.sent(asked), []fieldView{code}
	case prompt.Choice: // its reason says what it is about
		view.Title, view.Reason = d.say(d.Choice(asked.Reason)), ""
		view.Fields = []fieldView{{Name: "choice", Label: view.Title, Options: asked.Options}}
	case prompt.Text:
		secret := len(asked.Fields) > 0 && asked.Fields[0].Secret
		view.Title, view.Fields = asked.Question, []fieldView{{Name: "text", Label: d.Ask.Answer, Secret: secret}}
	case prompt.Confirm:
		view.Title, view.Fields = d.Ask.Confirm, []fieldView{{Name: "confirm", Label: d.Ask.Confirm,
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
func (d *driver) issues(err error, shown []problem.Issue) (all []issueView) {
	if answer, ok := errors.AsType[*automation.InvalidAnswer](err); ok {
		for _, field := range slices.Sorted(maps.Keys(answer.Fields)) {
			reason := answer.Fields[field]
			all = append(all, issueView{join("values", field), reason, d.say(d.Reason(reason))})
		}
		return all
	}
	for _, issue := range shown {
		all = append(all, issueView{Path: issue.Path, Message: issue.Message})
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
