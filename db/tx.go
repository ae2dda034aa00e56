package db

import (
	"context"
	"database/sql"

	"passage/db/engine"
)

// tx is one write transaction, with the topics that it changed.
type tx struct {
	*engine.Tx
	topics map[string]bool
}

// transact runs a function in a write transaction and, once that is committed,
// notifies the subscribers of what it changed. The function's error or panic
// undoes all that it did. The function may run in another goroutine.
func (db *DB) transact(ctx context.Context, work func(*tx) error) error {
	topics := map[string]bool{}
	err := db.engine.Transact(ctx, func(begun *engine.Tx) error { return work(&tx{begun, topics}) })
	if err != nil {
		return err
	}
	for topic := range topics {
		db.notifier.Notify(topic)
	}
	return nil
}

// notify marks a topic as changed: its subscribers are notified once the
// transaction is committed.
func (tx *tx) notify(topic string) { tx.topics[topic] = true }

// exec runs a statement that may change any number of rows, or none.
func (tx *tx) exec(query string, args ...any) error {
	_, err := tx.Exec(query, args...)
	return err
}

// execOne runs a statement that must change a row; ErrStale says that it found
// none as it expected it.
func (tx *tx) execOne(query string, args ...any) error {
	changed, err := tx.Exec(query, args...)
	if err == nil && changed == 0 {
		err = ErrStale
	}
	return err
}

// destroy is exec for a statement that destroys something for good. It returns how
// many rows it changed.
func (tx *tx) destroy(query string, args ...any) (changed int64, err error) {
	if changed, err = tx.Exec(query, args...); changed > 0 {
		tx.Destroys()
	}
	return changed, err
}

func (tx *tx) queryRow(query string, args ...any) *sql.Row {
	return tx.QueryRowContext(tx.Context(), query, args...)
}

// reader reads as of the transaction's time.
func (tx *tx) reader() reader { return reader{tx, tx.Now} }
