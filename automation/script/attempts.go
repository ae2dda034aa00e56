package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/secret"
)

const (
	maxAttempts = 10
	maxResends  = 5
)

// attempts is what user.credentials and user.one_time_code give: each turn of
// a for loop over it asks the person once more.
//
// Starlark's iterators cannot return an error, so whatever ends the asking is
// kept in the run, which cancels the thread.
type attempts struct {
	user      *user
	thread    *starlark.Thread
	word      string
	prompt    prompt.Prompt
	total     int
	exhausted outcome.Code // how it ends when the last attempt is rejected
	resends   int
	current   *attempt // the one that the script has; nil before the first
}

var _ starlark.Iterable = (*attempts)(nil)

func (*attempts) String() string        { return "attempts" }
func (*attempts) Type() string          { return "attempts" }
func (*attempts) Freeze()               {}
func (*attempts) Truth() starlark.Bool  { return starlark.True }
func (*attempts) Hash() (uint32, error) { return 0, errors.New("attempts cannot be a key") }

// Iterate makes an iterator; they all count the same attempts.
func (a *attempts) Iterate() starlark.Iterator { return attemptsIterator{a} }

type attemptsIterator struct{ *attempts }

func (attemptsIterator) Done() {}

func (i attemptsIterator) Next(next *starlark.Value) bool {
	a := i.attempts
	if a.user.run.aborted != nil {
		return false
	}
	value, err := a.user.run.perform(a.thread, a.word, nil, func(*invocation) (starlark.Value, error) { return a.ask() })
	if err != nil {
		a.user.run.abort(a.thread, err)
		return false
	}
	*next = value
	return true
}

// ask asks once more. An attempt that was neither rejected nor a wish for
// another code should have ended the loop.
func (a *attempts) ask() (starlark.Value, error) {
	if last := a.current; last != nil && !last.rejected && !last.resend {
		return nil, fmt.Errorf("%s: the loop came round without attempt.reject(reason): end a good attempt with break, and a bad one with reject", a.word)
	}
	answer, err := a.user.ask(a.prompt)
	if err != nil {
		return nil, err
	}
	a.current = &attempt{attempts: a, values: map[string]*opaque{}}
	if a.prompt.Kind == prompt.OneTimeCode && answer[prompt.ActionField].Reveal() == prompt.Resend {
		if !a.prompt.CanResend {
			return nil, errAnswer(a.prompt)
		}
		a.resends++
		a.prompt.Reason, a.prompt.CanResend = "", a.resends < maxResends
		a.current.resend = true
		return a.current, nil
	}
	for _, name := range a.names() {
		given, ok := answer[name]
		if !ok {
			return nil, errAnswer(a.prompt)
		}
		value := a.user.run.conceal(name, given)
		if a.prompt.Kind == prompt.OneTimeCode {
			value = a.user.run.conceal(name, secret.New(prompt.NormalizeCode(given.Reveal())))
		}
		a.current.values[name] = value
	}
	return a.current, nil
}

// names are the fields of an attempt.
func (a *attempts) names() []string {
	if a.prompt.Kind == prompt.OneTimeCode {
		return []string{prompt.CodeField}
	}
	names := make([]string, len(a.prompt.Fields))
	for i, field := range a.prompt.Fields {
		names[i] = field.Name
	}
	return names
}

// attemptWords are the entries of attempts in the reference.
var attemptWords = map[string]manual{
	"[]": {
		`attempt["name"] → opaque`, "A field of the credentials, or \"code\".", "AUTOMATION_ERROR for a name that is none, and where the person wants another code.",
		"for attempt in user.credentials():\n    page.fill(\"#password\", attempt[\"password\"])\n    break",
	},
	"reject": {
		"attempt.reject(reason)", "Says why it did not do, by a key, and has the loop go round. Credentials that were rejected for another reason than wrong_username count toward the lock-out that integration(…) states.", "After the last attempt the session ends, as the loop says.",
		"for attempt in user.credentials():\n    attempt.reject(\"wrong_password\")",
	},
	"resend": {
		"attempt.resend → True or False", "The person wants another code instead: have the site send it, and let the loop go round.", "None.",
		"for attempt in user.one_time_code(resend = True):\n    if attempt.resend:\n        page.click(\"#resend\")\n        continue\n    break",
	},
}

// attempt is one answer: attempt["username"], attempt.reject(reason) and, of a
// code, attempt.resend.
type attempt struct {
	attempts *attempts
	values   map[string]*opaque
	resend   bool
	rejected bool
}

var (
	_ starlark.Mapping  = (*attempt)(nil)
	_ starlark.HasAttrs = (*attempt)(nil)
)

