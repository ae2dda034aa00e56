package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
)

// fail makes the Failure of an error that ended a call of the script.
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
	_, failure.Stated = errors.AsType[statedOutcome](cause)
	typed, isTyped := errors.AsType[*outcome.Error](cause)
	switch {
	case isTyped:
		message = typed.Error() + describeUnmatched(typed.Selectors)
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

// scrubOutcome returns a copy of an outcome with all its texts scrubbed,
// including that of its cause.
func (r *Run) scrubOutcome(typed *outcome.Error) *outcome.Error {
	text := strings.TrimPrefix(strings.TrimPrefix(typed.Error(), string(typed.Code)), ": ")
	clean := outcome.New(typed.Code, "%s", clip(r.scrub(text+describeUnmatched(typed.Selectors))))
	for _, selector := range typed.Selectors {
		selector.Selector = r.scrub(selector.Selector)
		selector.Missing = r.scrub(selector.Missing)
		selector.Near = r.scrub(selector.Near)
		selector.Hiding = r.scrub(selector.Hiding)
		clean.Selectors = append(clean.Selectors, selector)
	}
	return clean
}

// traceback renders the script's own frames, outermost first. It returns the
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

// scriptLine returns the line of the innermost frame of a file, 0 if there is
// none.
func scriptLine(stack starlark.CallStack, filename string) int {
	for _, frame := range slices.Backward(stack) {
		if frame.Pos.Filename() == filename {
			return int(frame.Pos.Line)
		}
	}
	return 0
}
