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
	"passage/automation/script"
)

// The words of package script that the web needs too.
type (
	// Integration is a loaded script.
	Integration = script.Integration
	// Manifest is what an integration says about itself.
	Manifest = script.Manifest
	// Field is one input of a credentials form.
	Field = script.Field
	// Prompt is a question to the person.
	Prompt = script.Prompt
	// Kind is what a prompt asks for.
	Kind = script.Kind
	// Option is one answer of a choice.
	Option = script.Option
	// Change is one thing that a confirmation is about.
	Change = script.Change
	// Answer is what a person answered, by field.
	Answer = script.Answer
)

// The kinds of prompts.
const (
	KindCredentials = script.KindCredentials
	KindOneTimeCode = script.KindOneTimeCode
	KindChoice      = script.KindChoice
	KindApproval    = script.KindApproval
	KindText        = script.KindText
	KindConfirm     = script.KindConfirm
)

// The errors that callers tell apart, beside those of db.
var (
	ErrUnknownIntegration = errors.New("no such integration is in service")
	ErrStopping           = errors.New("the server is stopping")
	ErrAnswered           = errors.New("the question is not open any more")
	ErrElsewhere          = errors.New("the session does not run in this process")
	ErrBusy               = pool.ErrQueueFull // the line for a browser is full; nothing was taken
)

// InvalidAnswer says which fields of an answer cannot be used, and why.
type InvalidAnswer struct {
	Fields map[string]string // the field's name → the key of a reason
}

func (e *InvalidAnswer) Error() string { return "the answer does not fit the question" }
