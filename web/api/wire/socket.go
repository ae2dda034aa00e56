package wire

import (
	"passage/automation/prompt"
	"passage/db"
)

// LinkStatus tells how a link stands.
type LinkStatus struct {
	Type      string        `json:"type"`
	LinkID    string        `json:"linkId"`
	Status    db.LinkStatus `json:"status"`
	Error     *SessionError `json:"error"`
	Timestamp int64         `json:"timestamp"`
}

// The messages of a client.
const (
	ClientHello  = "client.hello"
	ClientAnswer = "client.answer"
	ClientCancel = "client.cancel"
)

// The messages of the server.
type (
	// Hello is the first message.
	Hello struct {
		Type       string             `json:"type"`
		Session    HelloSession       `json:"session"`
		Operations []SessionOperation `json:"operations"`
		Prompt     *Prompt            `json:"prompt"`
		Language   string             `json:"language"` // of the texts for people
	}
	// HelloSession is the session as it stands at Hello. Seq is the number of its
	// last event, Place its position in the queue for a browser, 0 outside it.
	HelloSession struct {
		Session
		LinkID string `json:"linkId"`
		Seq    int    `json:"seq"`
		Place  int    `json:"place"`
	}
	// EventMessage is an entry of the timeline, or a new position in the queue, which
	// has no number.
	EventMessage struct {
		Type      string `json:"type"`
		Seq       int    `json:"seq,omitempty"`
		Event     string `json:"event"`
		Timestamp int64  `json:"timestamp"`
		Operation *int   `json:"operation,omitempty"` // the position of the one that it is about
		Kind      string `json:"kind,omitempty"`      // of the question that was asked
		Place     *int   `json:"place,omitempty"`
	}
	// PromptMessage is a prompt for the user.
	PromptMessage struct {
		Type   string  `json:"type"`
		Prompt *Prompt `json:"prompt"`
	}
	// ErrorMessage says why a message could not be used.
	ErrorMessage struct {
		Type       string         `json:"type"`
		Code       string         `json:"code"`
		Message    string         `json:"message"`
		PromptID   string         `json:"promptId,omitempty"`
		Issues     []MessageIssue `json:"issues,omitempty"`
		RetryAfter int            `json:"retryAfter,omitempty"` // seconds
	}
	// EndMessage is the last message: how the session ended.
	EndMessage struct {
		Type      string           `json:"type"`
		Status    db.SessionStatus `json:"status"`
		Error     *SessionError    `json:"error"`
		ReturnURL *string          `json:"returnUrl"`
	}
)

// MessageIssue is what is wrong with one value: Reason for programs, where it is
// the person's to mend, and then Message in the person's language.
type MessageIssue struct {
	Path    string `json:"path"`
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message"`
}

// Prompt is a question as a client needs it to ask it: all that our own page
// shows, and nothing that was typed but what is no secret.
type Prompt struct {
	PromptID     string          `json:"promptId"`
	Kind         prompt.Kind     `json:"kind"`
	Title        string          `json:"title"`             // what is asked, in the person's language
	Reason       string          `json:"reason,omitempty"`  // why it is asked again, for programs
	Message      string          `json:"message,omitempty"` // the same in the person's language
	Fields       []PromptField   `json:"fields"`            // what the answer's values are; empty where there is nothing to answer
	AttemptsLeft int             `json:"attemptsLeft,omitempty"`
	SentTo       string          `json:"sentTo,omitempty"`    // the masked destination of a code or a request
	Number       string          `json:"number,omitempty"`    // to show large: the user enters or chooses it in the app that approves
	CanResend    bool            `json:"canResend,omitempty"` // the values {"action": "resend"} are an answer too
	Changes      []prompt.Change `json:"changes,omitempty"`
	Deadline     int64           `json:"deadline,omitempty"`    // when the session gives up
	TimeLimit    int64           `json:"timeLimit,omitempty"`   // when the site does, where it says so
	LockedUntil  int64           `json:"lockedUntil,omitempty"` // no password is sent with this user name until then
}

// PromptField is one value of an answer.
type PromptField struct {
	Name         string          `json:"name"`
	Label        string          `json:"label"`
	Secret       bool            `json:"secret"`
	Autocomplete string          `json:"autocomplete,omitempty"`
	Digits       int             `json:"digits,omitempty"`
	Options      []prompt.Option `json:"options,omitempty"` // one of their ids is the value
	Value        string          `json:"value,omitempty"`   // what was typed before
}

// ErrorCode is the code of the error; empty without one.
func (l *LinkStatus) ErrorCode() string {
	if l.Error == nil {
		return ""
	}
	return l.Error.Code
}
