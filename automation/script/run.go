package script

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/script/dialect"
	"passage/automation/secret"
)

// Run is one session's use of an integration: the log-in, then operations. It
// must not be used by two goroutines at once.
type Run struct {
	ctx         context.Context // the session's: every word needs it, and Starlark passes none
	integration *Integration
	options     Options
	allowance   dialect.Allowance

	operation     string         // what runs now: LogIn or "resource.action"
	account       string         // whose account it is; empty until login names it
	resuming      bool           // an earlier attempt may have submitted the write
	submitRefused string         // why page.submit is refused; empty if it is allowed
	wordCount     int            // words used so far
	clock         *clock         // of the call
	inPredicate   bool           // a function runs that may only look at the page
	missed        *outcome.Error // why the last predicate had no answer, or nil

	reads     []read // what the operation has read
	readCells int

	failed    Step               // the step that failed last
	aborted   error              // what ended the call if Starlark could not be given an error
	abortedAt starlark.CallStack // where that happened
}

// LogIn is the name of the log-in in steps, in place of an operation.
const LogIn = "login"

const (
	maxWords     = 20_000     // words of page and user in one run
	defaultSteps = 10_000_000 // of Starlark in one run
)

const runKey = "run" // the local of a thread that holds its *Run

// runOf returns the run of a thread. There is none while a script is loaded.
func runOf(thread *starlark.Thread, word string) (*Run, error) {
	if r, ok := thread.Local(runKey).(*Run); ok {
		return r, nil
	}
	return nil, fmt.Errorf("%s(…) is for functions: nothing runs yet while the file is loaded", word)
}

// countWord keeps an endless loop from filling the recording.
func (r *Run) countWord() error {
	if r.wordCount++; r.wordCount > maxWords {
		return fmt.Errorf("the script used more than %d words of page and user; is there an endless loop?", maxWords)
	}
	return nil
}

// abort ends a call of the script from an iterator, which cannot return an
// error. The first error is kept.
func (r *Run) abort(thread *starlark.Thread, err error) {
	if r.aborted == nil {
		r.aborted, r.abortedAt = err, thread.CallStack()
	}
	thread.Cancel("ended by Passage")
}

// opaque makes an opaque value for the script. From then on its text is
// scrubbed from everything that leaves the run.
func (r *Run) opaque(name string, value secret.Value) *dialect.Opaque {
	r.options.Redactor.Add(value)
	return dialect.NewOpaque(name, value)
}

// personal makes an opaque value of what is not secret, such as a user name: it is
// scrubbed from logs and recordings, and stays in results and in prompts.
func (r *Run) personal(name string, value secret.Value) *dialect.Opaque {
	r.options.Redactor.AddPersonal(value)
	return dialect.NewOpaque(name, value)
}

// scrub removes secrets and what is personal from a text for developers.
func (r *Run) scrub(text string) string { return r.options.Redactor.Scrub(text) }

// quote makes a text of the site fit for a prompt, which is stored. Secrets that
// the site repeats are masked in the way of sites. The user name stays: it is
// shown to its owner only.
func (r *Run) quote(text string) string {
	return strings.ReplaceAll(r.options.Redactor.ScrubSecrets(prompt.Quote(text)), secret.Redacted, "•••")
}

// quoteDestination quotes where a site says that it sent something. It is empty
// if the site only repeats a secret: masked, that says nothing.
func (r *Run) quoteDestination(text string) string {
	shown := r.quote(text)
	if strings.Trim(shown, "• ") == "" {
		return ""
	}
	return shown
}

// withOutcome gives an error from outside of this package an outcome, so that it
// is not taken for an error of the script.
func withOutcome(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*outcome.Error](err); ok {
		return err
	}
	return outcome.From(err)
}

// causeOf returns why a context ended.
func causeOf(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return fmt.Errorf("the session ended: %w", ctx.Err())
}
