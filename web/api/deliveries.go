package api

import (
	"context"
	"fmt"

	"passage/db"
	"passage/web/api/strictjson"
	"passage/web/api/wire"
)

// maxDeliveries bounds a list. Each delivery after the first is a resend.
const maxDeliveries = 100

func (a *API) listDeliveries(ctx context.Context, input *idInput) (*reply[wire.DeliveryList], error) {
	if err := a.reachesEvent(ctx, input.ID); err != nil {
		return nil, err
	}
	deliveries, err := a.deliveriesOf(ctx, input.ID)
	return &reply[wire.DeliveryList]{wire.DeliveryList{Deliveries: deliveries}}, err
}

func (a *API) deliveriesOf(ctx context.Context, eventID string) ([]wire.Delivery, error) {
	deliveries, err := a.DB.DeliveriesOfEvent(ctx, eventID, maxDeliveries)
	if err != nil {
		return nil, err
	}
	tries, err := a.DB.AttemptsOfEvent(ctx, eventID)
	if err != nil {
		return nil, err
	}
	shown := make([]wire.Delivery, len(deliveries))
	for n := range deliveries {
		shown[n] = wire.NewDelivery(&deliveries[n], tries)
	}
	return shown, nil
}

// reachesEvent returns ErrNotFound where the request's key may not see an event.
func (a *API) reachesEvent(ctx context.Context, id string) error {
	_, link, err := a.DB.Event(ctx, id)
	if err == nil && !reaches(ctx, &link) {
		err = fmt.Errorf("find event: %w", db.ErrNotFound)
	}
	return err
}

func (a *API) resendEvent(ctx context.Context, input *idInput) (*reply[wire.Delivery], error) {
	if err := a.reachesEvent(ctx, input.ID); err != nil {
		return nil, err
	}
	delivery, err := a.DB.Resend(ctx, organization(ctx), input.ID)
	if err != nil {
		return nil, err
	}
	tries, err := a.DB.AttemptsOfEvent(ctx, input.ID)
	return &reply[wire.Delivery]{wire.NewDelivery(&delivery, tries)}, err
}

// maxResent is how many events one request sends again at most.
const maxResent = 1000

func (a *API) resendEvents(ctx context.Context, input *jsonBody) (*reply[wire.ResendResult], error) {
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
	return &reply[wire.ResendResult]{wire.ResendResult{Resent: sent, NextCursor: wire.OrNull(next)}}, nil
}

func readResend(body []byte) (wire.ResendRequest, error) {
	var found strictjson.Issues
	f, err := strictjson.Parse(body, &found)
	if err != nil {
		return wire.ResendRequest{}, err
	}
	var request wire.ResendRequest
	var given bool
	if request.CreatedAfter, given = readMoment(f, "createdAfter"); !given && f.Take("createdAfter") == nil {
		f.Invalid("createdAfter", "is required: events after this time, in Unix milliseconds")
	}
	if request.CreatedBefore, given = readMoment(f, "createdBefore"); given && request.CreatedBefore <= request.CreatedAfter {
		f.Invalid("createdBefore", "must be later than createdAfter")
	}
	request.After = f.Text("after", maxEventID)
	f.Close()
	return request, found.Err()
}

// maxEventID is more characters than an event's id has.
const maxEventID = 64

// moment reads an optional time.
func readMoment(f *strictjson.Object, name string) (int64, bool) {
	const kind = "a time in Unix milliseconds"
	at, ok := strictjson.Read[int64](f, name, kind)
	if at < 0 {
		f.Invalid(name, "must be "+kind)
		return 0, false
	}
	return at, ok
}
