package script

import (
	"fmt"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/prompt"
)

// user is the end user as a script sees them.
type user struct{ run *Run }

// ask opens a prompt and waits for its answer.
func (u *user) ask(p prompt.Prompt) (prompt.Answer, error) {
	answer, err := u.run.options.User.Ask(u.run.ctx, p)
	return answer, withOutcome(err)
}

// errAnswer is the error of an answer that Prompt.Validate would have refused.
func errAnswer(p prompt.Prompt) error {
	return outcome.New(outcome.InternalError, "the answer does not fit the prompt for %s", p.Kind)
}

// reasonKey accepts the key of a reason for asking again, or nothing.
func reasonKey(name string, value starlark.Value) error {
	reason, err := textOf(name, value)
	if err == nil && reason != "" && !prompt.IsKey(reason) {
		return fmt.Errorf("the reason %q must be a key like %q; its text is in views", prompt.Quote(reason), "wrong_password")
	}
	return err
}
