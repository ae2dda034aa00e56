package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// tx is one transaction: one connection, one moment.
type tx struct {
	ctx   context.Context
	sql   transaction
	now   int64 // Unix milliseconds, the same for all that happens in it
	rings map[string]bool
}

// transact runs a function in one write transaction and, once it is committed,
// rings for what it changed. The function's error rolls everything back, and so
// does its panic, which would else keep the one write connection for good.
func (db *DB) transact(ctx context.Context, work func(*tx) error) (err error) {
	// The caller's cancellation is looked at before, not in the middle:
	// database/sql would tear down the one write connection with it.
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	sqlTx, err := db.write.begin(ctx)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			err = errors.Join(err, sqlTx.Rollback())
		}
	}()
	tx := &tx{ctx: ctx, sql: sqlTx, now: db.Now(), rings: map[string]bool{}}
	if err := work(tx); err != nil {
		return err
	}
	done = true
	if err := sqlTx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for topic := range tx.rings {
		db.bell.ring(topic)
	}
	return nil
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
