package api

import (
	"context"
	"fmt"

	"passage/automation/event"
	"passage/db"
)

// SessionView is one attempt at a link.
type SessionView struct {
	ID        string           `json:"id"`
	Attempt   int              `json:"attempt"`
	Status    db.SessionStatus `json:"status" enum:"created,queued,running,waiting,complete,failed" doc:"created: claimed, and not logged in yet. queued: in line for a browser. waiting: for the person."`
	Error     *errorView       `json:"error"`
	CreatedAt int64            `json:"createdAt"`
	StartedAt *int64           `json:"startedAt"`
	EndedAt   *int64           `json:"endedAt"`
}

type sessionList struct {
	Sessions []SessionView `json:"sessions"`
}

type sessionDetail struct {
	SessionView
	LinkID     string                 `json:"linkId"`
	Operations []sessionOperationView `json:"operations"`
	Events     []timelineEvent        `json:"events"`
}

type sessionOperationView struct {
	OperationView
	StartedAt   *int64 `json:"startedAt"`
	SubmittedAt *int64 `json:"submittedAt" doc:"When a change was handed to the service."`
	EndedAt     *int64 `json:"endedAt"`
}

// timelineEvent is what a merchant sees of a session's event.
type timelineEvent struct {
	Seq       int    `json:"seq"`
	Event     string `json:"event"`
	Timestamp int64  `json:"timestamp"`
	Operation *int   `json:"operation,omitempty" doc:"The position of the operation that it is about."`
	Prompt    string `json:"prompt,omitempty" doc:"What kind of question was asked."`
}

// timelineKinds are the events that merchants see: what happened. How, with its
// selectors, lines and pictures, is for operators.
var timelineKinds = []event.Kind{
	event.Claimed, event.PromptOpened, event.PromptClosed, event.Queued, event.Started,
	event.OperationStarted, event.OperationSubmitted, event.OperationCompleted, event.OperationReused,
	event.Completed, event.Failed,
}

func showSession(s *db.Session) SessionView {
	return SessionView{ID: s.ID, Attempt: s.Attempt, Status: s.Status, Error: showError(s.Error),
		CreatedAt: s.CreatedAt, StartedAt: s.StartedAt, EndedAt: s.EndedAt}
}

func (a *API) sessionsOf(ctx context.Context, link *db.Link) ([]SessionView, error) {
	sessions, err := a.DB.SessionsOf(ctx, link.ID)
	if err != nil {
		return nil, err
	}
	views := make([]SessionView, len(sessions))
	for n := range sessions {
		views[n] = showSession(&sessions[n])
	}
	return views, nil
}

func (a *API) listSessions(ctx context.Context, input *idInput) (*reply[sessionList], error) {
	link, err := a.link(ctx, input.ID)
	if err != nil {
		return nil, err
	}
	sessions, err := a.sessionsOf(ctx, &link)
	return &reply[sessionList]{sessionList{sessions}}, err
}

func (a *API) getSession(ctx context.Context, input *idInput) (*reply[sessionDetail], error) {
	session, link, err := a.DB.Session(ctx, input.ID)
	if err != nil {
		return nil, err
	}
	if !reaches(ctx, &link) {
		return nil, fmt.Errorf("get session: %w", db.ErrNotFound)
	}
	detail := sessionDetail{SessionView: showSession(&session), LinkID: link.ID}
	if detail.Operations, err = a.operationsOf(ctx, session.ID); err != nil {
		return nil, err
	}
	detail.Events, err = a.timeline(ctx, session.ID)
	return &reply[sessionDetail]{detail}, err
}

func (a *API) operationsOf(ctx context.Context, sessionID string) ([]sessionOperationView, error) {
	operations, err := a.DB.SessionOperations(ctx, sessionID)
	if err != nil {
		return nil, err
	}
	views := make([]sessionOperationView, len(operations))
	for n, o := range operations {
		views[n] = sessionOperationView{OperationView{o.Resource, o.Action, o.Status}, o.StartedAt, o.SubmittedAt, o.EndedAt}
	}
	return views, nil
}

func (a *API) timeline(ctx context.Context, sessionID string) ([]timelineEvent, error) {
	events, err := a.DB.SessionEvents(ctx, sessionID, 0, timelineKinds...)
	if err != nil {
		return nil, err
	}
	timeline := make([]timelineEvent, len(events))
	for n, stored := range events {
		if timeline[n], err = showEntry(stored); err != nil {
			return nil, fmt.Errorf("read the timeline: %w", err)
		}
	}
	return timeline, nil
}

// showEntry shows what a merchant may see of an entry of the timeline. What it
// holds besides is for operators.
func showEntry(stored db.SessionEvent) (timelineEvent, error) {
	shown := timelineEvent{Seq: stored.Seq, Event: string(stored.Kind), Timestamp: stored.At}
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
