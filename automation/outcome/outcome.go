// Package outcome says how a session can end.
//
// It owns the codes of a session's end: for each, what a developer should
// know, who has to act, and whether trying again may help. It does not hold
// what a person reads (that is in views) and it decides nothing about HTTP.
// Its invariant: every code that Passage ever stores is a row of the one table
// in this package.
package outcome

import (
	"context"
	"errors"
	"fmt"
)

// Code names the way a session ended. Codes are part of the merchant-facing
// contract: they are stored, sent in webhooks and never renamed.
type Code string

// The codes that clients of the first public API know.
const (
	AutomationError       Code = "AUTOMATION_ERROR"
	ClientTimeout         Code = "CLIENT_TIMEOUT"
	ConnectionFailed      Code = "CONNECTION_FAILED"
	UnknownProvider       Code = "UNKNOWN_PROVIDER"
	ResultValidationError Code = "RESULT_VALIDATION_ERROR"
	InternalError         Code = "INTERNAL_ERROR"
)

// The more precise codes, used wherever they are true.
const (
	InvalidCredentials Code = "INVALID_CREDENTIALS" //nolint:gosec // a code, not credentials
	MFAFailed          Code = "MFA_FAILED"
	MFAUnsupported     Code = "MFA_UNSUPPORTED"
	AccountLocked      Code = "ACCOUNT_LOCKED"
	ActionRequired     Code = "ACTION_REQUIRED"
	SiteUnavailable    Code = "SITE_UNAVAILABLE"
	SiteChanged        Code = "SITE_CHANGED"
	SiteBlocked        Code = "SITE_BLOCKED"
	RateLimited        Code = "RATE_LIMITED"
	OperationRejected  Code = "OPERATION_REJECTED"
	OperationUnknown   Code = "OPERATION_UNKNOWN"
	UserCancelled      Code = "USER_CANCELLED"
	LinkCancelled      Code = "LINK_CANCELLED"
	LinkExpired        Code = "LINK_EXPIRED"
	WorkerLost         Code = "WORKER_LOST"
)

// Actor is who has to act before another attempt can end differently.
type Actor string

// The actors.
const (
	User        Actor = "user"
	Merchant    Actor = "merchant"
	Integration Actor = "integration"
	Site        Actor = "site"
	Operator    Actor = "operator"
)

// Entry is what is known about a code.
type Entry struct {
	Code      Code
	Developer string // one or two sentences for the merchant's developer
	Retryable bool   // a new attempt on the same link may help
	Actor     Actor
	Password  Password // what it says of a password that was tried
}

// Password is what the end of a session says about the password that was typed.
// A site may count one towards locking the account even if it does not say so.
type Password string

// What an end can say about a password.
const (
	PasswordUnknown  Password = "" // nothing: it counts as wrong, to be safe
	PasswordWrong    Password = "wrong"
	PasswordNotWrong Password = "not wrong" // it was right, or the site never got to it
)

var table = []Entry{
	{AutomationError, "The integration's script ended in a way it did not foresee. The session's timeline shows the line.", true, Integration, PasswordUnknown},
	{ClientTimeout, "The person did not answer in time, or the session reached its time limit.", true, User, PasswordUnknown},
	{ConnectionFailed, "The browser that did the work was lost, or the connection to the site broke.", true, Operator, PasswordUnknown},
	{UnknownProvider, "No integration with this id is in service.", false, Operator, PasswordUnknown},
	{ResultValidationError, "What the integration returned does not fit the resource's result schema.", false, Integration, PasswordUnknown},
	{InternalError, "Passage itself failed. The request id leads to the log entry.", true, Operator, PasswordUnknown},
	{InvalidCredentials, "The site refused the user name or password as often as the integration lets a person try.", true, User, PasswordWrong},
	{MFAFailed, "The second factor was refused, or its time ran out.", true, User, PasswordNotWrong},
	{MFAUnsupported, "The site asked for a second factor that cannot be answered through a page, such as a passkey.", false, User, PasswordNotWrong},
	{AccountLocked, "The site has locked the account. The person has to unlock it there.", false, User, PasswordWrong},
	{ActionRequired, "The site wants something of the person first: new terms, a password reset, a verification.", true, User, PasswordNotWrong},
	{SiteUnavailable, "The site did not answer, answered with a server error, or said that it is under maintenance.", true, Site, PasswordNotWrong},
	{SiteChanged, "An element or a page that the integration expects did not come. The site was probably redesigned, or it sent the browser to a host that is not on the integration's list.", false, Integration, PasswordUnknown},
	{SiteBlocked, "The site refuses automated browsers. Passage reports this and does not evade it.", false, Site, PasswordNotWrong},
	{RateLimited, "The site asks to slow down.", true, Site, PasswordNotWrong},
	{OperationRejected, "The site refused the change, for example a declined card.", true, User, PasswordUnknown},
	{OperationUnknown, "A change was submitted and could not be confirmed. Read the account's state before submitting again.", true, Merchant, PasswordUnknown},
	{UserCancelled, "The person cancelled.", true, User, PasswordUnknown},
	{LinkCancelled, "The merchant cancelled the link.", false, Merchant, PasswordUnknown},
	{LinkExpired, "The link's time ran out before it completed.", false, Merchant, PasswordUnknown},
	{WorkerLost, "The process that ran the session stopped before the session ended.", true, Operator, PasswordUnknown},
}

// All returns every code with what is known about it, in a fixed order.
func All() []Entry { return append([]Entry(nil), table...) }

// Lookup returns what is known about a code, and whether the code exists.
func Lookup(code Code) (Entry, bool) {
	for _, entry := range table {
		if entry.Code == code {
			return entry, true
		}
	}
	return Entry{}, false
}

// Known reports whether the code is one of the table's.
func (c Code) Known() bool { _, ok := Lookup(c); return ok }

// Retryable reports whether a new attempt on the same link may help.
func (c Code) Retryable() bool { entry, _ := Lookup(c); return entry.Retryable }

// Selector is one selector that was looked for, and how many elements it matched.
type Selector struct {
	Name     string `json:"name,omitempty"` // the outcome's name in a wait_for
	Selector string `json:"selector"`
	Matches  int    `json:"matches"`
	Missing  string `json:"missing,omitempty"` // the part that matched nothing, in what the parts before it matched
	Near     string `json:"near,omitempty"`    // what the page had instead, where nothing matched
	Hiding   string `json:"hiding,omitempty"`  // what hides it, where something matched and is not to be seen
	Last     string `json:"last,omitempty"`    // likewise, what it matched when everything worked last
	LastAt   int64  `json:"lastAt,omitempty"`  // when that was, in Unix milliseconds
}

// Error is an end with a code. Detail is for operators and holds nothing
// secret; a person never sees it.
type Error struct {
	Code      Code
	Detail    string
	Selectors []Selector // what was looked for, where the code is SITE_CHANGED
	cause     error
}

// New makes an Error with a detail for operators.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error that keeps its cause for errors.Is and errors.As.
func Wrap(code Code, cause error, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...), cause: cause}
}

func (e *Error) Error() string {
	text := string(e.Code)
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.cause }

// From finds the typed end in an error. An error without one is
// INTERNAL_ERROR, and a deadline without one is CLIENT_TIMEOUT; nil stays nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	if typed, ok := errors.AsType[*Error](err); ok {
		return typed
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Wrap(ClientTimeout, err, "the session's time ran out")
	}
	return Wrap(InternalError, err, "")
}
