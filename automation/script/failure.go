package script

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
)

// Failure is how a log-in or an operation ended when it did not succeed. All
// its texts are scrubbed and for developers.
type Failure struct {
	Outcome   *outcome.Error
	Line      int    // of the script, where it happened; 0 if it happened outside it
	Traceback string // the calls that led there, with their source lines
	Word      string // the word that failed, such as page.click; empty for a fault of the script's own
	Selector  string // what it was given
	Stated    bool   // the script itself said so with fail(code), or by rejecting the last attempt

	cause error // as it came, for errors.Is; never shown
}

func (f *Failure) Error() string {
	if f.Line == 0 {
		return f.Outcome.Error()
	}
	return fmt.Sprintf("line %d: %v", f.Line, f.Outcome)
}

// Unwrap returns the outcome first, then what caused it.
func (f *Failure) Unwrap() []error {
	if f.cause == nil {
		return []error{f.Outcome}
	}
	return []error{f.Outcome, f.cause}
}

// statement is an outcome that the script itself stated.
type statement struct{ said *outcome.Error }

func (s statement) Error() string { return s.said.Error() }
func (s statement) Unwrap() error { return s.said }

// fail makes the Failure of whatever ended a call of the script.
func (r *Run) fail(err error) *Failure {
	failure := &Failure{Word: r.failed.Word, Selector: r.failed.Selector}
	stack, message := r.abortedAt, ""
	if evaluation, ok := errors.AsType[*starlark.EvalError](err); ok {
		message = evaluation.Msg
		if stack == nil {
			stack = evaluation.CallStack
		}
	}
	cause := r.aborted
	if cause == nil {
		cause = err
	}
	_, failure.Stated = errors.AsType[statement](cause)
	typed, isTyped := errors.AsType[*outcome.Error](cause)
	switch {
	case isTyped:
		message = typed.Error() + unmatched(typed.Selectors)
	case r.ctx.Err() != nil:
		typed = outcome.From(causeOf(r.ctx))
		message = typed.Error()
	default:
		if message == "" || r.aborted != nil {
			message = cause.Error() // Starlark only says that it was cancelled
		}
		typed = outcome.New(outcome.AutomationError, "%s", message)
	}
	failure.Outcome = r.scrubOutcome(typed)
	failure.cause = cause
	failure.Line, failure.Traceback = r.traceback(stack)
	failure.Traceback += clip(r.scrub(message)) + "\n"
	return failure
}

// scrubOutcome returns a copy whose texts are scrubbed, the cause's among them.
func (r *Run) scrubOutcome(typed *outcome.Error) *outcome.Error {
	text := strings.TrimPrefix(strings.TrimPrefix(typed.Error(), string(typed.Code)), ": ")
	clean := outcome.New(typed.Code, "%s", clip(r.scrub(text+unmatched(typed.Selectors))))
	for _, selector := range typed.Selectors {
		selector.Selector = r.scrub(selector.Selector)
		selector.Near = r.scrub(selector.Near)
		selector.Hiding = r.scrub(selector.Hiding)
		clean.Selectors = append(clean.Selectors, selector)
	}
	return clean
}

// unmatched tells which selectors matched nothing, and what came nearest, or
// only what is not to be seen, and what hides it.
func unmatched(selectors []outcome.Selector) string {
	var out strings.Builder
	for _, selector := range selectors {
		if selector.Matches > 0 && selector.Hiding == "" {
			continue
		}
		out.WriteString("; ")
		if selector.Name != "" {
			out.WriteString(selector.Name + " = ")
		}
		if selector.Matches > 0 {
			fmt.Fprintf(&out, "%s matched %d, not visible: %s is hidden", selector.Selector, selector.Matches, selector.Hiding)
			continue
		}
		out.WriteString(selector.Selector + " matched nothing")
		if selector.Near != "" {
			out.WriteString(", nearest on the page: " + selector.Near)
		}
	}
	return out.String()
}

const maxMessage = 2000 // bytes

// clip shortens a message that quotes a long value.
func clip(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	return strings.ToValidUTF8(message[:maxMessage], "") + "…"
}

// traceback renders the script's own frames, outermost first, and returns the
// line of the innermost.
func (r *Run) traceback(stack starlark.CallStack) (line int, text string) {
	lines := strings.Split(string(r.integration.Source), "\n")
	var out strings.Builder
	out.WriteString("Traceback (most recent call last):\n")
	for _, frame := range stack {
		if frame.Pos.Filename() != r.integration.Filename {
			continue // a word or an operator: the message names it
		}
		line = int(frame.Pos.Line)
		fmt.Fprintf(&out, "  %s:%d: in %s\n", r.integration.Filename, line, frame.Name)
		if line >= 1 && line <= len(lines) {
			fmt.Fprintf(&out, "    %s\n", r.scrub(strings.TrimSpace(lines[line-1])))
		}
	}
	return line, out.String()
}
