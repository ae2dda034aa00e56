package db

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Retention says how long data is kept after a link's last change.
type Retention struct {
	Results    time.Duration
	Recordings time.Duration
	Links      time.Duration // whole rows, after the end of the link; 0: for ever
}

// How many rows one transaction of DestroyOld changes. Other writers, above all
// the renewal of leases, get their turn in between. A picture is up to
// MaxArtifactBytes, all of which SQLite overwrites.
const (
	retentionBatch = 100
	pictureBatch   = 20
)

// DestroyOld destroys results and recordings past their retention, idempotency
// keys and refused log-ins past their window, and of operators the sessions that
// have expired and the failures that count no more. It works in small
// transactions, so it may run beside everything else.
func (db *DB) DestroyOld(ctx context.Context, keep Retention) error {
	now := db.Now()
	results, recordings := now-keep.Results.Milliseconds(), now-keep.Recordings.Milliseconds()
	err := errors.Join(
		db.purge(ctx, retentionBatch, `DELETE FROM idempotency_keys WHERE (organization_id, key_hash) IN
			(SELECT organization_id, key_hash FROM idempotency_keys WHERE created_at <= $1 LIMIT $2)`,
			now-IdempotencyWindow.Milliseconds()),
		db.purge(ctx, retentionBatch, `DELETE FROM log_ins WHERE id IN
			(SELECT id FROM log_ins WHERE status <> 'open' AND at <= $1 LIMIT $2)`, now-LongestLockout.Milliseconds()),
		db.purge(ctx, retentionBatch, `DELETE FROM operator_sessions WHERE id IN
			(SELECT id FROM operator_sessions WHERE expires_at <= $1 LIMIT $2)`, now),
		db.purge(ctx, retentionBatch, `DELETE FROM failed_operator_log_ins WHERE id IN
			(SELECT id FROM failed_operator_log_ins WHERE at <= $1 LIMIT $2)`, now-failureWindow.Milliseconds()),
		db.purge(ctx, pictureBatch, `DELETE FROM artifacts WHERE id IN
			(SELECT id FROM artifacts WHERE created_at <= $1 LIMIT $2)`, recordings),
		// A link that can be claimed again needs its key, but not the old result.
		db.purge(ctx, retentionBatch, `UPDATE links SET result = NULL WHERE id IN
			(SELECT id FROM links WHERE data_key IS NOT NULL AND updated_at <= $1 AND result IS NOT NULL LIMIT $2)`, results),
		db.purge(ctx, retentionBatch, `UPDATE links SET data_key = NULL WHERE id IN
			(SELECT id FROM links WHERE data_key IS NOT NULL AND updated_at <= $1 AND status <> 'active'
				AND (expires_at <= $3 OR status = 'expired' OR (status = 'complete' AND reusable = 0)) LIMIT $2)`, results, now),
		db.destroyArgumentsOfCompleteLinks(ctx),
		db.deleteOldLinks(ctx, keep.Links))
	if err != nil {
		return fmt.Errorf("destroy old data: %w", err)
	}
	return nil
}

// purge runs a statement in a transaction of its own until it finds no more
// rows. The statement takes the latest time of what is old as $1 and the
// batch's size as $2.
func (db *DB) purge(ctx context.Context, batch int64, statement string, until int64, more ...any) error {
	for changed := batch; changed == batch; {
		err := db.transact(ctx, func(tx *tx) (err error) {
			changed, err = tx.destroy(statement, append([]any{until, batch}, more...)...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// destroyArgumentsOfCompleteLinks destroys the arguments that reusable links
// kept for another claim, once their time has passed.
func (db *DB) destroyArgumentsOfCompleteLinks(ctx context.Context) error {
	_, err := db.sweep(ctx, `SELECT id FROM links
		WHERE arguments_key IS NOT NULL AND status = 'complete' AND expires_at <= $1 LIMIT $2`, nil,
		func(tx *tx, id string) error { return tx.destroyArguments(id) })
	return err
}