func (*attempt) String() string        { return "attempt" }
func (*attempt) Type() string          { return "attempt" }
func (*attempt) Freeze()               {}
func (*attempt) Truth() starlark.Bool  { return starlark.True }
func (*attempt) Hash() (uint32, error) { return 0, errors.New("an attempt cannot be a key") }
func (*attempt) AttrNames() []string   { return []string{"reject", "resend"} }

// Get gives a field of the answer, opaque.
func (t *attempt) Get(key starlark.Value) (starlark.Value, bool, error) {
	name, ok := starlark.AsString(key)
	if !ok {
		return nil, false, fmt.Errorf("an attempt has named fields, not a %s", key.Type())
	}
	if t.resend {
		return nil, false, errors.New("the person asked for another code, so there is none yet: check attempt.resend first")
	}
	value, ok := t.values[name]
	if !ok {
		names := t.attempts.names()
		slices.Sort(names)
		return nil, false, fmt.Errorf("attempt has no field %q, only %s", prompt.Quote(name), strings.Join(names, ", "))
	}
	return value, true, nil
}

// Attr gives attempt.reject and attempt.resend.
func (t *attempt) Attr(name string) (starlark.Value, error) {
	switch name {
	case "resend":
		return starlark.Bool(t.resend), nil
	case "reject":
		return starlark.NewBuiltin("attempt.reject", func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return t.attempts.user.run.perform(thread, b.Name(), nil, func(w *invocation) (starlark.Value, error) {
				return t.reject(w, args, kwargs)
			})
		}), nil
	}
	return nil, nil
}

// reject says why an answer did not do. After the last attempt it ends the
// session.
func (t *attempt) reject(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var reason string
	if err := unpack(w.step.Word, args, kwargs, "reason", &reason); err != nil {
		return nil, err
	}
	if reason == "" {
		return nil, errors.New("attempt.reject: give a reason, as in attempt.reject(\"wrong_password\")")
	}
	if err := checkReason(reason); err != nil {
		return nil, fmt.Errorf("attempt.reject: %w", err)
	}
	a := t.attempts
	switch {
	case t != a.current:
		return nil, errors.New("attempt.reject: this is an earlier attempt")
	case t.rejected:
		return nil, errors.New("attempt.reject: this attempt is rejected already")
	case t.resend:
		return nil, errors.New("attempt.reject: there is no code to reject: the person asked for another one")
	}
	t.rejected = true
	w.step.Outcome = reason
	if a.prompt.Kind == prompt.Credentials {
		if err := a.user.run.options.User.Refused(a.user.run.ctx, reason); err != nil {
			return nil, outside(err)
		}
	}
	a.prompt.Reason = reason
	a.prompt.AttemptsLeft--
	if a.prompt.AttemptsLeft == 0 {
		return nil, statement{outcome.New(a.exhausted, "%s, in each of %d attempts", reason, a.total)}
	}
	return starlark.None, nil
}

func (u *user) credentials(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	total := 3
	if err := unpack(w.step.Word, args, kwargs, "attempts?", &total); err != nil {
		return nil, err
	}
	prompt := prompt.Prompt{Kind: prompt.Credentials, Fields: slices.Clone(u.run.integration.Credentials)}
	return u.attempts(w, prompt, total, outcome.InvalidCredentials)
}

func (u *user) oneTimeCode(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	total := 3
	prompt := prompt.Prompt{Kind: prompt.OneTimeCode}
	if err := unpack(w.step.Word, args, kwargs, "sent_to?", &prompt.SentTo, "digits?", &prompt.Digits,
		"attempts?", &total, "resend?", &prompt.CanResend, "time_limit?", &prompt.TimeLimit, "app?", &prompt.FromApp); err != nil {
		return nil, err
	}
	if prompt.FromApp && (prompt.SentTo != "" || prompt.CanResend) {
		return nil, fmt.Errorf("%s: an app's code (app = True) is not sent: leave out sent_to and resend", w.step.Word)
	}
	prompt.SentTo = u.run.destination(prompt.SentTo)
	if prompt.Digits < 0 || prompt.Digits > 20 {
		return nil, fmt.Errorf("%s: digits = %d must be 0 (any code) to 20", w.step.Word, prompt.Digits)
	}
	if prompt.TimeLimit < 0 || prompt.TimeLimit > 3600 {
		return nil, fmt.Errorf("%s: time_limit = %d must be 0 (none) to 3600 seconds", w.step.Word, prompt.TimeLimit)
	}
	return u.attempts(w, prompt, total, outcome.MFAFailed)
}

func (u *user) attempts(w *invocation, prompt prompt.Prompt, total int, exhausted outcome.Code) (starlark.Value, error) {
	if total < 1 || total > maxAttempts {
		return nil, fmt.Errorf("%s: attempts = %d must be 1 to %d", w.step.Word, total, maxAttempts)
	}
	prompt.AttemptsLeft = total
	return &attempts{user: u, thread: w.thread, word: w.step.Word, prompt: prompt, total: total, exhausted: exhausted}, nil
}
