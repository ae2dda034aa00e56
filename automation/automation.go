// Package automation runs sessions: it carries one attempt at a link from the
// claim to its end.
//
// It owns the runner and the session: the conversation with the user, the order
// of the operations, when a session may be stopped, and its recording. It does
// not know how a browser is driven (browser), what a script may say (script),
// which integrations there are (catalog), how things are stored (db), or who
// watches (web).
//
// Its invariants: every session ends, whatever happens to it; a stop takes
// effect between operations, and never between a change's submission and its
// confirmation unless that takes longer than Limits.Grace; what a user typed
// stays in memory and is dropped with the session.
package automation

import "errors"

// The errors that callers tell apart, besides those of db.
var (
	ErrStopping     = errors.New("the server is stopping")
	ErrPromptClosed = errors.New("the prompt is not open any more")
	ErrNotRunning   = errors.New("the session is not running in this process")
	ErrQueueFull    = errors.New("every browser is busy and the queue is full")
)

// InvalidAnswer says which fields of an answer cannot be used, and why.
type InvalidAnswer struct {
	Fields map[string]string // the field's name → the key of a reason
}

func (e *InvalidAnswer) Error() string { return "the answer does not fit the prompt" }
