// Package automation runs sessions: it says what an attempt at a link is and
// carries it from the claim to its end.
//
// It owns the runner, the prompts to the person, and the catalog of
// integrations. It does not know how a browser is driven (browser), what a
// script may say (script), how things are stored (db), or who looks on (web).
//
// Its invariants: whatever happens to a session, it ends; a stop takes effect
// between operations and never between a change's submission and its read-back
// unless that cannot be waited for; what a person typed stays in memory and is
// dropped with the session.
package automation

import (
	"errors"

	"passage/automation/browser/pool"
)

// The errors that callers tell apart, beside those of db.
var (
	ErrStopping  = errors.New("the server is stopping")
	ErrAnswered  = errors.New("the question is not open any more")
	ErrElsewhere = errors.New("the session does not run in this process")
	ErrBusy      = pool.ErrQueueFull // the line for a browser is full; nothing was taken
)

// InvalidAnswer says which fields of an answer cannot be used, and why.
type InvalidAnswer struct {
	Fields map[string]string // the field's name → the key of a reason
}

func (e *InvalidAnswer) Error() string { return "the answer does not fit the question" }
