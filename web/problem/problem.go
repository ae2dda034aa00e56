// Package problem decides what users and API clients may see of an error.
//
// It owns the status, the public text and the code of every error, their form
// on the wire, and the request's id. It does not own the pages that people see
// (those are in views) and knows no route. Its invariant: a text that was not
// written in this package, or passed to Invalid or Conflict, is never sent to
// clients.
package problem

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"passage/db"
)

// Issue is one thing that is wrong with a request: where, and what should be
// there. Neither part may repeat a value of the request.
type Issue struct {
	Path    string `json:"path" example:"operations.0.arguments.cvv" doc:"The faulty field, with dots and numbers."`
	Message string `json:"message" example:"is required" doc:"What should be there. Never repeats a value."`
}

// Problem is an error with the part of it that clients may see. Everything but
// the cause is public.
type Problem struct {
	Status     int
	Code       string // for programs; part of the contract, never renamed
	Message    string // for people who read programs' logs
	Issues     []Issue
	RetryAfter time.Duration // for 429 and 503; zero says nothing

	cause error
}

func (p *Problem) Error() string {
	if p.cause != nil {
		return p.Code + ": " + p.cause.Error()
	}
	return p.Code + ": " + p.Message
}

func (p *Problem) Unwrap() error { return p.cause }

// Headers returns the headers that belong to the status.
func (p *Problem) Headers() http.Header {
	headers := http.Header{}
	if p.RetryAfter > 0 {
		seconds := int((p.RetryAfter + time.Second - 1) / time.Second)
		headers.Set("Retry-After", strconv.Itoa(seconds))
	}
	switch p.Status {
	case http.StatusUnauthorized:
		headers.Set("WWW-Authenticate", "Bearer")
	case http.StatusUpgradeRequired:
		headers.Set("Upgrade", "websocket")
	}
	return headers
}

// Body is a Problem on the wire: CONTRACT §3, “Errors”.
type Body struct {
	Message string  `json:"error" example:"Validation failed" doc:"For people."`
	Code    string  `json:"code" example:"validation_failed" doc:"For programs."`
	Issues  []Issue `json:"issues,omitempty" doc:"Every fault of the request; only where the code is validation_failed."`
}

// Body returns what is sent to the client.
func (p *Problem) Body() Body { return Body{Message: p.Message, Code: p.Code, Issues: p.Issues} }

// Invalid is a request whose fields are wrong, with every issue at once.
func Invalid(issues ...Issue) *Problem {
	return &Problem{Status: http.StatusBadRequest, Code: "validation_failed", Message: "Validation failed", Issues: issues}
}

// BadJSON is a body that is not one JSON object.
func BadJSON() *Problem {
	return &Problem{Status: http.StatusBadRequest, Code: "invalid_json",
		Message: "The request body must be one JSON object, in UTF-8."}
}

// BadMessage is a message of a WebSocket that is not one JSON object.
func BadMessage() *Problem {
	return &Problem{Status: http.StatusBadRequest, Code: "invalid_json", Message: "A message must be one JSON object, in UTF-8."}
}

// UnknownMessage is a message of a WebSocket of an unknown type.
func UnknownMessage() *Problem {
	return &Problem{Status: http.StatusBadRequest, Code: "unknown_message",
		Message: "There are client.hello, client.answer and client.cancel."}
}

// WrongToken is a token that does not drive the session.
func WrongToken() *Problem {
	return &Problem{Status: http.StatusNotFound, Code: "not_found", Message: "There is no session with this id and this token."}
}

// TakenOver is a token that no longer drives its session.
func TakenOver() *Problem {
	return Conflict("taken_over", "The session goes on elsewhere.")
}

// BadForm is a form that cannot be parsed.
func BadForm() *Problem {
	return &Problem{Status: http.StatusBadRequest, Code: "invalid_form", Message: "The form could not be read."}
}

// CrossOrigin is a form that another site's page sent.
func CrossOrigin() *Problem {
	return &Problem{Status: http.StatusForbidden, Code: "cross_origin", Message: "This was sent from another site's page."}
}

// Unauthorized is a request without a valid API key.
func Unauthorized() *Problem {
	return &Problem{Status: http.StatusUnauthorized, Code: "unauthorized",
		Message: "Give a valid API key: “Authorization: Bearer psg_…”."}
}

