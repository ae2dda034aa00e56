package script

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/script/dialect"
)

// attemptLoopWords are the words of the user that a for loop goes through.
var attemptLoopWords = map[string]userWord{
	"credentials": {(*user).credentials, manual{
		"for attempt in user.credentials(attempts = 3): …",
		"Each iteration has the user's credentials, which are asked for again after attempt.reject. End the loop with break.",
		"INVALID_CREDENTIALS if the last attempt is rejected.",
		"for attempt in user.credentials(attempts = 3):\n    page.fill(\"#username\", attempt[\"username\"])\n    if page.wait_for(home = \"#home\", wrong = \".error\") == \"home\":\n        break\n    attempt.reject(\"wrong_password\")",
	}},
	"one_time_code": {(*user).oneTimeCode, manual{
		"for attempt in user.one_time_code(sent_to = \"\", digits = 0, attempts = 3, resend = False, time_limit = 0, app = False): …",
		"Each iteration has a code that the site sends or, with app = True, that an authenticator app shows: the user is told which. digits is the length of the code, 0 for any code. A code comes without spaces, dashes and invisible characters, and in the digits 0 to 9; with digits, G-123456 comes as 123456. resend says that another can be sent: then check attempt.resend first; time_limit is how many seconds the site allows, 0 for no limit.",
		"MFA_FAILED if the last attempt is rejected.",
		"for attempt in user.one_time_code(sent_to = page.text(\"#to\"), digits = 6):\n    page.fill(\"#code\", attempt[\"code\"])\n    break",
	}},
}

const (
	standardAttempts = 3
	maxAttempts      = 10
	maxDigits        = 20
	maxTimeLimit     = 3600 // seconds
)

func (u *user) credentials(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	total := standardAttempts
	if err := dialect.Unpack(w.step.Word, args, kwargs, "attempts?", &total); err != nil {
		return nil, err
	}
	p := prompt.Prompt{Kind: prompt.Credentials, Fields: slices.Clone(u.run.integration.Credentials)}
	return u.newAttempts(w, p, total, outcome.InvalidCredentials), nil
}

func (u *user) oneTimeCode(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	total := standardAttempts
	p := prompt.Prompt{Kind: prompt.OneTimeCode}
	if err := dialect.Unpack(w.step.Word, args, kwargs, "sent_to?", &p.SentTo, "digits?", &p.Digits,
		"attempts?", &total, "resend?", &p.CanResend, "time_limit?", &p.TimeLimit, "app?", &p.FromApp); err != nil {
		return nil, err
	}
	if p.FromApp && (p.SentTo != "" || p.CanResend) {
		return nil, fmt.Errorf("%s: an app's code (app = True) is not sent: leave out sent_to and resend", w.step.Word)
	}
	p.SentTo = u.run.quoteDestination(p.SentTo)
	return u.newAttempts(w, p, total, outcome.MFAFailed), nil
}

func (u *user) newAttempts(w *invocation, p prompt.Prompt, total int, exhausted outcome.Code) *attempts {
	p.AttemptsLeft = total
	return &attempts{user: u, thread: w.thread, word: w.step.Word, prompt: p, total: total, exhausted: exhausted}
}
