package api

import (
	"passage/db"
	"passage/web/problem"
)

// The messages of a client.
const (
	clientHello  = "client.hello"
	clientAnswer = "client.answer"
	clientCancel = "client.cancel"
)

// clientMessage is what a client said.
type clientMessage struct {
	Type     string
	Token    string            // of client.hello; "" it was in the URL
	After    *int              // likewise: the last event that the client knows; nil for none
	PromptID string            // of client.answer
	Values   map[string]string // likewise
}

// readMessage reads a message as strictly as a body.
func readMessage(text []byte) (message clientMessage, err error) {
	var found issues
	f, err := readForm(text, &found)
	if err != nil {
		return message, problem.BadMessage()
	}
	switch message.Type = f.requiredText("type"); message.Type {
	case clientHello:
		message.Token = f.text("token", maxToken)
		if after, ok := read[int](f, "after", "an integer"); ok {
			message.After = &after
		}
	case clientAnswer:
		message.PromptID = f.requiredText("promptId")
		values, ok := read[map[string]string](f, "values", "an object of strings")
		if message.Values = values; !ok {
			f.require("values")
		}
	case clientCancel:
	case "":
		return message, found.err()
	default:
		return message, problem.UnknownMessage()
	}
	f.close()
	return message, found.err()
}

// maxToken is far longer than ours are.
const maxToken = 255

// The messages of the server.
type (
	serverHello struct {
		Type       string                 `json:"type"`
		Session    sessionNow             `json:"session"`
		Operations []sessionOperationView `json:"operations"`
		Prompt     *promptView            `json:"prompt"`
		Language   string                 `json:"language"` // of the texts for people
	}
	// sessionNow is a session at the moment of the hello. Seq is its last event;
	// Place the place in line for a browser, 0 outside it.
	sessionNow struct {
		SessionView
		LinkID string `json:"linkId"`
		Seq    int    `json:"seq"`
		Place  int    `json:"place"`
	}
	// serverEvent is an event of the timeline, or a new place in line, which has
	// no number.
	serverEvent struct {
		Type      string `json:"type"`
		Seq       int    `json:"seq,omitempty"`
		Event     string `json:"event"`
		Timestamp int64  `json:"timestamp"`
		Operation *int   `json:"operation,omitempty"` // the position of the one that it is about
		Kind      string `json:"kind,omitempty"`      // of the question that was asked
		Place     *int   `json:"place,omitempty"`
	}
	serverPrompt struct {
		Type   string      `json:"type"`
		Prompt *promptView `json:"prompt"`
	}
	serverError struct {
		Type       string      `json:"type"`
		Code       string      `json:"code"`
		Message    string      `json:"message"`
		PromptID   string      `json:"promptId,omitempty"`
		Issues     []issueView `json:"issues,omitempty"`
		RetryAfter int         `json:"retryAfter,omitempty"` // seconds
	}
	sessionEnd struct {
		Type      string           `json:"type"`
		Status    db.SessionStatus `json:"status"`
		Error     *errorView       `json:"error"`
		ReturnURL *string          `json:"returnUrl"`
	}
)

// issueView is what is wrong with one value: Reason for programs, where it is
// the person's to mend, and then Message in the person's language.
type issueView struct {
	Path    string `json:"path"`
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message"`
}
