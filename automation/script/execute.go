package script

import (
	"context"
	"encoding/json"
	"errors"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/script/dialect"
)

// Start begins a run. It ends with its context, whose cause becomes the outcome.
func (i *Integration) Start(ctx context.Context, o Options) (*Run, error) {
	if o.Page == nil || o.User == nil || o.Recorder == nil || o.Redactor == nil {
		return nil, errors.New("start run: page, user, recorder and redactor are all needed")
	}
	if o.Steps == 0 {
		o.Steps = defaultSteps
	}
	if o.Computing == 0 {
		o.Computing = computingTime
	}
	return &Run{ctx: ctx, integration: i, options: o}, nil
}

// Login calls the script's login. Its error is a *Failure.
func (r *Run) Login() error {
	r.operation, r.resuming, r.submitRefused = LogIn, false, "login only logs in"
	args := starlark.Tuple{&page{run: r, live: r.options.Page}, &user{run: r}}
	if _, err := r.call(r.integration.login, args); err != nil {
		return r.fail(err)
	}
	return nil
}

// Operation calls the function of an operation and returns its result as
// scrubbed JSON, with the keys in the order in which the script made them. Its
// error is a *Failure.
func (r *Run) Operation(c Call) (json.RawMessage, error) {
	r.operation, r.resuming, r.submitRefused = c.Name, c.Resuming, refuseSubmit(c)
	r.reads, r.readCells = nil, 0
	function := r.integration.Function(c.Name)
	if function == nil {
		return nil, &Failure{Outcome: outcome.New(outcome.UnknownProvider, "%s has no operation %q", r.integration.ID, c.Name)}
	}
	arguments, err := r.arguments(c)
	if err != nil {
		return nil, &Failure{Outcome: outcome.Wrap(outcome.InternalError, err, "read arguments of %s", c.Name)}
	}
	args := starlark.Tuple{&page{run: r, live: r.options.Page}, arguments, &user{run: r}}
	value, err := r.call(function, args[:function.NumParams()])
	if err != nil {
		return nil, r.fail(err)
	}
	result, err := r.result(value)
	if err != nil {
		failure := r.fail(outcome.New(outcome.AutomationError, "the result of %s: %v", c.Name, err))
		failure.Line = int(function.Position().Line)
		return nil, failure
	}
	return result, nil
}

// refuseSubmit returns why an operation may not use page.submit. It is empty for
// a write that is not a dry run.
func refuseSubmit(c Call) string {
	switch {
	case IsRead(c.Name):
		return "a read changes nothing"
	case DryRun(c.Arguments):
		return "this is a dry run: return before submitting"
	}
	return ""
}

// result turns what an operation returned into scrubbed JSON.
func (r *Run) result(value starlark.Value) (json.RawMessage, error) {
	if value == starlark.None {
		return nil, errors.New("the function returned nothing; does every path through it end with return {…}?")
	}
	return dialect.EncodeJSON(value, r.options.Redactor.ScrubValue)
}

// call runs a function of the script on a new thread.
func (r *Run) call(function *starlark.Function, args starlark.Tuple) (value starlark.Value, err error) {
	r.failed, r.aborted, r.abortedAt, r.inPredicate, r.missed = Step{}, nil, nil, false, nil
	thread := dialect.NewThread(r.integration.ID+" "+r.operation, &r.allowance)
	thread.SetLocal(runKey, r)
	thread.SetMaxExecutionSteps(max(1, r.options.Steps))
	thread.OnMaxSteps = func(thread *starlark.Thread) {
		r.abort(thread, outcome.New(outcome.AutomationError, "the script took too many steps; is there an endless loop?"))
	}
	stop := context.AfterFunc(r.ctx, func() { thread.Cancel("the session ended") })
	defer stop()
	r.clock = newClock(r.options.Computing, func() { thread.Cancel("it computed too long") })
	defer r.clock.end()
	// A panic in Starlark must end this session and no other.
	defer func() {
		if problem := recover(); problem != nil {
			err = outcome.New(outcome.InternalError, "panic in %s: %v", thread.Name, problem)
		}
	}()
	value, err = starlark.Call(thread, function, args, nil)
	r.options.Steps -= min(r.options.Steps, thread.ExecutionSteps())
	if err != nil && r.aborted == nil && r.clock.over.Load() {
		evaluation, _ := errors.AsType[*starlark.EvalError](err)
		r.aborted, r.abortedAt = outcome.New(outcome.AutomationError, "the script computed for more than %s; is there an endless loop?", r.options.Computing), evaluation.CallStack
	}
	if err == nil && r.aborted != nil {
		err = r.aborted
	}
	return value, err
}
