package db

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"passage/db/engine"
)

// An endpoint is where an organization's webhooks go: one host. One that takes
// nothing for long is paused: its deliveries are held, but for one that probes
// it. A delivery that is taken, or anybody's wish to send one again, ends the
// pause. The invariant: a paused endpoint has one waiting delivery that is not held.

const (
	pauseFailures = 10             // tries in a row that were not taken,
	pauseAfter    = 24 * time.Hour // over this time at least, pause an endpoint
	probeRest     = time.Hour
)

// PausedEndpoint is one that is paused.
type PausedEndpoint struct {
	OrganizationID string
	Organization   string // its display name
	Host           string
	FailingSince   int64
	PausedAt       int64
	Waiting        int // deliveries
}

// PausedEndpoints lists all, of every organization, the newest first.
func (db *DB) PausedEndpoints(ctx context.Context) ([]PausedEndpoint, error) {
	found, err := engine.Collect(ctx, db.read, func(r engine.Row) (p PausedEndpoint, err error) {
		return p, r.Scan(&p.OrganizationID, &p.Organization, &p.Host, &p.FailingSince, &p.PausedAt, &p.Waiting)
	}, `SELECT o.id, o.display_name, e.host, e.failing_since, e.paused_at,
			(SELECT COUNT(*) FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.status = 'pending')
		FROM webhook_endpoints e JOIN organizations o ON o.id = e.organization_id
		WHERE e.paused_at IS NOT NULL ORDER BY e.paused_at DESC, e.id`)
	if err != nil {
		return nil, fmt.Errorf("list paused endpoints: %w", err)
	}
	return found, nil
}

// endpoint is one as a transaction finds it.
type endpoint struct {
	id           string
	failures     int
	failingSince *int64
	pausedAt     *int64
}

func (e *endpoint) paused() bool { return e.pausedAt != nil }

const endpointColumns = `id, failures, failing_since, paused_at`

func scanEndpoint(r engine.Row) (endpoint, error) {
	var e endpoint
	err := r.Scan(&e.id, &e.failures, &e.failingSince, &e.pausedAt)
	return e, err
}

// endpointOf finds the endpoint of a URL, making it when it is first needed.
func (db *DB) endpointOf(tx *tx, organizationID, address string) (endpoint, error) {
	host := ""
	if target, err := url.Parse(address); err == nil { // one that cannot be read fails at its first try
		host = strings.ToLower(target.Host)
	}
	id, err := db.newID(endpointPrefix)
	if err != nil {
		return endpoint{}, err
	}
	if err := tx.exec(`INSERT INTO webhook_endpoints (id, organization_id, host) VALUES ($1, $2, $3)
		ON CONFLICT (organization_id, host) DO NOTHING`, id, organizationID, host); err != nil {
		return endpoint{}, err
	}
	return scanEndpoint(tx.queryRow(`SELECT `+endpointColumns+` FROM webhook_endpoints WHERE organization_id = $1 AND host = $2`,
		organizationID, host))
}

// resume lets an endpoint go on as if it had never failed.
func (e *endpoint) resume(tx *tx) error {
	if e.failures == 0 {
		return nil
	}
	paused := e.paused()
	e.failures, e.failingSince, e.pausedAt = 0, nil, nil
	if err := tx.exec(`UPDATE webhook_endpoints SET failures = 0, failing_since = NULL, paused_at = NULL WHERE id = $1`, e.id); err != nil {
		return err
	}
	if !paused {
		return nil
	}
	tx.notify(TopicDeliveries)
	return tx.exec(`UPDATE webhook_deliveries SET held = 0 WHERE endpoint_id = $1 AND status = 'pending'`, e.id)
}

// fail counts a try that was not taken, and pauses the endpoint where there
// were too many; the delivery that was tried becomes the probe.
func (e *endpoint) fail(tx *tx, delivery *Delivery) error {
	e.failures++
	if e.failingSince == nil {
		e.failingSince = &tx.Now
	}
	pauses := !e.paused() && e.failures >= pauseFailures && tx.Now-*e.failingSince >= pauseAfter.Milliseconds()
	if pauses {
		e.pausedAt = &tx.Now
	}
	if err := tx.exec(`UPDATE webhook_endpoints SET failures = $1, failing_since = $2, paused_at = $3 WHERE id = $4`,
		e.failures, e.failingSince, e.pausedAt, e.id); err != nil || !pauses {
		return err
	}
	return tx.exec(`UPDATE webhook_deliveries SET held = 1 WHERE endpoint_id = $1 AND status = 'pending' AND id <> $2`, e.id, delivery.ID)
}

// noteTry tells an endpoint how a try went, and whether it is paused now.
func noteTry(tx *tx, delivery *Delivery, taken bool) (paused bool, err error) {
	if delivery.endpointID == nil {
		return false, nil
	}
	e, err := scanEndpoint(tx.queryRow(`SELECT `+endpointColumns+` FROM webhook_endpoints WHERE id = $1`, *delivery.endpointID))
	if err != nil {
		return false, err
	}
	if taken {
		return false, e.resume(tx)
	}
	err = e.fail(tx, delivery)
	return e.paused(), err
}