// invalidKey says why a key is not valid. A typing error is distinguished from a
// key that expired or was revoked.
func invalidKey(why error) *Problem {
	message := "This API key has expired."
	switch {
	case errors.Is(why, db.ErrMalformedKey):
		message = "This is not a whole API key: a character is missing or wrong."
	case errors.Is(why, db.ErrKeyRevoked):
		message = "This API key was revoked."
	}
	return &Problem{Status: http.StatusUnauthorized, Code: "unauthorized", Message: message}
}

// NoMetricsToken says that the metrics need the token of the server's settings.
func NoMetricsToken() *Problem {
	return &Problem{Status: http.StatusUnauthorized, Code: "unauthorized",
		Message: "Send the token of --metrics-token as “Authorization: Bearer …”. Without one, only a listener on loopback shows this."}
}

// InsufficientScope is a key whose scope does not cover a request.
func InsufficientScope(scope db.Scope) *Problem {
	message := "This API key may only read."
	if scope == db.ScopeLinks {
		message = "This API key may only read and manage links."
	}
	return &Problem{Status: http.StatusForbidden, Code: "insufficient_scope", Message: message}
}

// NotFound is something that does not exist, or belongs to another organization:
// the caller cannot tell which.
func NotFound() *Problem {
	return &Problem{Status: http.StatusNotFound, Code: "not_found", Message: "There is nothing here."}
}

// RouteNotFound is a path that no route matches.
func RouteNotFound() *Problem {
	return &Problem{Status: http.StatusNotFound, Code: "not_found",
		Message: "There is no such address. The API is described at /docs."}
}

// MethodNotAllowed is a known address called the wrong way.
func MethodNotAllowed() *Problem {
	return &Problem{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed",
		Message: "This address does not take this method; see the Allow header."}
}

// Conflict is a request that the present state does not allow.
func Conflict(code, message string) *Problem {
	return &Problem{Status: http.StatusConflict, Code: code, Message: message}
}

// Expired is a link that has expired.
func Expired() *Problem {
	return &Problem{Status: http.StatusGone, Code: "link_expired", Message: "The link has expired."}
}

// Destroyed is data that was deleted at the merchant's request.
func Destroyed() *Problem {
	return &Problem{Status: http.StatusGone, Code: "data_deleted", Message: "The link's data was deleted."}
}

// TooLarge is a body over the limit.
func TooLarge() *Problem {
	return &Problem{Status: http.StatusRequestEntityTooLarge, Code: "body_too_large",
		Message: "The request body is larger than 64 KiB."}
}

// TooSlow is a body that did not arrive in time.
func TooSlow() *Problem {
	return &Problem{Status: http.StatusRequestTimeout, Code: "request_timeout",
		Message: "The request body did not arrive in time."}
}

// NotJSON is a body that does not say that it is JSON.
func NotJSON() *Problem {
	return &Problem{Status: http.StatusUnsupportedMediaType, Code: "unsupported_media_type",
		Message: "Send JSON, with “Content-Type: application/json”."}
}

// Encoded is a body that is compressed, or otherwise encoded.
func Encoded() *Problem {
	return &Problem{Status: http.StatusUnsupportedMediaType, Code: "unsupported_content_encoding",
		Message: "Send the request body as it is: Content-Encoding is not supported."}
}

// UpgradeRequired is a plain request to the address of a WebSocket.
func UpgradeRequired() *Problem {
	return &Problem{Status: http.StatusUpgradeRequired, Code: "upgrade_required", Message: "This is the address of a WebSocket."}
}

// TooMany is a caller over a rate limit.
func TooMany(wait time.Duration) *Problem {
	return &Problem{Status: http.StatusTooManyRequests, Code: "rate_limited",
		Message: "Too many requests. Try again later.", RetryAfter: wait}
}

// Unavailable is a request that the database could not serve: it is full, locked,
// read-only or damaged.
func Unavailable() *Problem {
	return &Problem{Status: http.StatusServiceUnavailable, Code: "unavailable",
		Message: "The server cannot reach its storage at the moment. Try again.", RetryAfter: storageWait}
}
