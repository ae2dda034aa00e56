// Package prompt holds what only the user can answer: credentials, a one-time
// code, a choice, an approval, a text, a confirmation.
//
// It owns the kinds of prompts, their fields and answers, and the validation of
// what was sent. It does not show prompts (views) or keep them (db). Its
// invariants: a Prompt holds no secret and may be stored; what a site wrote is
// quoted in it, bounded and without control characters.
package prompt

import "passage/automation/secret"

// Kind is what a prompt asks for.
type Kind string

// The kinds of prompts.
const (
	Credentials Kind = "credentials"
	OneTimeCode Kind = "one_time_code"
	Choice      Kind = "choice"
	Approval    Kind = "approval"
	Text        Kind = "text"
	Confirm     Kind = "confirm"
)

// Option is one answer to a choice. Label is in the site's own words.
type Option struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Change is one thing that the user is asked to confirm. Label is a key or the
// site's own word; Before and After are the site's own words.
type Change struct {
	Label  string `json:"label"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Prompt is a question that only the user can answer. It is stored as JSON and
// holds no answer and no secret. SentTo, Question and the labels of options are
// quoted from the site with Quote.
type Prompt struct {
	Kind         Kind     `json:"kind"`
	Reason       string   `json:"reason,omitempty"` // why it is asked again, such as wrong_password; empty the first time
	Fields       []Field  `json:"fields,omitempty"`
	AttemptsLeft int      `json:"attemptsLeft,omitempty"`
	SentTo       string   `json:"sentTo,omitempty"`
	Number       string   `json:"number,omitempty"`  // to enter or choose in the app that approves
	FromApp      bool     `json:"fromApp,omitempty"` // the code comes from an authenticator app and is not sent
	Digits       int      `json:"digits,omitempty"`
	CanResend    bool     `json:"canResend,omitempty"`
	Options      []Option `json:"options,omitempty"`
	Question     string   `json:"question,omitempty"`
	Changes      []Change `json:"changes,omitempty"`
	TimeLimit    int      `json:"timeLimit,omitempty"` // seconds allowed by the site; 0 for no limit
}

// The fields of answers, besides those of the credentials form, and the value of
// ActionField that asks for another code.
const (
	ActionField  = "action"
	CodeField    = "code"
	ChoiceField  = "choice"
	TextField    = "text"
	ConfirmField = "confirm"
	Resend       = "resend"
)

// Answer is what the user gave to a prompt, by field name.
type Answer map[string]secret.Value
