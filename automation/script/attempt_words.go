package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/script/dialect"
)

// attemptManuals are the entries of attempts in the reference.
var attemptManuals = map[string]manual{
	"[]": {
		`attempt["name"] → opaque`, "A field of the credentials, or \"code\".", "AUTOMATION_ERROR for an unknown name, and if the user wants another code.",
		"for attempt in user.credentials():\n    page.fill(\"#password\", attempt[\"password\"])\n    break",
	},
	"reject": {
		"attempt.reject(reason)", "Says why the answer was wrong, by a key, and lets the loop continue. Credentials that are rejected for another reason than wrong_username count toward the lock-out that integration(…) declares.", "After the last attempt the session ends, as described for the loop.",
		"for attempt in user.credentials():\n    attempt.reject(\"wrong_password\")",
	},
	"resend": {
		"attempt.resend → True or False", "Whether the user wants another code instead: have the site send it, and let the loop continue.", "None.",
		"for attempt in user.one_time_code(resend = True):\n    if attempt.resend:\n        page.click(\"#resend\")\n        continue\n    break",
	},
}

// Get returns a field of the answer, opaque.
func (t *attempt) Get(key starlark.Value) (starlark.Value, bool, error) {
	name, ok := starlark.AsString(key)
	if !ok {
		return nil, false, fmt.Errorf("an attempt has named fields, not a %s", key.Type())
	}
	if t.resend {
		return nil, false, errors.New("the user asked for another code, so there is none yet: check attempt.resend first")
	}
	value, ok := t.values[name]
	if !ok {
		names := t.attempts.fieldNames()
		slices.Sort(names)
		return nil, false, fmt.Errorf("attempt has no field %q, only %s", prompt.Quote(name), strings.Join(names, ", "))
	}
	return value, true, nil
}

// Attr returns attempt.reject or attempt.resend.
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

// reject records why an answer was wrong. After the last attempt it ends the
// session.
func (t *attempt) reject(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var reason string
	if err := dialect.Unpack(w.step.Word, args, kwargs, "reason", &reason); err != nil {
		return nil, err
	}
	if err := rejection("reason", starlark.String(reason)); err != nil {
		return nil, fmt.Errorf("attempt.reject: %w", err)
	}
	a := t.attempts
	switch {
	case t != a.current:
		return nil, errors.New("attempt.reject: this is an earlier attempt")
	case t.rejected:
		return nil, errors.New("attempt.reject: this attempt is rejected already")
	case t.resend:
		return nil, errors.New("attempt.reject: there is no code to reject: the user asked for another one")
	}
	t.rejected = true
	w.step.Outcome = reason
	if a.prompt.Kind == prompt.Credentials {
		if err := a.user.run.options.User.Refused(a.user.run.ctx, reason); err != nil {
			return nil, withOutcome(err)
		}
	}
	a.prompt.Reason = reason
	a.prompt.AttemptsLeft--
	if a.prompt.AttemptsLeft == 0 {
		return nil, statedOutcome{outcome.New(a.exhausted, "%s, in each of %d attempts", reason, a.total)}
	}
	return starlark.None, nil
}

var errNoReason = errors.New(`give a reason, as in attempt.reject("wrong_password")`)

// rejection accepts the key of a reason.
func rejection(name string, value starlark.Value) error {
	if value == starlark.Value(starlark.String("")) {
		return errNoReason
	}
	return reasonKey(name, value)
}
