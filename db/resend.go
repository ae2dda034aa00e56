package db

import (
	"context"
	"errors"
	"fmt"

	"passage/db/engine"
)

// ErrNoWebhook says that the event's link has no webhook URL.
var ErrNoWebhook = errors.New("the link has no webhook URL")

// Resend sends an event once more, now. A pending delivery is made due instead,
// so calling it twice sends once. It resumes a paused endpoint. ErrNotFound says
// that the organization has no such event, ErrNoWebhook that its link has no
// webhook URL.
func (db *DB) Resend(ctx context.Context, organizationID, eventID string) (delivery Delivery, err error) {
	err = db.transact(ctx, func(tx *tx) error {
		var url *string
		if err := tx.queryRow(`SELECT l.webhook_url FROM events e JOIN links l ON l.id = e.link_id
			WHERE e.id = $1 AND e.organization_id = $2`, eventID, organizationID).Scan(&url); err != nil {
			return orNotFound(err)
		}
		if url == nil {
			return ErrNoWebhook
		}
		if err := db.sendAgain(tx, organizationID, eventID, *url); err != nil {
			return err
		}
		delivery, err = scanDelivery(tx.queryRow(`SELECT `+deliveryColumns+` FROM webhook_deliveries
			WHERE event_id = $1 AND status = 'pending'`, eventID))
		return err
	})
	if err != nil {
		return Delivery{}, fmt.Errorf("resend event: %w", err)
	}
	return delivery, nil
}

// sendAgain leaves exactly one delivery of the event that is due.
func (db *DB) sendAgain(tx *tx, organizationID, eventID, url string) error {
	to, err := db.endpointOf(tx, organizationID, url)
	if err != nil {
		return err
	}
	if err := to.resume(tx); err != nil {
		return err
	}
	err = tx.execOne(`UPDATE webhook_deliveries SET next_at = min(next_at, $1) WHERE event_id = $2 AND status = 'pending'`,
		tx.Now, eventID)
	if errors.Is(err, ErrStale) {
		return db.insertDelivery(tx, eventID, url, to)
	}
	tx.notify(TopicDeliveries)
	return err
}

// EventRange is a part of an organization's events, the oldest first.
type EventRange struct {
	OrganizationID string
	TestOnly       bool   // only of links that test keys have made
	CreatedAfter   int64  // Unix milliseconds, exclusive like the next
	CreatedBefore  int64  // 0: until now
	After          string // the id of an event before all of these; empty: from the first
	Limit          int
}

// ResendRange sends events once more, as Resend does, except those without a
// webhook URL. It returns how many, and the last one's id if the limit left
// others out. ErrBadCursor says that the organization has no event with After's
// id.
func (db *DB) ResendRange(ctx context.Context, span EventRange) (sent int, next string, err error) {
	err = db.transact(ctx, func(tx *tx) error {
		events, err := eventsToResend(tx, span)
		if err != nil {
			return err
		}
		if len(events) > span.Limit {
			events = events[:span.Limit]
			next = events[span.Limit-1].id
		}
		for _, event := range events {
			if err := db.sendAgain(tx, span.OrganizationID, event.id, event.url); err != nil {
				return err
			}
		}
		sent = len(events)
		return nil
	})
	if err != nil {
		return 0, "", fmt.Errorf("resend events: %w", err)
	}
	return sent, next, nil
}

// addressed is an event with its webhook URL.
type addressed struct{ id, url string }

// eventsToResend finds one event more than the limit, if there are so many.
func eventsToResend(tx *tx, span EventRange) ([]addressed, error) {
	at, position := span.CreatedAfter+1, int64(0)
	if span.After != "" {
		after, afterPosition, err := findCursorEvent(tx.Context(), tx, span.OrganizationID, span.After)
		if err != nil {
			return nil, err
		}
		if after >= at {
			at, position = after, afterPosition
		}
	}
	before := span.CreatedBefore
	if before == 0 {
		before = tx.Now + 1
	}
	return engine.Collect(tx.Context(), tx, func(r engine.Row) (found addressed, err error) {
		return found, r.Scan(&found.id, &found.url)
	}, `SELECT e.id, l.webhook_url FROM events e JOIN links l ON l.id = e.link_id
		WHERE e.organization_id = $1 AND (e.created_at, e.position) > ($2, $3) AND e.created_at < $4 AND l.webhook_url IS NOT NULL
			AND ($5 = 0 OR l.test = 1)
		ORDER BY e.created_at, e.position LIMIT $6`, span.OrganizationID, at, position, before, span.TestOnly, span.Limit+1)
}
