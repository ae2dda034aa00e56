package wire

import (
	"passage/automation/event"
	"passage/db"
)

// Session is one attempt at a link.
type Session struct {
	ID        string           `json:"id"`
	Attempt   int              `json:"attempt"`
	Status    db.SessionStatus `json:"status" enum:"created,queued,running,waiting,complete,failed" doc:"created: claimed, and not logged in yet. queued: in line for a browser. waiting: for the person."`
	Error     *SessionError    `json:"error"`
	CreatedAt int64            `json:"createdAt"`
	StartedAt *int64           `json:"startedAt"`
	EndedAt   *int64           `json:"endedAt"`
}

// SessionList is the reply of GET /v1/links/{id}/sessions.
type SessionList struct {
	Sessions []Session `json:"sessions"`
}

// SessionDetail is the reply of GET /v1/sessions/{id}.
type SessionDetail struct {
	Session
	LinkID     string             `json:"linkId"`
	Operations []SessionOperation `json:"operations"`
	Events     []TimelineEvent    `json:"events"`
}

// SessionOperation is an operation as a session has done it.
type SessionOperation struct {
	Operation
	StartedAt   *int64 `json:"startedAt"`
	SubmittedAt *int64 `json:"submittedAt" doc:"When a change was handed to the service."`
	EndedAt     *int64 `json:"endedAt"`
}

// TimelineEvent is what a merchant sees of a session's event.
type TimelineEvent struct {
	Seq       int    `json:"seq"`
	Event     string `json:"event"`
	Timestamp int64  `json:"timestamp"`
	Operation *int   `json:"operation,omitempty" doc:"The position of the operation that it is about."`
	Prompt    string `json:"prompt,omitempty" doc:"What kind of question was asked."`
}

// TimelineEvents are the events that merchants see: what happened. How, with its
// selectors, lines and pictures, is for operators.
var TimelineEvents = []event.Kind{
	event.Claimed, event.PromptOpened, event.PromptClosed, event.Queued, event.Started,
	event.OperationStarted, event.OperationSubmitted, event.OperationCompleted, event.OperationReused,
	event.Completed, event.Failed,
}

// NewSession shows a session without its operations and timeline.
func NewSession(s *db.Session) Session {
	return Session{ID: s.ID, Attempt: s.Attempt, Status: s.Status, Error: NewSessionError(s.Error),
		CreatedAt: s.CreatedAt, StartedAt: s.StartedAt, EndedAt: s.EndedAt}
}

// NewTimelineEvent shows what a merchant may see of an entry of the timeline.
// What else it holds is for operators.
func NewTimelineEvent(stored db.SessionEvent) (TimelineEvent, error) {
	shown := TimelineEvent{Seq: stored.Seq, Event: string(stored.Kind), Timestamp: stored.At}
	data, err := event.Decode(stored.Kind, stored.Data)
	switch data := data.(type) {
	case event.Operation:
		shown.Operation = &data.Position
	case event.Failure:
		shown.Operation = data.Operation
	case event.Prompt:
		shown.Prompt = data.Kind
	}
	return shown, err
}

// NewSessionOperations shows the operations of a session, in their order.
func NewSessionOperations(operations []db.SessionOperation) []SessionOperation {
	shown := make([]SessionOperation, len(operations))
	for n, o := range operations {
		shown[n] = SessionOperation{Operation{o.Resource, o.Action, o.Status}, o.StartedAt, o.SubmittedAt, o.EndedAt}
	}
	return shown
}
