package script

import (
	"errors"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/outcome"
)

// invocation is one call of a word, and the step that it becomes.
type invocation struct {
	run    *Run
	thread *starlark.Thread
	step   Step

	matched *browser.Matched // which of several alternatives matched; nil if there is one
}

// perform runs a word and records it as a step. live is the page that the word
// works on; nil for words that work on none.
func (r *Run) perform(thread *starlark.Thread, word string, live *browser.Page, do func(*invocation) (starlark.Value, error)) (starlark.Value, error) {
	if err := r.countWord(); err != nil {
		return nil, err
	}
	r.clock.stop()
	defer r.clock.start()
	line := scriptLine(thread.CallStack(), r.integration.Filename)
	w := &invocation{run: r, thread: thread, step: Step{Word: word, Line: line, Operation: r.operation, Started: time.Now()}}
	value, err := do(w)
	r.record(w, live, err)
	if value == nil && err == nil {
		value = starlark.None
	}
	return value, err
}

// record completes the step of a word that returned err, and records it.
func (r *Run) record(w *invocation, live *browser.Page, err error) {
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
	if live != nil && (err == nil || typed != nil) {
		w.step.URL = live.URL()
		if !r.inPredicate {
			w.step.Traffic = live.TakeTraffic()
		}
	}
	if !r.inPredicate {
		r.options.Recorder.Step(w.step)
	}
}

// recordMatched records the alternative that matched instead of the whole list.
func (w *invocation) recordMatched(frames string) {
	if w.matched != nil && w.matched.Selector != "" {
		w.step.Selector = frames + w.matched.Selector
	}
}
