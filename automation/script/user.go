package script

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/prompt"
)

// user is the person, in the hands of a script.
type user struct{ run *Run }

var _ starlark.HasAttrs = (*user)(nil)

func (*user) String() string        { return "user" }
func (*user) Type() string          { return "user" }
func (*user) Freeze()               {}
func (*user) Truth() starlark.Bool  { return starlark.True }
func (*user) Hash() (uint32, error) { return 0, errors.New("a user cannot be a key") }
func (*user) AttrNames() []string   { return slices.Sorted(maps.Keys(userWords)) }

// userWord is one word of the user, with its entry in the reference.
type userWord struct {
	do func(u *user, w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)
	manual
}

var userWords = map[string]userWord{
	"approve": {(*user).approve, manual{
		"user.approve(dict, …, sent_to = \"\", timeout = 120, name = selector, …) → name",
		"Shows that the person has to approve elsewhere, while the page is watched as by page.wait_for. timeout is in seconds, at most 600.",
		"MFA_FAILED when nothing came.",
		`seen = user.approve(sent_to = page.text("#device"), home = url("/home"), denied = ".denied")`,
	}},
	"choose": {(*user).choose, manual{
		"user.choose(options, reason = \"\") → id",
		"Lets the person choose one of 1 to 50 options, each a dict with an id and a label of the site's own words.",
		"AUTOMATION_ERROR for options without ids, or with the same.",
		`way = user.choose([{"id": "sms", "label": page.text("#sms")}, {"id": "email", "label": page.text("#email")}])`,
	}},
	"confirm": {(*user).confirm, manual{
		"user.confirm(changes) → True or False",
		"Shows what will change, in 1 to 20 dicts with label, before and after, and asks whether it should.",
		"None.",
		`sure = user.confirm([{"label": "payment_card", "before": "1111", "after": "2222"}])`,
	}},
	"credentials": {(*user).credentials, manual{
		"for attempt in user.credentials(attempts = 3): …",
		"Each turn of the loop has the person's credentials, asked for again after attempt.reject. End it with break.",
		"INVALID_CREDENTIALS when the last attempt is rejected.",
		"for attempt in user.credentials(attempts = 3):\n    page.fill(\"#username\", attempt[\"username\"])\n    if page.wait_for(home = \"#home\", wrong = \".error\") == \"home\":\n        break\n    attempt.reject(\"wrong_password\")",
	}},
	"one_time_code": {(*user).oneTimeCode, manual{
		"for attempt in user.one_time_code(sent_to = \"\", digits = 0, attempts = 3, resend = False, time_limit = 0, app = False): …",
		"Each turn has a code, which the site sends, or with app = True an authenticator app shows: the person is told which. digits is how many it has, 0 for any code; resend says that another can be sent, then look at attempt.resend first; time_limit is what the site gives, in seconds, 0 for none.",
		"MFA_FAILED when the last attempt is rejected.",
		"for attempt in user.one_time_code(sent_to = page.text(\"#to\"), digits = 6):\n    page.fill(\"#code\", attempt[\"code\"])\n    break",
	}},
	"text": {(*user).text, manual{
		"user.text(question, secret = True, reason = \"\") → opaque",
		"Asks the site's question. secret hides the answer while it is typed; it is opaque in any case. reason is a key that says why it is asked again.",
		"None.",
		`page.fill("#answer", user.text(page.text("#question"), reason = "wrong_answer"))`,
	}},
}

// asksLater are the words that only make an iterator: the asking, and the
// steps, are its own.
var asksLater = []string{"credentials", "one_time_code"}

func (u *user) Attr(name string) (starlark.Value, error) {
	word, ok := userWords[name]
	if !ok {
		return nil, nil
	}
	return starlark.NewBuiltin("user."+name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := u.run.mayUse(b.Name()); err != nil {
			return nil, err
		}
		do := func(w *invocation) (starlark.Value, error) { return word.do(u, w, args, kwargs) }
		if slices.Contains(asksLater, name) {
			return do(&invocation{run: u.run, thread: thread, step: Step{Word: b.Name()}})
		}
		return u.run.perform(thread, b.Name(), nil, do)
	}), nil
}

// ask opens a prompt and waits for its answer.
func (u *user) ask(p prompt.Prompt) (prompt.Answer, error) {
	answer, err := u.run.options.User.Ask(u.run.ctx, p)
	return answer, outside(err)
}

