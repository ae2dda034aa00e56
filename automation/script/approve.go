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
		"user.approve(dict, …, sent_to = \"\", number = None, timeout = 120, name = selector, …) → name",
		"Shows that the user has to approve on another device, and waits for an outcome as page.wait_for does. number is the selector of a number that the site shows and that the user has to enter or choose in the app: it is shown to the user, also when the site replaces it. A text of up to 4 digits is taken for the number itself. timeout is in seconds, at most 600.",
		"MFA_FAILED if no outcome comes in time. SITE_CHANGED if there is no number. AUTOMATION_ERROR if number matches a longer text than 12 characters, or one without a digit.",
		`seen = user.approve(sent_to = page.text("#device"), number = "#number", home = url("/home"), denied = ".denied")`,
	}},
}

const (
	approvalTimeout    = 2 * time.Minute
	maxApprovalTimeout = 10 * time.Minute
)

// approve shows that the user has to approve elsewhere, and waits for the
// outcome on the page.
func (u *user) approve(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	expected, err := outcomesOf(w.step.Word, args, kwargs, "sent_to", "number", "timeout")
	if err != nil {
		return nil, err
	}
	asked, limit, err := u.approvalOf(expected.settings)
	if err != nil {
		return nil, fmt.Errorf("user.approve: %w", err)
	}
	watched := &page{run: u.run, live: u.run.options.Page}
	if err := expected.prepare(watched, w); err != nil {
		return nil, err
	}
	if number, given := expected.settings["number"]; given && number != starlark.None {
		if err := u.matchNumber(&asked, expected, number); err != nil {
			return nil, err
		}
	}
	name, err := u.showWhile(asked, limit, func(ctx context.Context, show func(prompt.Prompt)) (string, error) {
		if observe := expected.observe; observe != nil {
			observe.show = show
		}
		return expected.wait(ctx, watched, w, limit)
	})
	if err != nil {
		return nil, err
	}
	w.step.Outcome = name
	return starlark.String(name), nil
}

// approvalOf returns the prompt for an approval, and how long it may take.
func (u *user) approvalOf(settings map[string]starlark.Value) (asked prompt.Prompt, limit time.Duration, err error) {
	asked, limit = prompt.Prompt{Kind: prompt.Approval}, approvalTimeout
	if sentTo, given := settings["sent_to"]; given {
		text, ok := starlark.AsString(sentTo)
		if !ok {
			return asked, 0, fmt.Errorf("sent_to must be a text, not a %s", sentTo.Type())
		}
		asked.SentTo = u.run.quoteDestination(text)
	}
	if timeout, given := settings["timeout"]; given {
		if limit, err = secondsUpTo(timeout, maxApprovalTimeout); err != nil {
			return asked, 0, err
		}
	}
	asked.TimeLimit = int(limit / time.Second)
	return asked, limit, nil
}

var errApproved = errors.New("the site reported the approval")

// showWhile shows a prompt while wait runs, which may show another one instead.
// What ends the prompt early, such as a cancel by the user, ends the wait. Both
// have returned when showWhile does.
func (u *user) showWhile(p prompt.Prompt, limit time.Duration, wait func(context.Context, func(prompt.Prompt)) (string, error)) (string, error) {
	ctx, end := context.WithCancelCause(u.run.ctx)
	shown := &shownPrompt{user: u.run.options.User, ctx: ctx, end: end}
	shown.show(p)
	name, err := wait(ctx, shown.show)
	end(errApproved)
	shown.withdraw(errApproved)
	switch {
	case err == nil:
		return name, nil
	case u.run.ctx.Err() != nil:
		return "", withOutcome(causeOf(u.run.ctx))
	case shown.err != nil:
		return "", withOutcome(shown.err)
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

// shownPrompt is a prompt without an answer, open while something else is waited
// for.
type shownPrompt struct {
	user   User
	ctx    context.Context // of the wait
	end    context.CancelCauseFunc
	cancel context.CancelCauseFunc // of the prompt that is open
	closed chan struct{}           // once it is closed
	err    error                   // what ended the wait; read after closed
}

var errReplaced = errors.New("the prompt shows something else now")

// show opens a prompt, in place of the one before.
func (s *shownPrompt) show(p prompt.Prompt) {
	if s.cancel != nil {
		s.withdraw(errReplaced)
	}
	ctx, cancel := context.WithCancelCause(s.ctx)
	closed := make(chan struct{})
	s.cancel, s.closed = cancel, closed
	go func() {
		defer close(closed)
		_, err := s.user.Ask(ctx, p)
		if err != nil && ctx.Err() == nil {
			s.err = err
			s.end(err)
		}
	}()
}

// withdraw closes the prompt that is open, and returns when it is closed.
func (s *shownPrompt) withdraw(cause error) {
	s.cancel(cause)
	<-s.closed
}
