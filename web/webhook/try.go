package webhook

import (
	"context"
	"errors"
	"time"

	"passage/db"
)

// deliver makes one try at a delivery and records it.
func (s *Sender) deliver(ctx context.Context, p parcel) {
	if s.db.Now() > p.startBy {
		return // due again when the lease ends, for whoever is free then
	}
	try := s.try(ctx, p.delivery)
	s.settle(ctx, p.delivery, try)
	select {
	case s.settled <- struct{}{}:
	default:
	}
}

// try sends the event as it stands now. Its error is empty only if the
// receiver took the event.
func (s *Sender) try(ctx context.Context, delivery db.Delivery) db.DeliveryAttempt {
	message, err := s.compose(ctx, delivery.EventID)
	if err != nil {
		s.logger.ErrorContext(ctx, "a webhook cannot be prepared", "delivery", delivery.ID, "event", delivery.EventID, "error", err)
		return db.DeliveryAttempt{Error: couldNotPrepare}
	}
	return s.send(ctx, delivery.URL, message)
}

// send posts a message and tells how it went.
func (s *Sender) send(ctx context.Context, url string, message message) db.DeliveryAttempt {
	ctx, cancel := context.WithTimeout(ctx, s.tryTime)
	defer cancel()
	started := time.Now()
	reply, err := s.post(ctx, url, message)
	try := db.DeliveryAttempt{Took: time.Since(started).Milliseconds()}
	if err != nil {
		try.Error = explain(err)
		return try
	}
	try.StatusCode, try.Error = &reply.status, explainStatus(reply.status)
	try.Reply = excerpt(reply.start, message.result)
	return try
}

// settle records a try with what follows from it.
func (s *Sender) settle(ctx context.Context, delivery db.Delivery, try db.DeliveryAttempt) {
	status, nextAt := db.DeliveryDelivered, s.db.Now()
	if try.Error != "" {
		rest, again := pause(delivery.Attempts + 1)
		status, nextAt = db.DeliveryFailed, nextAt+rest.Milliseconds()
		if again {
			status = db.DeliveryPending
		}
		s.logger.WarnContext(ctx, "a webhook was not taken", "delivery", delivery.ID, "event", delivery.EventID,
			"try", delivery.Attempts+1, "reason", try.Error, "givenUp", !again)
	}
	err := s.db.RecordAttempt(ctx, delivery, try, status, nextAt)
	switch {
	case errors.Is(err, db.ErrStale):
		s.logger.InfoContext(ctx, "a webhook was settled by another process first", "delivery", delivery.ID)
	case err != nil:
		// The lease ends, and the delivery is due again: sent twice rather than lost.
		s.logger.ErrorContext(ctx, "a webhook's try cannot be recorded", "delivery", delivery.ID, "error", err)
	}
}
