package script

import (
	"errors"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

const maxAccount = 200 // characters

// sayAccount tells whose account the log-in is in. The id stays out of the step
// and of every message.
func sayAccount(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	r, err := runOf(thread, b.Name())
	if err != nil {
		return nil, err
	}
	var id string
	if err := unpack(b.Name(), args, kwargs, "id", &id); err != nil {
		return nil, err
	}
	return r.perform(thread, b.Name(), nil, func(*invocation) (starlark.Value, error) {
		return nil, r.nameAccount(strings.Join(strings.Fields(id), " "))
	})
}

func (r *Run) nameAccount(id string) error {
	switch {
	case r.operation != logIn:
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
		return outside(err)
	}
	r.account = id
	return nil
}
