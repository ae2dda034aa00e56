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

const approveTimeout = 120 * time.Second

// approve shows that the person has to approve elsewhere, while the page is
// watched for what the site makes of it.
func (u *user) approve(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	may, err := outcomesIn(w.step.Word, args, kwargs, "sent_to", "timeout")
	if err != nil {
		return nil, err
	}
	p := prompt.Prompt{Kind: prompt.Approval}
	if sentTo, given := may.settings["sent_to"]; given {
		text, ok := starlark.AsString(sentTo)
		if !ok {
			return nil, fmt.Errorf("user.approve: sent_to must be a text, not a %s", sentTo.Type())
		}
		p.SentTo = u.run.destination(text)
	}
	limit := approveTimeout
	if timeout, given := may.settings["timeout"]; given {
		if limit, err = secondsUpTo(timeout, maxApproval); err != nil {
			return nil, fmt.Errorf("user.approve: %w", err)
		}
	}
	watching := &page{run: u.run, live: u.run.options.Page}
	if err := watching.conditions(w, may); err != nil {
		return nil, err
	}
	p.TimeLimit = int(limit / time.Second)
	name, err := u.race(p, limit, func(ctx context.Context) (string, error) { return watching.first(ctx, w, limit, may) })
	if err != nil {
		return nil, err
	}
	w.step.Outcome = name
	return starlark.String(name), nil
}

const maxApproval = 10 * time.Minute

var errNoticed = errors.New("the site noticed")

// race shows the prompt until one of the conditions comes. What ends the
// prompt early, such as the person's cancelling, ends the waiting; both have
// returned when race does.
func (u *user) race(p prompt.Prompt, limit time.Duration, wait func(context.Context) (string, error)) (string, error) {
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
	end(errNoticed)
	<-asked
	switch {
	case err == nil:
		return name, nil
	case u.run.ctx.Err() != nil:
		return "", outside(causeOf(u.run.ctx))
	case askErr != nil:
		return "", outside(askErr)
	}
	if _, ok := errors.AsType[*starlark.EvalError](err); ok {
		return "", err // of a function of the script's
	}
	if typed, ok := errors.AsType[*outcome.Error](err); ok && typed.Code == outcome.SiteChanged {
		late := outcome.Wrap(outcome.MFAFailed, err, "no approval within %v", limit)
		late.Selectors = typed.Selectors
		return "", late
	}
	return "", outside(err)
}
