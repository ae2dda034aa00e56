package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"passage/db/engine"
)

// sweepBatch bounds one transaction of a sweep, so that it never keeps the
// writer for long.
const sweepBatch = 100

// expiryGrace is how long the sweep leaves an expired link to its runner, which
// stops at a safe point. Readers see the link as expired at once.
const expiryGrace = 30 * time.Second

// FailLost fails every session whose lease ran out, and returns how many.
func (db *DB) FailLost(ctx context.Context) (int, error) {
	return db.failEach(ctx, Failure{Code: codeWorkerLost, Detail: "the lease ran out"},
		`SELECT id FROM link_sessions WHERE status IN ('created', 'queued', 'running', 'waiting') AND lease_until <= $1
		LIMIT $2`)
}

// FailOrphans fails every session of another node. It is for the start of the one
// process that serves the data folder: the nodes of those sessions are gone.
func (db *DB) FailOrphans(ctx context.Context, node string) (int, error) {
	return db.failEach(ctx, Failure{Code: codeWorkerLost, Detail: "the server stopped"},
		`SELECT id FROM link_sessions WHERE status IN ('created', 'queued', 'running', 'waiting') AND $1 > 0
		AND owner <> $3 LIMIT $2`, node)
}

// failEach fails the sessions that a query finds; the query takes the time as
// $1 and the batch's size as $2.
func (db *DB) failEach(ctx context.Context, failure Failure, query string, more ...any) (int, error) {
	total, err := db.sweep(ctx, query, more, func(tx *tx, id string) error { return db.fail(tx, id, failure) })
	if err != nil {
		return total, fmt.Errorf("fail lost sessions: %w", err)
	}
	return total, nil
}

// ExpireLinks stores what every reader already sees: links whose time has passed
// are expired, with the event that reports it. It returns how many.
func (db *DB) ExpireLinks(ctx context.Context) (int, error) {
	total, err := db.sweep(ctx, `SELECT id FROM links WHERE status IN ('pending', 'active', 'failed')
			AND expires_at <= $1 AND (status <> 'active' OR return_code_hash IS NOT NULL OR expires_at <= $1 - $3) LIMIT $2`,
		[]any{expiryGrace.Milliseconds()}, db.expire)
	if err != nil {
		return total, fmt.Errorf("expire links: %w", err)
	}
	return total, nil
}

func (db *DB) expire(tx *tx, id string) error {
	var session *string
	var status LinkStatus
	var awaitsReturn bool
	if err := tx.queryRow(`SELECT status, current_session_id, return_code_hash IS NOT NULL FROM links WHERE id = $1`, id).
		Scan(&status, &session, &awaitsReturn); err != nil {
		return err
	}
	if status == LinkActive && !awaitsReturn {
		return db.fail(tx, orEmpty(session), Failure{Code: codeLinkExpired})
	}
	link, err := db.linkByID(tx.Context(), tx.reader(), id)
	if err != nil {
		return err
	}
	var failure *Failure
	if awaitsReturn {
		failure = &Failure{Code: codeLinkExpired}
		link.Error = failure
	}
	if err := tx.endLink(id, LinkExpired, failure); err != nil {
		return err
	}
	return db.announce(tx, &link, LinkExpired, orEmpty(session), link.Error)
}

// sweep finds rows in batches and handles each in a savepoint of the batch's
// transaction. It skips rows that changed meanwhile. A row that fails, such as a
// damaged one, does not stop the others; sweep returns its error after them.
func (db *DB) sweep(ctx context.Context, query string, more []any, handle func(*tx, string) error) (total int, err error) {
	for {
		found, handled := 0, 0
		var errs []error
		err := db.transact(ctx, func(tx *tx) error {
			ids, err := engine.Collect(tx.Context(), tx, func(r engine.Row) (id string, err error) { return id, r.Scan(&id) },
				query, append([]any{tx.Now, sweepBatch}, more...)...)
			if err != nil {
				return err
			}
			found = len(ids)
			for _, id := range ids {
				err := tx.Isolate(func() error { return handle(tx, id) })
				switch {
				case err == nil:
					handled++
				case !ended(err):
					errs = append(errs, fmt.Errorf("%s: %w", id, err))
				}
			}
			return nil
		})
		if err != nil {
			return total, err
		}
		total += handled
		if found < sweepBatch || handled == 0 {
			return total, errors.Join(errs...)
		}
	}
}
