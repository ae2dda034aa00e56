package script

import (
	"errors"
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/script/dialect"
	"passage/automation/secret"
)

// attempts is what user.credentials and user.one_time_code return. Each
// iteration of a for loop over it asks the user once more.
//
// Starlark's iterators cannot return an error. So an error is kept in the run,
// which cancels the thread.
type attempts struct {
	user      *user
	thread    *starlark.Thread
	word      string
	prompt    prompt.Prompt
	total     int
	exhausted outcome.Code // the outcome when the last attempt is rejected
	resends   int
	current   *attempt // the one that the script has; nil before the first
}

var _ starlark.Iterable = (*attempts)(nil)

func (*attempts) String() string        { return "attempts" }
func (*attempts) Rounds()               {} // as dialect.Rounds
func (*attempts) Type() string          { return "attempts" }
func (*attempts) Freeze()               {}
func (*attempts) Truth() starlark.Bool  { return starlark.True }
func (*attempts) Hash() (uint32, error) { return 0, errors.New("attempts cannot be a key") }

// Iterate returns an iterator. All iterators count the same attempts.
func (a *attempts) Iterate() starlark.Iterator { return attemptsIterator{a} }

type attemptsIterator struct{ *attempts }

func (attemptsIterator) Done() {}

func (i attemptsIterator) Next(next *starlark.Value) bool {
	run := i.user.run
	if run.aborted != nil {
		return false
	}
	value, err := run.perform(i.thread, i.word, nil, func(*invocation) (starlark.Value, error) { return i.ask() })
	if err != nil {
		run.abort(i.thread, err)
		return false
	}
	*next = value
	return true
}

const maxResends = 5

// ask asks the user for the next attempt. The attempt before must have been
// rejected, or have been a request for another code: a good one ends the loop.
func (a *attempts) ask() (starlark.Value, error) {
	if last := a.current; last != nil && !last.rejected && !last.resend {
		return nil, fmt.Errorf("%s: the loop continued without attempt.reject(reason): end a good attempt with break, and a bad one with reject", a.word)
	}
	answer, err := a.user.ask(a.prompt)
	if err != nil {
		return nil, err
	}
	a.current = &attempt{attempts: a, values: map[string]*dialect.Opaque{}}
	if a.prompt.Kind == prompt.OneTimeCode && answer[prompt.ActionField].Reveal() == prompt.Resend {
		if !a.prompt.CanResend {
			return nil, errAnswer(a.prompt)
		}
		a.resends++
		a.prompt.Reason, a.prompt.CanResend = "", a.resends < maxResends
		a.current.resend = true
		return a.current, nil
	}
	for _, name := range a.fieldNames() {
		value, ok := answer[name]
		if !ok {
			return nil, errAnswer(a.prompt)
		}
		a.current.values[name] = a.opaque(name, value)
	}
	return a.current, nil
}

// opaque makes a value of the answer opaque.
func (a *attempts) opaque(name string, value secret.Value) *dialect.Opaque {
	if a.isPublic(name) {
		return a.user.run.personal(name, value)
	}
	return a.user.run.opaque(name, value)
}

// isPublic reports whether a field is declared, and not as a secret.
func (a *attempts) isPublic(name string) bool {
	return slices.ContainsFunc(a.prompt.Fields, func(f prompt.Field) bool { return f.Name == name && !f.Secret })
}

// fieldNames returns the names of an attempt's fields.
func (a *attempts) fieldNames() []string {
	if a.prompt.Kind == prompt.OneTimeCode {
		return []string{prompt.CodeField}
	}
	names := make([]string, len(a.prompt.Fields))
	for i, field := range a.prompt.Fields {
		names[i] = field.Name
	}
	return names
}

// attempt is one answer: attempt["username"], attempt.reject(reason) and, of a
// code, attempt.resend.
type attempt struct {
	attempts *attempts
	values   map[string]*dialect.Opaque
	resend   bool // the user wants another code
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
