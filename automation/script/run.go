package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/secret"
)

// User is the person, as the runner reaches them. Errors are *outcome.Error.
type User interface {
	// Ask opens a prompt and waits for its answer. An approval has none: Ask
	// shows it and blocks until the context ends, because the site noticed.
	Ask(ctx context.Context, p prompt.Prompt) (prompt.Answer, error)
	// Refused is told that the site did not accept the last credentials, by the
	// key of the reason.
	Refused(ctx context.Context, reason string) error
}

// Step is one call of a word: what was done, on which line, and how it went.
// It holds nothing that was typed.
type Step struct {
	Word      string // as the script writes it: page.fill, user.choose, attempt.reject, print
	Selector  string // with those of the frames it is in: "#card >> #number"
	Matches   int    // elements that the selector matched
	Line      int
	Operation string // "login" or "resource.action"
	Started   time.Time
	Took      time.Duration
	Outcome   string // the error's code; else wait_for's name, reject's reason, what print was given; else empty
	URL       string // of the page afterwards, without query and fragment; empty where the word did not get to the page
}

// Recorder takes what a session leaves behind.
type Recorder interface {
	Step(Step)
	// Progress tells the person what is going on, by a label key, and how many
	// there are of it; 0 for no number.
	Progress(code string, count int)
	// Submit is called before page.submit acts. Its error keeps it from acting.
	Submit(ctx context.Context, selector string) error
	// Account is called at most once, with whose account the log-in is in. It is
	// to be stored in a form that does not give it away.
	Account(ctx context.Context, id string) error
}

// Options are what a run works with. All but Steps must be there.
type Options struct {
	Page     *browser.Page
	User     User
	Recorder Recorder
	Redactor *secret.Redactor
	Steps    uint64 // of Starlark, in the whole run; 0 for 10 million
}

// Run is one session's use of an integration: the log-in, then operations. It
// is for one goroutine.
type Run struct {
	ctx         context.Context // the session's, as every word needs it and Starlark passes none
	integration *Integration
	options     Options
	spent       allowance

	operation string // what runs now: logIn or "resource.action"
	account   string // whose it is; empty until login says so
	resuming  bool
	used      int    // words so far
	looking   bool   // inside a function that a word was given, to see whether something is so
	mayNot    string // why page.submit is refused; empty if it is not

	failed    Step               // the step that failed last
	aborted   error              // what ended the call where Starlark could not be given an error
	abortedAt starlark.CallStack // where
}

func (r *Run) allowed() *allowance { return &r.spent }

// Start begins a run. The context bounds all of it; its cause becomes the
// outcome when it ends first.
func (i *Integration) Start(ctx context.Context, o Options) (*Run, error) {
	if o.Page == nil || o.User == nil || o.Recorder == nil || o.Redactor == nil {
		return nil, errors.New("start run: page, user, recorder and redactor are all needed")
	}
	if o.Steps == 0 {
		o.Steps = defaultSteps
	}
	return &Run{ctx: ctx, integration: i, options: o}, nil
}

// logIn is the name of what a run does before its operations.
const logIn = "login"

// Login calls the script's login. Its error is a *Failure.
func (r *Run) Login() error {
	r.operation, r.resuming, r.mayNot = logIn, false, "login only logs in"
	page := &page{run: r, live: r.options.Page}
	if _, err := r.call(r.integration.login, starlark.Tuple{page, &user{run: r}}); err != nil {
		return r.fail(err)
	}
	return nil
}

// Call is one operation to run.
type Call struct {
	Name      string          // "resource.action"
	Arguments json.RawMessage // an object, or nothing
	Sensitive []string        // top-level arguments that stay opaque to the script
	Resuming  bool            // an earlier attempt may have submitted this write
}

