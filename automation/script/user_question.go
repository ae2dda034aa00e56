package script

import (
	"errors"
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"passage/automation/prompt"
	"passage/automation/script/dialect"
)

// questionWords are the words of the user that ask one question.
var questionWords = map[string]userWord{
	"choose": {(*user).choose, manual{
		"user.choose(options, reason = \"\") → id",
		"Lets the user choose one of 1 to 50 options, each a dict with an id and a label in the site's own words.",
		"AUTOMATION_ERROR for options without ids, or with the same id.",
		`way = user.choose([{"id": "sms", "label": page.text("#sms")}, {"id": "email", "label": page.text("#email")}])`,
	}},
	"confirm": {(*user).confirm, manual{
		"user.confirm(changes) → True or False",
		"Shows what will change, in 1 to 20 dicts with label, before and after, and asks the user to confirm it.",
		"None.",
		`sure = user.confirm([{"label": "payment_card", "before": "1111", "after": "2222"}])`,
	}},
	"text": {(*user).text, manual{
		"user.text(question, secret = True, reason = \"\") → opaque",
		"Asks the site's question. The answer is always opaque. secret hides it while it is typed, and keeps it out of results; with secret = False only logs, recordings and pictures are without it. reason is a key that says why it is asked again.",
		"None.",
		`page.fill("#answer", user.text(page.text("#question"), reason = "wrong_answer"))`,
	}},
}

const (
	maxOptions = 50
	maxChanges = 20
)

func (u *user) choose(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var list starlark.Iterable
	p := prompt.Prompt{Kind: prompt.Choice}
	if err := dialect.Unpack(w.step.Word, args, kwargs, "options", &list, "reason?", &p.Reason); err != nil {
		return nil, err
	}
	for item := range starlark.Elements(list) {
		option, err := textsIn(item, "options", "id", "label")
		if err != nil {
			return nil, fmt.Errorf("user.choose: %w", err)
		}
		if p.HasOption(option["id"]) {
			return nil, fmt.Errorf("user.choose: two options have the id %q", prompt.Quote(option["id"]))
		}
		if option["id"] == "" || len(p.Options) == maxOptions {
			return nil, fmt.Errorf("user.choose: give 1 to %d options, each with an id", maxOptions)
		}
		p.Options = append(p.Options, prompt.Option{ID: option["id"], Label: u.run.quote(option["label"])})
	}
	if len(p.Options) == 0 {
		return nil, errors.New("user.choose: there are no options to choose from")
	}
	answer, err := u.ask(p)
	if err != nil {
		return nil, err
	}
	id := answer[prompt.ChoiceField].Reveal() // not secret: the ids come from the script
	if !p.HasOption(id) {
		return nil, errAnswer(p)
	}
	return starlark.String(id), nil
}

// text asks the site's question. The answer is always opaque; secret= says
// whether it is hidden while it is typed.
func (u *user) text(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	field := prompt.Field{Name: prompt.TextField, Label: "answer", Secret: true}
	p := prompt.Prompt{Kind: prompt.Text}
	if err := dialect.Unpack(w.step.Word, args, kwargs, "question", &p.Question, "secret?", &field.Secret, "reason?", &p.Reason); err != nil {
		return nil, err
	}
	p.Fields = []prompt.Field{field}
	if p.Question = u.run.quote(p.Question); p.Question == "" {
		return nil, errors.New("user.text: the question is empty")
	}
	answer, err := u.ask(p)
	if err != nil {
		return nil, err
	}
	value, ok := answer[prompt.TextField]
	if !ok {
		return nil, errAnswer(p)
	}
	if !field.Secret {
		return u.run.personal("the answer", value), nil
	}
	return u.run.opaque("the answer", value), nil
}

func (u *user) confirm(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var list starlark.Iterable
	if err := dialect.Unpack(w.step.Word, args, kwargs, "changes", &list); err != nil {
		return nil, err
	}
	p := prompt.Prompt{Kind: prompt.Confirm}
	for item := range starlark.Elements(list) {
		change, err := textsIn(item, "changes", "label", "before", "after")
		if err != nil {
			return nil, fmt.Errorf("user.confirm: %w", err)
		}
		p.Changes = append(p.Changes, prompt.Change{Label: u.run.quote(change["label"]),
			Before: u.run.quote(change["before"]), After: u.run.quote(change["after"])})
	}
	if len(p.Changes) == 0 || len(p.Changes) > maxChanges {
		return nil, fmt.Errorf("user.confirm: say what will change, in 1 to %d changes", maxChanges)
	}
	answer, err := u.ask(p)
	if err != nil {
		return nil, err
	}
	switch answer[prompt.ConfirmField].Reveal() {
	case "yes":
		return starlark.True, nil
	case "no":
		return starlark.False, nil
	default:
		return nil, errAnswer(p)
	}
}

// entry reads a dict of texts; what is None or missing is empty.
func textsIn(item starlark.Value, argument string, keys ...string) (map[string]string, error) {
	dict, ok := item.(*starlark.Dict)
	if !ok {
		return nil, fmt.Errorf("%s must be dicts with %q; there is a %s", argument, keys, item.Type())
	}
	texts := map[string]string{}
	for key, value := range dict.Entries() {
		name, _ := starlark.AsString(key)
		if !slices.Contains(keys, name) {
			return nil, fmt.Errorf("%s must be dicts with %q; %s is not one of them", argument, keys, prompt.Quote(key.String()))
		}
		if opaque, ok := value.(*dialect.Opaque); ok {
			return nil, opaque.Refuse("it cannot be shown")
		}
		text, ok := starlark.AsString(value)
		if !ok && value != starlark.None {
			return nil, fmt.Errorf("%s: %s must be a text, not a %s", argument, name, value.Type())
		}
		texts[name] = text
	}
	return texts, nil
}
