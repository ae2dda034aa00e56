package script

import (
	"fmt"

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

// checkReason reports what is wrong with the reason for asking again.
func checkReason(reason string) error {
	if reason != "" && !prompt.IsKey(reason) {
		return fmt.Errorf("the reason %q must be a key like %q; its text is in views", prompt.Quote(reason), "wrong_password")
	}
	return nil
}
