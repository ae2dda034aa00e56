package script

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/outcome"
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

type userWord func(u *user, w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

var userWords = map[string]userWord{
	"approve":       (*user).approve,
	"choose":        (*user).choose,
	"confirm":       (*user).confirm,
	"credentials":   (*user).credentials,
	"one_time_code": (*user).oneTimeCode,
	"text":          (*user).text,
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
		do := func(w *invocation) (starlark.Value, error) { return word(u, w, args, kwargs) }
		if slices.Contains(asksLater, name) {
			return do(&invocation{run: u.run, thread: thread, step: Step{Word: b.Name()}})
		}
		return u.run.perform(thread, b.Name(), nil, do)
	}), nil
}

// ask opens a prompt and waits for its answer.
func (u *user) ask(p Prompt) (Answer, error) {
	answer, err := u.run.options.User.Ask(u.run.ctx, p)
	return answer, outside(err)
}

// errAnswer is for answers that Prompt.Validate would not have let through.
func errAnswer(p Prompt) error {
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
	p := Prompt{Kind: KindChoice, Reason: reason}
	for item := range starlark.Elements(list) {
		option, err := entry(item, "options", "id", "label")
		if err != nil {
			return nil, fmt.Errorf("user.choose: %w", err)
		}
		if p.checkChoice(option["id"]) == "" {
			return nil, fmt.Errorf("user.choose: two options have the id %q", quote(option["id"]))
		}
		if option["id"] == "" || len(p.Options) == 50 {
			return nil, errors.New("user.choose: give 1 to 50 options, each with an id")
		}
		p.Options = append(p.Options, Option{ID: option["id"], Label: u.run.quoted(option["label"])})
	}
	if len(p.Options) == 0 {
		return nil, errors.New("user.choose: there are no options to choose from")
	}
	answer, err := u.ask(p)
	if err != nil {
		return nil, err
	}
	// Which option is no secret: the ids come from the script itself.
	id := answer[answerChoice].Reveal()
	if p.checkChoice(id) != "" {
		return nil, errAnswer(p)
	}
	return starlark.String(id), nil
}

// text asks the site's question. The answer is opaque in any case; secret says
// whether it is hidden while it is typed.
func (u *user) text(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var question string
	secret := true
	if err := unpack(w.step.Word, args, kwargs, "question", &question, "secret?", &secret); err != nil {
		return nil, err
	}
	p := Prompt{Kind: KindText, Question: u.run.quoted(question), Fields: []Field{{Name: answerText, Label: "answer", Secret: secret}}}
	if p.Question == "" {
		return nil, errors.New("user.text: the question is empty")
	}
	answer, err := u.ask(p)
	if err != nil {
		return nil, err
	}
	given, ok := answer[answerText]
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
	p := Prompt{Kind: KindConfirm}
	for item := range starlark.Elements(list) {
		change, err := entry(item, "changes", "label", "before", "after")
		if err != nil {
			return nil, fmt.Errorf("user.confirm: %w", err)
		}
		p.Changes = append(p.Changes, Change{u.run.quoted(change["label"]), u.run.quoted(change["before"]), u.run.quoted(change["after"])})
	}
	if len(p.Changes) == 0 || len(p.Changes) > 20 {
		return nil, errors.New("user.confirm: say what will change, in 1 to 20 changes")
	}
	answer, err := u.ask(p)
	if err != nil {
		return nil, err
	}
	switch answer[answerConfirm].Reveal() {
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
			return nil, fmt.Errorf("%s must be dicts with %q; %s is none of them", what, keys, quote(key.String()))
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
	if reason != "" && !labelPattern.MatchString(reason) {
		return fmt.Errorf("the reason %q must be a key like %q; the text that belongs to it is in views", quote(reason), "wrong_password")
	}
	return nil
}

const approveTimeout = 120 * time.Second

// approve shows that the person has to approve elsewhere, while the page is
// watched for what the site makes of it.
func (u *user) approve(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	p := Prompt{Kind: KindApproval}
	limit := approveTimeout
	var watched []starlark.Tuple
	for _, pair := range kwargs {
		switch pair[0].(starlark.String) {
		case "sent_to":
			text, ok := starlark.AsString(pair[1])
			if !ok {
				return nil, fmt.Errorf("user.approve: sent_to must be a text, not a %s", pair[1].Type())
			}
			p.SentTo = u.run.quoted(text)
		case "timeout":
			var err error
			if limit, err = secondsUpTo(pair[1], maxApproval); err != nil {
				return nil, fmt.Errorf("user.approve: %w", err)
			}
		default:
			watched = append(watched, pair)
		}
	}
	if len(args) > 0 {
		return nil, errors.New(`user.approve: name what may come, as in home = "#account", denied = ".denied"`)
	}
	watching := &page{run: u.run, live: u.run.options.Page}
	conditions, err := watching.conditions(w, watched)
	if err != nil {
		return nil, err
	}
	p.TimeLimit = int(limit / time.Second)
	name, err := u.race(p, limit, conditions)
	if err != nil {
		return nil, err
	}
	w.step.Outcome = name
	return starlark.String(name), nil
}

const maxApproval = 10 * time.Minute

var errNoticed = errors.New("the site noticed")

// race shows the prompt until one of the conditions comes. What ends the
// prompt early, such as the person's cancelling, ends the waiting; both have
// returned when race does.
func (u *user) race(p Prompt, limit time.Duration, conditions []browser.Condition) (string, error) {
	ctx, end := context.WithCancelCause(u.run.ctx)
	asked := make(chan struct{})
	var askErr error
	go func() {
		defer close(asked)
		_, err := u.run.options.User.Ask(ctx, p)
		if err != nil && ctx.Err() == nil {
			askErr = err
			end(err)
		}
	}()
	name, err := u.run.options.Page.Within(limit).WaitFor(ctx, conditions)
	end(errNoticed)
	<-asked
	switch {
	case err == nil:
		return name, nil
	case u.run.ctx.Err() != nil:
		return "", outside(causeOf(u.run.ctx))
	case askErr != nil:
		return "", outside(askErr)
	}
	if typed, ok := errors.AsType[*outcome.Error](err); ok && typed.Code == outcome.SiteChanged {
		late := outcome.Wrap(outcome.MFAFailed, err, "no approval within %v", limit)
		late.Selectors = typed.Selectors
		return "", late
	}
	return "", outside(err)
}