// errAnswer is for answers that Prompt.Validate would not have let through.
func errAnswer(p prompt.Prompt) error {
	return outcome.New(outcome.InternalError, "the answer does not fit the prompt for %s", p.Kind)
}

func (u *user) choose(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var list starlark.Iterable
	var reason string
	if err := unpack(w.step.Word, args, kwargs, "options", &list, "reason?", &reason); err != nil {
		return nil, err
	}
	if err := checkReason(reason); err != nil {
		return nil, err
	}
	p := prompt.Prompt{Kind: prompt.Choice, Reason: reason}
	for item := range starlark.Elements(list) {
		option, err := entry(item, "options", "id", "label")
		if err != nil {
			return nil, fmt.Errorf("user.choose: %w", err)
		}
		if p.HasOption(option["id"]) {
			return nil, fmt.Errorf("user.choose: two options have the id %q", prompt.Quote(option["id"]))
		}
		if option["id"] == "" || len(p.Options) == 50 {
			return nil, errors.New("user.choose: give 1 to 50 options, each with an id")
		}
		p.Options = append(p.Options, prompt.Option{ID: option["id"], Label: u.run.quoted(option["label"])})
	}
	if len(p.Options) == 0 {
		return nil, errors.New("user.choose: there are no options to choose from")
	}
	answer, err := u.ask(p)
	if err != nil {
		return nil, err
	}
	// Which option is no secret: the ids come from the script itself.
	id := answer[prompt.ChoiceField].Reveal()
	if !p.HasOption(id) {
		return nil, errAnswer(p)
	}
	return starlark.String(id), nil
}

// text asks the site's question. The answer is opaque in any case; secret says
// whether it is hidden while it is typed.
func (u *user) text(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var question, reason string
	secret := true
	if err := unpack(w.step.Word, args, kwargs, "question", &question, "secret?", &secret, "reason?", &reason); err != nil {
		return nil, err
	}
	if err := checkReason(reason); err != nil {
		return nil, err
	}
	p := prompt.Prompt{Kind: prompt.Text, Reason: reason, Question: u.run.quoted(question), Fields: []prompt.Field{{Name: prompt.TextField, Label: "answer", Secret: secret}}}
	if p.Question == "" {
		return nil, errors.New("user.text: the question is empty")
	}
	answer, err := u.ask(p)
	if err != nil {
		return nil, err
	}
	given, ok := answer[prompt.TextField]
	if !ok {
		return nil, errAnswer(p)
	}
	return u.run.conceal("the answer", given), nil
}

func (u *user) confirm(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var list starlark.Iterable
	if err := unpack(w.step.Word, args, kwargs, "changes", &list); err != nil {
		return nil, err
	}
	p := prompt.Prompt{Kind: prompt.Confirm}
	for item := range starlark.Elements(list) {
		change, err := entry(item, "changes", "label", "before", "after")
		if err != nil {
			return nil, fmt.Errorf("user.confirm: %w", err)
		}
		p.Changes = append(p.Changes, prompt.Change{Label: u.run.quoted(change["label"]),
			Before: u.run.quoted(change["before"]), After: u.run.quoted(change["after"])})
	}
	if len(p.Changes) == 0 || len(p.Changes) > 20 {
		return nil, errors.New("user.confirm: say what will change, in 1 to 20 changes")
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
func entry(item starlark.Value, what string, keys ...string) (map[string]string, error) {
	dict, ok := item.(*starlark.Dict)
	if !ok {
		return nil, fmt.Errorf("%s must be dicts with %q; there is a %s", what, keys, item.Type())
	}
	texts := map[string]string{}
	for key, value := range dict.Entries() {
		name, _ := starlark.AsString(key)
		if !slices.Contains(keys, name) {
			return nil, fmt.Errorf("%s must be dicts with %q; %s is none of them", what, keys, prompt.Quote(key.String()))
		}
		if secret, ok := value.(*opaque); ok {
			return nil, secret.refuse("it cannot be shown")
		}
		text, ok := starlark.AsString(value)
		if !ok && value != starlark.None {
			return nil, fmt.Errorf("%s: %s must be a text, not a %s", what, name, value.Type())
		}
		texts[name] = text
	}
	return texts, nil
}

func checkReason(reason string) error {
	if reason != "" && !prompt.IsKey(reason) {
		return fmt.Errorf("the reason %q must be a key like %q; the text that belongs to it is in views", prompt.Quote(reason), "wrong_password")
	}
	return nil
}
