package script

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/prompt"
)

// approvalWords is the word of the user that waits for an approval elsewhere.
var approvalWords = map[string]userWord{
	"approve": {(*user).approve, manual{
		"user.approve(dict, …, sent_to = \"\", timeout = 120, name = selector, …) → name",
		"Shows that the user has to approve on another device, and waits for an outcome as page.wait_for does. timeout is in seconds, at most 600.",
		"MFA_FAILED if no outcome comes in time.",
		`seen = user.approve(sent_to = page.text("#device"), home = url("/home"), denied = ".denied")`,
	}},
}

const (
	approvalTimeout    = 2 * time.Minute
	maxApprovalTimeout = 10 * time.Minute
)

// approve shows that the user has to approve elsewhere, and waits for the
// outcome on the page.
func (u *user) approve(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	expected, err := outcomesOf(w.step.Word, args, kwargs, "sent_to", "timeout")
	if err != nil {
		return nil, err
	}
	asked := prompt.Prompt{Kind: prompt.Approval}
	if sentTo, given := expected.settings["sent_to"]; given {
		text, ok := starlark.AsString(sentTo)
		if !ok {
			return nil, fmt.Errorf("user.approve: sent_to must be a text, not a %s", sentTo.Type())
		}
		asked.SentTo = u.run.quoteDestination(text)
	}
	limit := approvalTimeout
	if timeout, given := expected.settings["timeout"]; given {
		if limit, err = secondsUpTo(timeout, maxApprovalTimeout); err != nil {
			return nil, fmt.Errorf("user.approve: %w", err)
		}
	}
	watched := &page{run: u.run, live: u.run.options.Page}
	if err := expected.prepare(watched, w); err != nil {
		return nil, err
	}
	asked.TimeLimit = int(limit / time.Second)
	name, err := u.showWhile(asked, limit, func(ctx context.Context) (string, error) { return expected.wait(ctx, watched, w, limit) })
	if err != nil {
		return nil, err
	}
	w.step.Outcome = name
	return starlark.String(name), nil
}

var errApproved = errors.New("the site reported the approval")

// showWhile shows a prompt while wait runs. What ends the prompt early, such as
// a cancel by the user, ends the wait. Both have returned when showWhile does.
func (u *user) showWhile(p prompt.Prompt, limit time.Duration, wait func(context.Context) (string, error)) (string, error) {
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
	name, err := wait(ctx)
	end(errApproved)
	<-asked
	switch {
	case err == nil:
		return name, nil
	case u.run.ctx.Err() != nil:
		return "", withOutcome(causeOf(u.run.ctx))
	case askErr != nil:
		return "", withOutcome(askErr)
	}
	if _, ok := errors.AsType[*starlark.EvalError](err); ok {
		return "", err // of a predicate
	}
	if typed, ok := errors.AsType[*outcome.Error](err); ok && typed.Code == outcome.SiteChanged {
		late := outcome.Wrap(outcome.MFAFailed, err, "no approval within %v", limit)
		late.Selectors = typed.Selectors
		return "", late
	}
	return "", withOutcome(err)
}
