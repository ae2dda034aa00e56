package problem

import (
	"context"
	"errors"
	"net/http"
	"time"

	"passage/automation"
	"passage/automation/catalog"
	"passage/db"
)

// How long a caller should wait for the restarted server, for a database that takes no
// writes, and for a place in the queue.
const (
	restartWait = 5 * time.Second
	storageWait = 10 * time.Second
	busyWait    = time.Minute
)

// FromError returns what clients may see of an error. An error that it does not
// know is an internal one.
func FromError(err error) *Problem {
	if known, ok := errors.AsType[*Problem](err); ok {
		return known
	}
	problem := classify(err)
	if db.IsUnavailable(err) {
		problem = Unavailable()
	}
	problem.cause = err
	return problem
}

// ofLimit is a limit that the database keeps; nil if the error is of none.
func ofLimit(err error) *Problem {
	if near, ok := errors.AsType[*db.LockoutNear](err); ok {
		return &Problem{Status: http.StatusTooManyRequests, Code: "lockout_near", RetryAfter: time.Until(time.UnixMilli(near.Until)),
			Message: "One more wrong password could lock the account. Wait, or use another user name."}
	}
	if exceeded, ok := errors.AsType[*db.QuotaExceeded](err); ok {
		return &Problem{Status: http.StatusTooManyRequests, Code: "quota_exceeded", RetryAfter: exceeded.Wait,
			Message: "Your organization has used up its quota of " + exceeded.Of + "."}
	}
	return nil
}

func classify(err error) *Problem {
	if invalid, ok := errors.AsType[*automation.InvalidAnswer](err); ok {
		return invalidAnswer(invalid)
	}
	if limit := ofLimit(err); limit != nil {
		return limit
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return TooLarge()
	}
	for _, conflict := range linkConflicts {
		if errors.Is(err, conflict.err) {
			return Conflict(conflict.code, conflict.message)
		}
	}
	switch {
	case errors.Is(err, db.ErrNotFound):
		return NotFound()
	case errors.Is(err, db.ErrMalformedKey), errors.Is(err, db.ErrKeyRevoked), errors.Is(err, db.ErrKeyExpired):
		return invalidKey(err)
	case errors.Is(err, db.ErrExpired):
		return Expired()
	case errors.Is(err, db.ErrWrongReturnCode):
		return &Problem{Status: http.StatusNotFound, Code: "wrong_return_code", Message: "This is not the return code of the link's last session."}
	case errors.Is(err, db.ErrKeyReused):
		return Conflict("idempotency_key_reused", "This Idempotency-Key was used with another body.")
	case errors.Is(err, db.ErrDestroyed):
		return Destroyed()
	case errors.Is(err, db.ErrBadCursor):
		return Invalid(Issue{"cursor", "is not a cursor of this list"})
	case errors.Is(err, automation.ErrPromptClosed):
		return Conflict("prompt_closed", "This question is not open any more.")
	case errors.Is(err, db.ErrStale), errors.Is(err, db.ErrExists), errors.Is(err, automation.ErrNotRunning):
		return Conflict("conflict", "The state has changed meanwhile.")
	case errors.Is(err, catalog.ErrUnknown):
		return &Problem{Status: http.StatusServiceUnavailable, Code: "unknown_provider",
			Message: "The integration of this link is not in service."}
	case errors.Is(err, automation.ErrStopping):
		return &Problem{Status: http.StatusServiceUnavailable, Code: "stopping",
			Message: "The server is being restarted. Try again.", RetryAfter: restartWait}
	case errors.Is(err, automation.ErrQueueFull):
		return &Problem{Status: http.StatusServiceUnavailable, Code: "busy",
			Message: "Every browser is in use, and the line for one is full. Try again in a minute.", RetryAfter: busyWait}
	case errors.Is(err, context.Canceled):
		return &Problem{Status: statusClientGone, Code: "cancelled", Message: "The request was cancelled."}
	default:
		return &Problem{Status: http.StatusInternalServerError, Code: "internal_error",
			Message: "Something went wrong on our side."}
	}
}

// linkConflicts are the errors of a request that the present state of a link does
// not allow.
var linkConflicts = []struct {
	err           error
	code, message string
}{
	{db.ErrComplete, "link_complete", "The link is complete already."},
	{db.ErrActive, "link_active", "The link is being worked on already."},
	{db.ErrAttemptsExhausted, "attempts_used_up", "The link was tried as often as it may be. Create a new one."},
	{db.ErrNoWebhook, "no_webhook_url", "The event's link has no webhook URL: there is nowhere to send it."},
	{db.ErrNothingToRedeem, "nothing_to_redeem",
		"No return is waited for: the link's operations are not done, or it was created without requireReturn."},
}

// statusClientGone is nginx's status for a client that closed the connection
// before the reply.
const statusClientGone = 499

func invalidAnswer(invalid *automation.InvalidAnswer) *Problem {
	problem := Invalid()
	for _, field := range sortedKeys(invalid.Fields) {
		problem.Issues = append(problem.Issues, Issue{"values." + field, invalid.Fields[field]})
	}
	return problem
}
