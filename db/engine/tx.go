package engine

import (
	"context"
	"database/sql"
	"errors"
)

// Tx is one write transaction. It reads as a Querier, and sees its own changes.
type Tx struct {
	ctx context.Context
	sql transaction
	Now int64 // Unix milliseconds, the same for all that happens in it

	destroys bool
	wrote    bool  // changed something
	lost     error // after which SQLite has undone the transaction
}

// Destroys says that the transaction destroys something for good. A few seconds after its
// commit, no file holds it any more, not even the write-ahead log.
func (tx *Tx) Destroys() { tx.destroys = true }

// Context is the caller's context, without its cancellation.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(query string, args ...any) (changed int64, err error) {
	result, err := tx.sql.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	changed, err = result.RowsAffected()
	tx.wrote = tx.wrote || changed > 0
	return changed, err
}

// QueryContext is sql.Tx's.
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.sql.QueryContext(ctx, query, args...)
}

// QueryRowContext is sql.Tx's.
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.sql.QueryRowContext(ctx, query, args...)
}

// Isolate runs a part of the transaction and undoes only that part where it
// fails.
func (tx *Tx) Isolate(part func() error) error {
	if tx.lost != nil {
		return tx.lost
	}
	if _, err := tx.Exec(`SAVEPOINT part`); err != nil {
		return err
	}
	failed := part()
	if failed != nil {
		if _, err := tx.Exec(`ROLLBACK TO part`); err != nil {
			// What ran now would take effect by itself, outside of a transaction.
			tx.lost = errors.Join(failed, err)
			return tx.lost
		}
	}
	_, err := tx.Exec(`RELEASE part`)
	return errors.Join(failed, err)
}
