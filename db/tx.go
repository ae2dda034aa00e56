package db

import (
	"context"
	"database/sql"
	"errors"
)

// tx is one transaction: one connection, one moment.
type tx struct {
	ctx   context.Context
	sql   transaction
	now   int64 // Unix milliseconds, the same for all that happens in it
	rings map[string]bool
}

// transact runs a function in a write transaction and, once it is committed,
// rings for what it changed. The function's error undoes all that it did, and so
// does its panic. It may run in another's goroutine (see turn).
func (db *DB) transact(ctx context.Context, work func(*tx) error) error {
	// The caller's cancellation is looked at before, not in the middle:
	// database/sql would tear down the one write connection with it.
	if err := ctx.Err(); err != nil {
		return err
	}
	mine := &turn{ctx: context.WithoutCancel(ctx), work: work, over: make(chan struct{})}
	db.waiting.add(mine)
	select {
	case <-mine.over:
	case db.writing <- struct{}{}:
		db.commit(db.waiting.take()) // mine too, if it is not over
		<-db.writing
	}
	if mine.panicked != nil {
		panic(mine.panicked) //nolint:forbidigo // passed on
	}
	return mine.err
}

func (tx *tx) ring(topic string) { tx.rings[topic] = true }

func (tx *tx) exec(query string, args ...any) error {
	_, err := tx.sql.ExecContext(tx.ctx, query, args...)
	return err
}

// change runs an UPDATE that must find its row as expected; ErrStale says that
// it did not.
func (tx *tx) change(query string, args ...any) error {
	result, err := tx.sql.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return err
	}
	changed, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if changed == 0 {
		return ErrStale
	}
	return nil
}

func (tx *tx) row(query string, args ...any) *sql.Row {
	return tx.sql.QueryRowContext(tx.ctx, query, args...)
}

func (tx *tx) moment() moment { return moment{tx.sql, tx.now} }

// alone undoes what one part of a transaction did where it fails, so that the
// rest can go on.
func (tx *tx) alone(part func() error) error {
	if err := tx.exec(`SAVEPOINT part`); err != nil {
		return err
	}
	if err := part(); err != nil {
		return errors.Join(err, tx.exec(`ROLLBACK TO part`), tx.exec(`RELEASE part`))
	}
	return tx.exec(`RELEASE part`)
}
