package api

import (
	"context"
	"errors"
	"strings"

	"passage/db"
	"passage/web/problem"
)

// EventView is a webhook's payload without the result, which would make a page
// of events as large as all their results: GET /v1/links/{id} has it.
type EventView struct {
	ID             string              `json:"id" doc:"The same at every try, and greater for a later event."`
	Event          string              `json:"event" enum:"link.complete,link.failed,link.expired"`
	LinkID         string              `json:"linkId"`
	Test           bool                `json:"test" doc:"Of a link made with a test key."`
	SessionID      *string             `json:"sessionId" doc:"The attempt that it is about; null where there was none."`
	ExternalUserID *string             `json:"externalUserId" doc:"As you gave it."`
	Metadata       map[string]string   `json:"metadata" doc:"As you gave it."`
	Status         string              `json:"status" enum:"complete,failed,expired" doc:"The state that the link came to."`
	Final          bool                `json:"final" doc:"Whether the link can no longer complete."`
	Operations     []db.EventOperation `json:"operations" doc:"As they stood then."`
	Error          *errorView          `json:"error"`
	Timestamp      int64               `json:"timestamp"`
}

type eventList struct {
	Events     []EventView `json:"events"`
	NextCursor *string     `json:"nextCursor" doc:"The after of the next page; null at the end, where the last event's id is the after of whatever comes later."`
}

type listEventsInput struct {
	After string `query:"after" doc:"An event's id: what came after it."`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"How many on a page."`
}

func (a *API) listEvents(ctx context.Context, input *listEventsInput) (*reply[eventList], error) {
	if err := a.checkAfter(ctx, input.After); err != nil {
		return nil, err
	}
	events, err := a.DB.EventsAfter(ctx, db.EventFilter{OrganizationID: organization(ctx), TestOnly: keyOf(ctx).Test,
		After: input.After, Limit: input.Limit + 1})
	if err != nil {
		return nil, err
	}
	list := eventList{Events: []EventView{}}
	if len(events) > input.Limit {
		events = events[:input.Limit]
		list.NextCursor = &events[len(events)-1].ID
	}
	links := map[string]db.Link{}
	for _, event := range events {
		link, ok := links[event.LinkID]
		if !ok {
			if link, err = a.DB.Link(ctx, event.OrganizationID, event.LinkID); err != nil {
				return nil, err
			}
			links[event.LinkID] = link
		}
		list.Events = append(list.Events, showEvent(&event, &link))
	}
	return &reply[eventList]{list}, nil
}

// checkAfter makes sure that the event is there: to start from the beginning
// instead would hand everything to the merchant once more.
func (a *API) checkAfter(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	_, link, err := a.DB.Event(ctx, id)
	if errors.Is(err, db.ErrNotFound) || err == nil && !reaches(ctx, &link) {
		return problem.Invalid(problem.Issue{Path: "after", Message: "is not the id of an event"})
	}
	return err
}

func showEvent(event *db.Event, link *db.Link) EventView {
	return EventView{
		ID: event.ID, Event: event.Name, LinkID: event.LinkID, Test: link.Test, SessionID: orNull(event.SessionID),
		ExternalUserID: orNull(link.ExternalUserID), Metadata: link.Metadata,
		Status: strings.TrimPrefix(event.Name, "link."), Final: event.Final, Operations: event.Operations,
		Error: showError(event.Error), Timestamp: event.CreatedAt,
	}
}
