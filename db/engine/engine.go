// Package engine runs SQL on the database file. It owns the connection pools,
// compiled statements, write transactions with their group commit, and the
// migrations.
//
// It does not know tables, links or encryption; package db does. What is
// special to SQLite is in sqlite.go alone, so that another database engine can
// be put beside it.
//
// Its invariants: transactions take effect one after another, each wholly or not
// at all; Transact returns nil only once its transaction is on disk; what a
// transaction destroyed is soon in no file any more.
package engine

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"time"
)

// readers is how many reads may run beside each other and beside the writer.
const readers = 4

// Options say which database to open. Only tests set Driver and KeepLog: emptying the
// log looks like a change to those that watch PRAGMA data_version.
type Options struct {
	Path    string           // of the database's file
	Now     func() time.Time // the clock of the transactions
	Driver  driver.Driver    // nil: SQLite's own
	KeepLog bool             // does not empty the log after Tx.Destroys
}

// Engine is an open database; it is safe for concurrent use.
type Engine struct {
	write  *pool // one connection: SQLite has one writer
	read   *pool
	now    func() time.Time
	writer chan struct{} // holds a value while somebody uses the write connection
	queue  queue

	path   string
	file   os.FileInfo // of the file that is open
	health health

	truncator *truncator
}

// Open opens a database whose tables are up to date.
func Open(ctx context.Context, options Options) (*Engine, error) {
	e := &Engine{path: options.Path, now: options.Now, writer: make(chan struct{}, 1), truncator: newTruncator(options.KeepLog)}
	if err := e.connect(ctx, options); err != nil {
		return nil, errors.Join(err, e.closePools())
	}
	var err error
	if e.file, err = os.Stat(options.Path); err != nil {
		return nil, errors.Join(fmt.Errorf("find the database's file: %w", err), e.closePools())
	}
	e.read.failed = e.health.note
	go e.truncator.run(e.truncate)
	return e, nil
}

// Close closes the connections. Nothing may use the Engine afterwards.
func (e *Engine) Close() error {
	e.truncator.stop()
	return e.closePools()
}

func (e *Engine) closePools() error {
	var errs []error
	for _, pool := range []*pool{e.read, e.write} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// Reader reads committed data, without waiting for the writer.
func (e *Engine) Reader() Querier { return e.read }

// Ping reports whether the database can be read. It does not use the writer, so
// that callers who are not trusted cannot keep it busy.
func (e *Engine) Ping(ctx context.Context) error {
	if err := e.read.QueryRowContext(ctx, pingQuery).Scan(new(int)); err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	return nil
}