// Operation calls the function of an operation and returns its result as
// scrubbed JSON, keys in the order in which the script made them. Its error is
// a *Failure.
func (r *Run) Operation(c Call) (json.RawMessage, error) {
	r.operation, r.resuming = c.Name, c.Resuming
	function, ok := r.integration.operations[c.Name]
	if !ok {
		return nil, &Failure{Outcome: outcome.New(outcome.UnknownProvider, "%s has no operation %q", r.integration.ID, c.Name)}
	}
	arguments, dryRun, err := r.arguments(c)
	if err != nil {
		return nil, &Failure{Outcome: outcome.Wrap(outcome.InternalError, err, "read arguments of %s", c.Name)}
	}
	r.mayNot = ""
	switch {
	case IsRead(c.Name):
		r.mayNot = "a read changes nothing"
	case dryRun:
		r.mayNot = "this is a dry run: return before submitting"
	}
	args := starlark.Tuple{&page{run: r, live: r.options.Page}, arguments, &user{run: r}}
	value, err := r.call(function, args[:function.NumParams()])
	if err != nil {
		return nil, r.fail(err)
	}
	result, err := r.encode(value)
	if err != nil {
		failure := r.fail(outcome.New(outcome.AutomationError, "the result of %s: %v", c.Name, err))
		failure.Line = int(function.Position().Line)
		return nil, failure
	}
	return result, nil
}

// call runs a function of the script on a thread of its own.
func (r *Run) call(function *starlark.Function, args starlark.Tuple) (value starlark.Value, err error) {
	r.failed, r.aborted, r.abortedAt, r.looking = Step{}, nil, nil, false
	thread := &starlark.Thread{Name: r.integration.ID + " " + r.operation}
	thread.SetLocal(stateKey, r)
	thread.SetMaxExecutionSteps(max(1, r.options.Steps))
	thread.OnMaxSteps = func(thread *starlark.Thread) {
		r.abort(thread, outcome.New(outcome.AutomationError, "the script took too many steps; is there an endless loop?"))
	}
	stop := context.AfterFunc(r.ctx, func() { thread.Cancel("the session ended") })
	defer stop()
	// A fault in Starlark must end this session and no other.
	defer func() {
		if problem := recover(); problem != nil {
			err = outcome.New(outcome.InternalError, "panic in %s: %v", thread.Name, problem)
		}
	}()
	value, err = starlark.Call(thread, function, args, nil)
	r.options.Steps -= min(r.options.Steps, thread.ExecutionSteps())
	if err == nil && r.aborted != nil {
		err = r.aborted
	}
	return value, err
}

// abort ends a call of the script from where Starlark takes no error: an
// iterator. The first reason stands.
func (r *Run) abort(thread *starlark.Thread, err error) {
	if r.aborted == nil {
		r.aborted, r.abortedAt = err, thread.CallStack()
	}
	thread.Cancel("ended by Passage")
}

// invocation is one call of a word, and the step that it becomes.
type invocation struct {
	run    *Run
	thread *starlark.Thread
	step   Step

	matched *browser.Matched // which alternative it was, where there are several; else nil
}

// perform runs a word and records it as a step.
func (r *Run) perform(thread *starlark.Thread, name string, at *page, do func(*invocation) (starlark.Value, error)) (starlark.Value, error) {
	if err := r.count(); err != nil {
		return nil, err
	}
	line := scriptLine(thread.CallStack(), r.integration.Filename)
	w := &invocation{run: r, thread: thread, step: Step{Word: name, Line: line, Operation: r.operation, Started: time.Now()}}
	value, err := do(w)
	w.step.Took = time.Since(w.step.Started)
	w.step.Selector = r.scrub(w.step.Selector) // a script may have built it from what it read
	typed, _ := errors.AsType[*outcome.Error](err)
	switch {
	case typed != nil:
		w.step.Outcome = string(typed.Code)
	case err != nil:
		w.step.Outcome = string(outcome.AutomationError) // the word was used wrongly
	}
	if err != nil {
		r.failed = w.step
	}
	if at != nil && (err == nil || typed != nil) {
		w.step.URL = at.live.URL()
	}
	if !r.looking {
		r.options.Recorder.Step(w.step)
	}
	if value == nil && err == nil {
		value = starlark.None
	}
	return value, err
}

// count keeps a loop from filling the recording.
func (r *Run) count() error {
	if r.used++; r.used > maxWords {
		return fmt.Errorf("the script used more than %d words of page and user; is there an endless loop?", maxWords)
	}
	return nil
}

// outside gives an error from outside of this room its outcome, so that it is
// not taken for a fault of the script.
func outside(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*outcome.Error](err); ok {
		return err
	}
	return outcome.From(err)
}

// causeOf is why a context ended.
func causeOf(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return fmt.Errorf("the session ended: %w", ctx.Err())
}
