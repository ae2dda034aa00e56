package db

import (
	"context"
	"fmt"
	"time"

	"passage/db/engine"
)

// DeliveryStatus is where a webhook delivery stands.
type DeliveryStatus string

// The states of a delivery.
const (
	DeliveryPending   DeliveryStatus = "pending"
	DeliveryDelivered DeliveryStatus = "delivered"
	DeliveryFailed    DeliveryStatus = "failed" // given up
)

// Delivery is an event on its way to a merchant's URL.
type Delivery struct {
	ID        string
	EventID   string
	URL       string
	Status    DeliveryStatus
	Attempts  int // made so far; column tries
	NextAt    int64
	Held      bool // its endpoint is paused: NextAt does not count
	CreatedAt int64
	EndedAt   *int64

	endpointID *string
}

// NextAttempt is the time of the next attempt; nil if the delivery has ended or is
// held.
func (d *Delivery) NextAttempt() *int64 {
	if d.Status != DeliveryPending || d.Held {
		return nil
	}
	return &d.NextAt
}

// DeliveryAttempt is one attempt to send a delivery.
type DeliveryAttempt struct {
	Number     int
	StatusCode *int  // nil where no reply came
	Took       int64 // milliseconds
	Error      string
	Reply      string // the start of the reply's body
	At         int64
}

const deliveryColumns = `id, event_id, url, status, tries, next_at, held, created_at, ended_at, endpoint_id`

func scanDelivery(r engine.Row) (Delivery, error) {
	var d Delivery
	err := r.Scan(&d.ID, &d.EventID, &d.URL, &d.Status, &d.Attempts, &d.NextAt, &d.Held, &d.CreatedAt, &d.EndedAt, &d.endpointID)
	return d, err
}

func (db *DB) insertDelivery(tx *tx, eventID, url string, to endpoint) error {
	id, err := db.newID(deliveryPrefix)
	if err != nil {
		return err
	}
	tx.notify(TopicDeliveries)
	return tx.exec(`INSERT INTO webhook_deliveries (id, event_id, url, status, next_at, created_at, endpoint_id, held)
		VALUES ($1, $2, $3, 'pending', $4, $4, $5, $6)`, id, eventID, url, tx.Now, to.id, to.paused())
}

// LeaseDeliveries leases deliveries that are due, so that no other process tries
// them meanwhile. One without a recorded attempt is due again after its lease.
func (db *DB) LeaseDeliveries(ctx context.Context, limit int, lease time.Duration) ([]Delivery, error) {
	var leased []Delivery
	err := db.transact(ctx, func(tx *tx) (err error) {
		leased, err = engine.Collect(tx.Context(), tx, scanDelivery, `UPDATE webhook_deliveries SET lease_until = $1
			WHERE id IN (SELECT id FROM webhook_deliveries
				WHERE status = 'pending' AND held = 0 AND next_at <= $2 AND lease_until <= $2 ORDER BY next_at LIMIT $3)
			RETURNING `+deliveryColumns, tx.Now+lease.Milliseconds(), tx.Now, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lease deliveries: %w", err)
	}
	return leased, nil
}

// NextDelivery tells when the next delivery is due, in Unix milliseconds; ok is
// false where none is left.
func (db *DB) NextDelivery(ctx context.Context) (at int64, ok bool, err error) {
	var next *int64
	err = db.read.QueryRowContext(ctx, `SELECT MIN(CASE WHEN lease_until > next_at THEN lease_until ELSE next_at END)
		FROM webhook_deliveries WHERE status = 'pending' AND held = 0`).Scan(&next)
	if err != nil {
		return 0, false, fmt.Errorf("find the next delivery: %w", err)
	}
	if next == nil {
		return 0, false, nil
	}
	return *next, true, nil
}

// RecordAttempt stores an attempt and the delivery's new status: delivered,
// failed, or pending until nextAt. While its endpoint is paused the delivery stays
// pending. ErrStale says that another process has recorded the same attempt.
func (db *DB) RecordAttempt(ctx context.Context, delivery Delivery, attempt DeliveryAttempt, status DeliveryStatus, nextAt int64) error {
	err := db.transact(ctx, func(tx *tx) error {
		paused, err := recordResult(tx, &delivery, status == DeliveryDelivered)
		if err != nil {
			return err
		}
		if paused {
			status, nextAt = DeliveryPending, tx.Now+probeInterval.Milliseconds()
		}
		var endedAt int64
		if status != DeliveryPending {
			endedAt = tx.Now
		}
		if err := tx.execOne(`UPDATE webhook_deliveries SET status = $1, tries = tries + 1, next_at = $2, lease_until = 0, ended_at = $3
			WHERE id = $4 AND status = 'pending' AND tries = $5`,
			string(status), nextAt, orNull(endedAt), delivery.ID, delivery.Attempts); err != nil {
			return err
		}
		// A reply may repeat what was sent before the link's data was deleted.
		return tx.exec(`INSERT INTO webhook_tries (delivery_id, number, status_code, took, error, reply, at)
			SELECT $1, $2, $3, $4, $5, CASE WHEN l.data_deleted_at IS NULL THEN $6 END, $7
			FROM webhook_deliveries d JOIN events e ON e.id = d.event_id JOIN links l ON l.id = e.link_id WHERE d.id = $1`,
			delivery.ID, delivery.Attempts+1, attempt.StatusCode, attempt.Took, orNull(attempt.Error), orNull(attempt.Reply), tx.Now)
	})
	if err != nil {
		return fmt.Errorf("record attempt: %w", err)
	}
	return nil
}

// DeliveriesOf lists the deliveries of a link's events, the first first.
func (db *DB) DeliveriesOf(ctx context.Context, linkID string) ([]Delivery, error) {
	found, err := engine.Collect(ctx, db.read, scanDelivery, `SELECT `+deliveryColumns+` FROM webhook_deliveries
		WHERE event_id IN (SELECT id FROM events WHERE link_id = $1) ORDER BY created_at, id`, linkID)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return found, nil
}

// DeliveriesOfEvent lists an event's deliveries, the newest first.
func (db *DB) DeliveriesOfEvent(ctx context.Context, eventID string, limit int) ([]Delivery, error) {
	found, err := engine.Collect(ctx, db.read, scanDelivery, `SELECT `+deliveryColumns+` FROM webhook_deliveries
		WHERE event_id = $1 ORDER BY created_at DESC, id LIMIT $2`, eventID, limit)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return found, nil
}

// AttemptsOfEvent lists the attempts at an event's deliveries, by delivery.
func (db *DB) AttemptsOfEvent(ctx context.Context, eventID string) (map[string][]DeliveryAttempt, error) {
	attempts := map[string][]DeliveryAttempt{}
	_, err := engine.Collect(ctx, db.read, func(r engine.Row) (DeliveryAttempt, error) {
		var t DeliveryAttempt
		var delivery string
		var failure, reply *string
		err := r.Scan(&delivery, &t.Number, &t.StatusCode, &t.Took, &failure, &reply, &t.At)
		t.Error, t.Reply = orEmpty(failure), orEmpty(reply)
		attempts[delivery] = append(attempts[delivery], t)
		return t, err
	}, `SELECT t.delivery_id, t.number, t.status_code, t.took, t.error, t.reply, t.at
		FROM webhook_deliveries d JOIN webhook_tries t ON t.delivery_id = d.id WHERE d.event_id = $1 ORDER BY t.delivery_id, t.number`, eventID)
	if err != nil {
		return nil, fmt.Errorf("list attempts: %w", err)
	}
	return attempts, nil
}
