package api

import (
	"context"
	"errors"

	"passage/db"
	"passage/web/api/wire"
	"passage/web/problem"
)

type listEventsInput struct {
	After string `query:"after" doc:"An event's id: what came after it."`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"How many on a page."`
}

func (a *API) listEvents(ctx context.Context, input *listEventsInput) (*reply[wire.EventList], error) {
	if err := a.checkAfter(ctx, input.After); err != nil {
		return nil, err
	}
	events, err := a.DB.EventsAfter(ctx, db.EventFilter{OrganizationID: organization(ctx), TestOnly: keyOf(ctx).Test,
		After: input.After, Limit: input.Limit + 1})
	if err != nil {
		return nil, err
	}
	list := wire.EventList{Events: []wire.Event{}}
	if len(events) > input.Limit {
		events = events[:input.Limit]
		list.NextCursor = &events[len(events)-1].ID
	}
	links := map[string]db.Link{}
	for _, event := range events {
		link, ok := links[event.LinkID]
		if !ok {
			if link, err = a.DB.Link(ctx, event.OrganizationID, event.LinkID); a.DB.LeavesOut(ctx, err) || errors.Is(err, db.ErrNotFound) { // deleted meanwhile
				continue
			} else if err != nil {
				return nil, err
			}
			links[event.LinkID] = link
		}
		list.Events = append(list.Events, wire.NewEvent(&event, &link))
	}
	return &reply[wire.EventList]{list}, nil
}

// checkAfter reports an event that does not exist. To start from the beginning
// instead would send everything to the merchant again.
func (a *API) checkAfter(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	_, link, err := a.DB.Event(ctx, id)
	if errors.Is(err, db.ErrNotFound) {
		if known, err := a.DB.IsCursor(ctx, organization(ctx), id); known || err != nil {
			return err
		}
	}
	if errors.Is(err, db.ErrNotFound) || err == nil && !reaches(ctx, &link) {
		return problem.Invalid(problem.Issue{Path: "after", Message: "is not the id of an event"})
	}
	return err
}
