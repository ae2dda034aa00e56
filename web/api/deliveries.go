package api

import (
	"context"
	"fmt"

	"passage/db"
)

// deliveryView is an event on its way to a webhook URL.
type deliveryView struct {
	ID        string            `json:"id"`
	EventID   string            `json:"eventId" doc:"Also the webhook-id of each of its posts."`
	URL       string            `json:"url"`
	Status    db.DeliveryStatus `json:"status" enum:"pending,delivered,failed" doc:"failed: given up."`
	CreatedAt int64             `json:"createdAt"`
	EndedAt   *int64            `json:"endedAt"`
	NextTryAt *int64            `json:"nextTryAt" doc:"When it is posted next; null where it has ended or is held."`
	Held      bool              `json:"held" doc:"Its host has taken nothing for a day and is tried once an hour; this waits until it takes something, or until anything is sent again."`
	Tries     []tryView         `json:"tries"`
}

// tryView is one post.
type tryView struct {
	Number     int     `json:"number"`
	Timestamp  int64   `json:"timestamp" doc:"When it ended."`
	StatusCode *int    `json:"statusCode" doc:"Of the receiver's reply; null where none came."`
	Took       int64   `json:"took" doc:"Milliseconds."`
	Error      *string `json:"error" doc:"Why the receiver did not take it, and what helps; null where it did."`
	Reply      *string `json:"reply" doc:"The start of the reply's body. Withheld where it repeats the result."`
}

type deliveryList struct {
	Deliveries []deliveryView `json:"deliveries"`
}

// maxDeliveries bounds a list: each beyond the first was asked for by somebody.
const maxDeliveries = 100

func (a *API) listDeliveries(ctx context.Context, input *idInput) (*reply[deliveryList], error) {
	if err := a.reachesEvent(ctx, input.ID); err != nil {
		return nil, err
	}
	deliveries, err := a.DB.DeliveriesOfEvent(ctx, input.ID, maxDeliveries)
	if err != nil {
		return nil, err
	}
	tries, err := a.DB.AttemptsOfEvent(ctx, input.ID)
	if err != nil {
		return nil, err
	}
	list := deliveryList{Deliveries: make([]deliveryView, len(deliveries))}
	for n := range deliveries {
		list.Deliveries[n] = showDelivery(&deliveries[n], tries)
	}
	return &reply[deliveryList]{list}, nil
}

// reachesEvent says ErrNotFound where the request's key may not know of an event.
func (a *API) reachesEvent(ctx context.Context, id string) error {
	_, link, err := a.DB.Event(ctx, id)
	if err == nil && !reaches(ctx, &link) {
		err = fmt.Errorf("find event: %w", db.ErrNotFound)
	}
	return err
}

// showDelivery shows a delivery with those of its event's tries that are its own.
func showDelivery(d *db.Delivery, tries map[string][]db.DeliveryAttempt) deliveryView {
	view := deliveryView{ID: d.ID, EventID: d.EventID, URL: d.URL, Status: d.Status, CreatedAt: d.CreatedAt,
		EndedAt: d.EndedAt, NextTryAt: d.NextAttempt(), Held: d.Held, Tries: []tryView{}}
	for _, try := range tries[d.ID] {
		view.Tries = append(view.Tries, tryView{Number: try.Number, Timestamp: try.At, StatusCode: try.StatusCode,
			Took: try.Took, Error: orNull(try.Error), Reply: orNull(try.Reply)})
	}
	return view
}

func (a *API) resendEvent(ctx context.Context, input *idInput) (*reply[deliveryView], error) {
	if err := a.reachesEvent(ctx, input.ID); err != nil {
		return nil, err
	}
	delivery, err := a.DB.Resend(ctx, organization(ctx), input.ID)
	if err != nil {
		return nil, err
	}
	tries, err := a.DB.AttemptsOfEvent(ctx, input.ID)
	return &reply[deliveryView]{showDelivery(&delivery, tries)}, err
}

// resendRequest describes the body of POST /v1/events/resend.
type resendRequest struct {
	CreatedAfter  int64  `json:"createdAfter" minimum:"0" doc:"Unix milliseconds: events after this."`
	CreatedBefore int64  `json:"createdBefore,omitempty" minimum:"1" doc:"Unix milliseconds: events before this; until now unless given."`
	After         string `json:"after,omitempty" doc:"An event's id, from the nextCursor of the reply before: what comes after it."`
}

type resent struct {
	Resent     int     `json:"resent" doc:"How many events are sent again; those of links without a webhook URL are left out."`
	NextCursor *string `json:"nextCursor" doc:"The after that goes on with the rest; null where that was all."`
}

// maxResent bounds what one request sends again.
const maxResent = 1000

func (a *API) resendEvents(ctx context.Context, input *jsonBody) (*reply[resent], error) {
	request, err := readResend(input.RawBody)
	if err != nil {
		return nil, err
	}
	if err := a.checkAfter(ctx, request.After); err != nil {
		return nil, err
	}
	sent, next, err := a.DB.ResendRange(ctx, db.EventRange{OrganizationID: organization(ctx), TestOnly: keyOf(ctx).Test, CreatedAfter: request.CreatedAfter,
		CreatedBefore: request.CreatedBefore, After: request.After, Limit: maxResent})
	if err != nil {
		return nil, err
	}
	return &reply[resent]{resent{Resent: sent, NextCursor: orNull(next)}}, nil
}

func readResend(body []byte) (resendRequest, error) {
	var found issues
	f, err := readForm(body, &found)
	if err != nil {
		return resendRequest{}, err
	}
	var request resendRequest
	var given bool
	if request.CreatedAfter, given = f.moment("createdAfter"); !given && f.take("createdAfter") == nil {
		f.fault("createdAfter", "is required: events after this time, in Unix milliseconds")
	}
	if request.CreatedBefore, given = f.moment("createdBefore"); given && request.CreatedBefore <= request.CreatedAfter {
		f.fault("createdBefore", "must be later than createdAfter")
	}
	request.After = f.text("after", maxEventID)
	f.close()
	return request, found.err()
}

// maxEventID is longer than any event's id.
const maxEventID = 64

// moment reads an optional time.
func (f *form) moment(name string) (int64, bool) {
	const kind = "a time in Unix milliseconds"
	at, ok := read[int64](f, name, kind)
	if at < 0 {
		f.fault(name, "must be "+kind)
		return 0, false
	}
	return at, ok
}
