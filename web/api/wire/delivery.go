package wire

import "passage/db"

// Delivery is an event on its way to a webhook URL.
type Delivery struct {
	ID        string            `json:"id"`
	EventID   string            `json:"eventId" doc:"Also the webhook-id of each of its posts."`
	URL       string            `json:"url"`
	Status    db.DeliveryStatus `json:"status" enum:"pending,delivered,failed" doc:"failed: given up."`
	CreatedAt int64             `json:"createdAt"`
	EndedAt   *int64            `json:"endedAt"`
	NextTryAt *int64            `json:"nextTryAt" doc:"When it is posted next; null where it has ended or is held."`
	Held      bool              `json:"held" doc:"Its host has taken nothing for a day and is tried once an hour; this waits until it takes something, or until anything is sent again."`
	Tries     []DeliveryAttempt `json:"tries"`
}

// DeliveryAttempt is one post.
type DeliveryAttempt struct {
	Number     int     `json:"number"`
	Timestamp  int64   `json:"timestamp" doc:"When it ended."`
	StatusCode *int    `json:"statusCode" doc:"Of the receiver's reply; null where none came."`
	Took       int64   `json:"took" doc:"Milliseconds."`
	Error      *string `json:"error" doc:"Why the receiver did not take it, and what helps; null where it did."`
	Reply      *string `json:"reply" doc:"The start of the reply's body. Withheld where it repeats the result."`
}

// DeliveryList is the reply of GET /v1/events/{id}/deliveries.
type DeliveryList struct {
	Deliveries []Delivery `json:"deliveries"`
}

// NewDelivery shows a delivery with those of its event's tries that are its own.
func NewDelivery(d *db.Delivery, tries map[string][]db.DeliveryAttempt) Delivery {
	view := Delivery{ID: d.ID, EventID: d.EventID, URL: d.URL, Status: d.Status, CreatedAt: d.CreatedAt,
		EndedAt: d.EndedAt, NextTryAt: d.NextAttempt(), Held: d.Held, Tries: []DeliveryAttempt{}}
	for _, try := range tries[d.ID] {
		view.Tries = append(view.Tries, DeliveryAttempt{Number: try.Number, Timestamp: try.At, StatusCode: try.StatusCode,
			Took: try.Took, Error: OrNull(try.Error), Reply: OrNull(try.Reply)})
	}
	return view
}

// ResendRequest describes the body of POST /v1/events/resend.
type ResendRequest struct {
	CreatedAfter  int64  `json:"createdAfter" minimum:"0" doc:"Unix milliseconds: events after this."`
	CreatedBefore int64  `json:"createdBefore,omitempty" minimum:"1" doc:"Unix milliseconds: events before this; until now unless given."`
	After         string `json:"after,omitempty" doc:"An event's id, from the nextCursor of the reply before: what comes after it."`
}

// ResendResult is the reply of POST /v1/events/resend.
type ResendResult struct {
	Resent     int     `json:"resent" doc:"How many events are sent again; those of links without a webhook URL are left out."`
	NextCursor *string `json:"nextCursor" doc:"The after that goes on with the rest; null where that was all."`
}
