package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"passage/automation/browser"
	"passage/automation/outcome"
	"passage/automation/script"
	"passage/automation/secret"
)

// report prints the progress of a trial, and why it failed. All output passes
// through the redactor once more, because a terminal may be recorded.
type report struct {
	interview
	redactor   *secret.Redactor
	screenshot string // where to save a screenshot of a failure; "": nowhere

	url string // as last printed
}

func (r *report) tell(format string, args ...any) {
	r.Say("%s", r.redactor.Scrub(fmt.Sprintf(format, args...)))
}

// Begins prints a heading for the steps that follow.
func (r *report) Begins(work string) { r.tell("\n%s\n", work) }

// Step prints a call of the script: its line, selector, number of matches, result
// and duration, and what the site answered.
func (r *report) Step(step script.Step) {
	about := step.Selector
	if step.Matches > 0 {
		about += fmt.Sprintf("  (%d)", step.Matches)
	}
	if step.Outcome != "" {
		about += "  = " + step.Outcome
	}
	if step.URL != "" && step.URL != r.url {
		r.url = step.URL
		about += "  at " + step.URL
	}
	if step.Traffic.Status > 0 {
		about += fmt.Sprintf("  status %d", step.Traffic.Status)
	}
	r.tell("%5d  %-20s %7s  %s\n", step.Line, step.Word, brief(step.Took), strings.TrimSpace(about))
	for _, response := range step.Traffic.Failed {
		r.tell("%36s  the site answered %s\n", "", response)
	}
	if step.Traffic.Others > 0 {
		r.tell("%36s  and %d more such answers\n", "", step.Traffic.Others)
	}
}

// brief formats a duration in a few characters.
func brief(took time.Duration) string {
	if took < time.Second {
		return fmt.Sprintf("%dms", took.Milliseconds())
	}
	return fmt.Sprintf("%.1fs", took.Seconds())
}

// Progress prints the progress message that a user would see.
func (r *report) Progress(key string, count int) {
	r.tell("       … %s\n", r.fill(r.text.ProgressText(key, count)))
}

// Failed saves a masked screenshot of the page if --screenshot asks for one.
func (r *report) Failed(ctx context.Context, page *browser.Page) {
	if at := page.URL(); at != "" {
		r.tell("\nThe page was at %s\n", at)
	}
	if r.screenshot == "" {
		return
	}
	picture, err := page.Screenshot(ctx)
	if err == nil {
		err = os.WriteFile(r.screenshot, picture, 0o600)
	}
	if err != nil {
		r.tell("There is no picture of it: %v\n", err)
		return
	}
	r.tell("A picture of it, with everything typed masked, is in %s\n", r.screenshot)
}

// failure prints how a trial ended and why, for the author of the script.
func (r *report) failure(integration *script.Integration, err error) {
	end := outcome.From(err)
	known, _ := outcome.Lookup(end.Code)
	told := r.text.Code(end.Code)
	r.tell("\n%s  %s\n", end.Code, known.Developer)
	r.tell("A person would read: %s. %s\n", r.fill(told.Title), r.fill(told.Advice))
	failure, ok := errors.AsType[*script.Failure](err)
	if !ok {
		r.tell("%v\n", err)
		return
	}
	r.tell("\n%s", failure.Traceback)
	r.excerpt(string(integration.Source), failure.Line)
	if len(failure.Outcome.Selectors) > 0 {
		r.tell("\nWhat was looked for, and how many elements matched:\n")
	}
	for _, selector := range failure.Outcome.Selectors {
		name := selector.Name
		if name != "" {
			name += " = "
		}
		r.tell("  %d  %s%s\n", selector.Matches, name, selector.Selector)
		if selector.Missing != "" {
			r.tell("     there is no %s\n", selector.Missing)
		}
		if selector.Near != "" {
			r.tell("     nearest on the page: %s\n", selector.Near)
		}
		if selector.Hiding != "" {
			r.tell("     not visible: %s is hidden\n", selector.Hiding)
		}
	}
}

// around is how many lines of the script are shown on each side of the one
// that failed.
const around = 3

func (r *report) excerpt(source string, line int) {
	lines := strings.Split(source, "\n")
	if line < 1 || line > len(lines) {
		return
	}
	r.tell("\n")
	for n := max(1, line-around); n <= min(len(lines), line+around); n++ {
		sign := " "
		if n == line {
			sign = ">"
		}
		r.tell("%s %4d  %s\n", sign, n, lines[n-1])
	}
}
