package script

import (
	"context"
	"time"

	"passage/automation/browser"
	"passage/automation/prompt"
	"passage/automation/secret"
)

// User asks the end user. Errors are *outcome.Error.
type User interface {
	// Ask opens a prompt and waits for its answer. An approval has no answer:
	// Ask shows it and blocks until the context ends.
	Ask(ctx context.Context, p prompt.Prompt) (prompt.Answer, error)
	// Refused reports that the site did not accept the last credentials. The
	// reason is a key.
	Refused(ctx context.Context, reason string) error
}

// Step is one call of a word: what was done, on which line, and how it ended. It
// holds nothing that was typed.
type Step struct {
	Word      string // as the script writes it: page.fill, user.choose, attempt.reject, print
	Selector  string // with those of the frames it is in: "#card >> #number"
	Matches   int    // elements that the selector matched
	Line      int
	Operation string // "login" or "resource.action"
	Started   time.Time
	Took      time.Duration
	Outcome   string          // the error's code; else the name from wait_for, the reason of reject, the text of print; else empty
	URL       string          // of the page afterwards, without query and fragment; empty if the word did not reach the page
	Traffic   browser.Traffic // what the site answered during the word, and since the one before
}

// Recorder stores what a session reports.
type Recorder interface {
	Step(Step)
	// Progress tells the user what is happening, by a label key, and how many
	// there are of it; 0 for no number.
	Progress(code string, count int)
	// Submit is called before page.submit acts. An error keeps it from acting.
	Submit(ctx context.Context, selector string) error
	// Account is called at most once, with the account that the log-in is in. It
	// must be stored in a form that does not reveal it.
	Account(ctx context.Context, id string) error
}

// Options are what a run works with. All but Steps and Computing are required.
type Options struct {
	Page     *browser.Page
	User     User
	Recorder Recorder
	Redactor *secret.Redactor
	Steps    uint64 // of Starlark, in the whole run; 0 for 10 million

	// Computing is how long one call may take without its words; 0 for 30 seconds.
	Computing time.Duration
}
