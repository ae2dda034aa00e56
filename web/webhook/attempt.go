package webhook

import (
	"context"
	"errors"
	"net/http"
	"time"

	"passage/db"
)

// deliver attempts a delivery once, and records the attempt.
func (s *Sender) deliver(ctx context.Context, j job) {
	if s.db.Now() > j.startBy {
		return // due again when the lease ends
	}
	attempt := s.attempt(ctx, j.delivery)
	s.record(ctx, j.delivery, attempt)
	select {
	case s.recorded <- struct{}{}:
	default:
	}
}

// sent is an attempt, not yet recorded.
type sent struct {
	db.DeliveryAttempt
	pause time.Duration // how long the receiver asked not to be tried again
}

// isFinal reports whether the receiver said that the address is gone for good:
// Standard Webhooks, “Operational considerations”.
func (s sent) isFinal() bool { return s.StatusCode != nil && *s.StatusCode == http.StatusGone }

// attempt sends the event as it stands now. The error of the attempt is empty only
// if the receiver accepted the event.
func (s *Sender) attempt(ctx context.Context, delivery db.Delivery) sent {
	message, err := s.compose(ctx, delivery.EventID)
	if err != nil {
		s.logger.ErrorContext(ctx, "cannot prepare webhook", "delivery", delivery.ID, "event", delivery.EventID, "error", err)
		return sent{DeliveryAttempt: db.DeliveryAttempt{Error: couldNotPrepare}}
	}
	return s.send(ctx, delivery.URL, message)
}

// send posts a message.
func (s *Sender) send(ctx context.Context, url string, message message) sent {
	ctx, cancel := context.WithTimeout(ctx, s.attemptTimeout)
	defer cancel()
	started := time.Now()
	reply, err := s.post(ctx, url, message)
	attempt := sent{DeliveryAttempt: db.DeliveryAttempt{Took: time.Since(started).Milliseconds()}, pause: reply.pause}
	if err != nil {
		attempt.Error = explain(err)
		return attempt
	}
	attempt.StatusCode, attempt.Error = &reply.status, explainStatus(reply.status)
	attempt.Reply = excerpt(reply.start, message.result)
	return attempt
}

// record records an attempt, and when the next one is due.
func (s *Sender) record(ctx context.Context, delivery db.Delivery, attempt sent) {
	status, nextAt := db.DeliveryDelivered, s.db.Now()
	if attempt.Error != "" {
		wait, again := backoff(delivery.Attempts + 1)
		wait, again = max(wait, attempt.pause), again && !attempt.isFinal()
		status, nextAt = db.DeliveryFailed, nextAt+wait.Milliseconds()
		if again {
			status = db.DeliveryPending
		}
		s.logger.WarnContext(ctx, "webhook attempt failed", "delivery", delivery.ID, "event", delivery.EventID,
			"attempt", delivery.Attempts+1, "reason", attempt.Error, "givenUp", !again)
	}
	err := s.db.RecordAttempt(ctx, delivery, attempt.DeliveryAttempt, status, nextAt)
	switch {
	case errors.Is(err, db.ErrStale):
		s.logger.InfoContext(ctx, "another process recorded the webhook first", "delivery", delivery.ID)
	case err != nil:
		// The delivery is due again when the lease ends: sent twice rather than lost.
		s.logger.ErrorContext(ctx, "cannot record webhook attempt", "delivery", delivery.ID, "error", err)
	}
}
