package api

import (
	"context"
	"fmt"

	"passage/db"
	"passage/web/api/wire"
)

func (a *API) sessionsOf(ctx context.Context, link *db.Link) ([]wire.Session, error) {
	sessions, err := a.DB.SessionsOf(ctx, link.ID)
	if err != nil {
		return nil, err
	}
	views := make([]wire.Session, len(sessions))
	for n := range sessions {
		views[n] = wire.NewSession(&sessions[n])
	}
	return views, nil
}

func (a *API) listSessions(ctx context.Context, input *idInput) (*reply[wire.SessionList], error) {
	link, err := a.link(ctx, input.ID)
	if err != nil {
		return nil, err
	}
	sessions, err := a.sessionsOf(ctx, &link)
	return &reply[wire.SessionList]{wire.SessionList{Sessions: sessions}}, err
}

func (a *API) getSession(ctx context.Context, input *idInput) (*reply[wire.SessionDetail], error) {
	session, link, err := a.DB.Session(ctx, input.ID)
	if err != nil {
		return nil, err
	}
	if !reaches(ctx, &link) {
		return nil, fmt.Errorf("get session: %w", db.ErrNotFound)
	}
	detail, err := a.detailOf(ctx, &session)
	return &reply[wire.SessionDetail]{detail}, err
}

func (a *API) detailOf(ctx context.Context, session *db.Session) (wire.SessionDetail, error) {
	detail := wire.SessionDetail{Session: wire.NewSession(session), LinkID: session.LinkID}
	var err error
	if detail.Operations, err = a.operationsOf(ctx, session.ID); err != nil {
		return detail, err
	}
	detail.Events, err = a.timeline(ctx, session.ID)
	return detail, err
}

func (a *API) operationsOf(ctx context.Context, sessionID string) ([]wire.SessionOperation, error) {
	operations, err := a.DB.SessionOperations(ctx, sessionID)
	if err != nil {
		return nil, err
	}
	return wire.NewSessionOperations(operations), nil
}

func (a *API) timeline(ctx context.Context, sessionID string) ([]wire.TimelineEvent, error) {
	events, err := a.DB.SessionEvents(ctx, sessionID, 0, wire.TimelineEvents...)
	if err != nil {
		return nil, err
	}
	timeline := make([]wire.TimelineEvent, len(events))
	for n, stored := range events {
		if timeline[n], err = wire.NewTimelineEvent(stored); err != nil {
			return nil, fmt.Errorf("read the timeline: %w", err)
		}
	}
	return timeline, nil
}
