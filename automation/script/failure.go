package script

import (
	"fmt"
	"strings"

	"passage/automation/outcome"
)

// Failure is how a log-in or an operation ended if it did not succeed. All its
// texts are scrubbed of secrets, and are for developers.
type Failure struct {
	Outcome   *outcome.Error
	Line      int    // of the script, where it happened; 0 if it happened outside of it
	Traceback string // the calls that led there, with their source lines
	Word      string // the word that failed, such as page.click; empty for an error of the script's own
	Selector  string // of the word that failed
	Stated    bool   // the script ended itself, with fail(code) or by rejecting the last attempt

	cause error // for errors.Is; never shown
}

func (f *Failure) Error() string {
	if f.Line == 0 {
		return f.Outcome.Error()
	}
	return fmt.Sprintf("line %d: %v", f.Line, f.Outcome)
}

// Unwrap returns the outcome first, then its cause.
func (f *Failure) Unwrap() []error {
	if f.cause == nil {
		return []error{f.Outcome}
	}
	return []error{f.Outcome, f.cause}
}

// statedOutcome is an outcome that the script itself stated.
type statedOutcome struct{ err *outcome.Error }

func (s statedOutcome) Error() string { return s.err.Error() }
func (s statedOutcome) Unwrap() error { return s.err }

// describeUnmatched lists the selectors that matched nothing visible: with what
// is similar on the page, or with the element that hides what matched.
func describeUnmatched(selectors []outcome.Selector) string {
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
		if selector.Missing != "" {
			out.WriteString(": there is no " + selector.Missing)
		}
		switch {
		case selector.Near != "" && selector.Missing != "":
			out.WriteString(", nearest there: " + selector.Near)
		case selector.Near != "":
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
