package script

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/script/dialect"
)

const maxAccount = 200 // characters

// accountWord is account(id). The id is in no step and in no message.
func accountWord(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	r, err := runOf(thread, b.Name())
	if err != nil {
		return nil, err
	}
	var id string
	if err := dialect.Unpack(b.Name(), args, kwargs, "id", &id); err != nil {
		return nil, err
	}
	return r.perform(thread, b.Name(), nil, func(*invocation) (starlark.Value, error) {
		return nil, r.nameAccount(strings.Join(strings.Fields(id), " "))
	})
}

// nameAccount records the account, once.
func (r *Run) nameAccount(id string) error {
	switch {
	case r.operation != LogIn:
		return errors.New("account: only login says whose account it is")
	case id == "":
		return errors.New("account: the id is empty; wait until the page shows it")
	case utf8.RuneCountInString(id) > maxAccount:
		return errors.New("account: the id has more than 200 characters; give a customer number or an address")
	case r.account == id:
		return nil
	case r.account != "":
		return errors.New("account: login named another account before")
	}
	if err := r.options.Recorder.Account(r.ctx, id); err != nil {
		return withOutcome(err)
	}
	r.account = id
	return nil
}

// failWord is fail(code, detail).
func failWord(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if _, err := runOf(thread, b.Name()); err != nil {
		return nil, err
	}
	var code, detail string
	if err := dialect.Unpack(b.Name(), args, kwargs, "code", &code, "detail?", &detail); err != nil {
		return nil, err
	}
	if err := checkCode(code); err != nil {
		return nil, err
	}
	return nil, statedOutcome{outcome.New(outcome.Code(code), "%s", prompt.Quote(detail))}
}

// printWord is print(value, …). It records a step, and prints nothing.
func printWord(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if err := dialect.AllowanceOf(thread).Printable(args...); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	r, err := runOf(thread, b.Name())
	if err != nil {
		return starlark.None, nil //nolint:nilerr // at load there is no recording
	}
	parts := make([]string, len(args))
	for i, arg := range args {
		if text, ok := starlark.AsString(arg); ok {
			parts[i] = text
			continue
		}
		parts[i] = arg.String()
	}
	return r.perform(thread, b.Name(), nil, func(w *invocation) (starlark.Value, error) {
		w.step.Outcome = prompt.Quote(r.scrub(strings.Join(parts, " ")))
		return starlark.None, nil
	})
}

// progressWord is progress(code, count).
func progressWord(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	r, err := runOf(thread, b.Name())
	if err != nil {
		return nil, err
	}
	var code string
	count := 0
	if err := dialect.Unpack(b.Name(), args, kwargs, "code", &code, "count?", &count); err != nil {
		return nil, err
	}
	if err := r.countWord(); err != nil {
		return nil, err
	}
	r.options.Recorder.Progress(code, count)
	return starlark.None, nil
}

// resumingWord is resuming().
func resumingWord(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	r, err := runOf(thread, b.Name())
	if err != nil {
		return nil, err
	}
	if err := dialect.Unpack(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return starlark.Bool(r.resuming), nil
}
