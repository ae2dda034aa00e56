package db

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"passage/db/engine"
)

// An endpoint is a host that an organization's webhooks go to. After failing for
// long it is paused: its deliveries are held, except for one that probes it. A
// successful delivery or a resend ends the pause. The invariant: a paused
// endpoint has exactly one pending delivery that is not held.

const (
	pauseFailures = 10             // failed attempts in a row,
	pauseAfter    = 24 * time.Hour // over this time at least, pause an endpoint
	probeInterval = time.Hour
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
	if target, err := url.Parse(address); err == nil { // an invalid URL fails at its first attempt
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

// resume clears an endpoint's failures and releases its deliveries.
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

// fail counts a failed attempt, and pauses the endpoint after too many; the
// delivery of the attempt becomes the probe.
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

// recordResult updates the endpoint of an attempt, and reports whether it is
// paused now.
func recordResult(tx *tx, delivery *Delivery, succeeded bool) (paused bool, err error) {
	if delivery.endpointID == nil {
		return false, nil
	}
	e, err := scanEndpoint(tx.queryRow(`SELECT `+endpointColumns+` FROM webhook_endpoints WHERE id = $1`, *delivery.endpointID))
	if err != nil {
		return false, err
	}
	if succeeded {
		return false, e.resume(tx)
	}
	err = e.fail(tx, delivery)
	return e.paused(), err
}
