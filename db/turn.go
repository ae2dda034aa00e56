package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// turn is one write transaction that waits for the one connection. Whoever gets
// it takes all along that wait: SQLite then makes one durable transaction of
// them, and they wait for the disk once. Each is a savepoint of its own, so it
// fails alone.
type turn struct {
	ctx  context.Context
	work func(*tx) error
	over chan struct{} // closed once what follows is known

	rings    map[string]bool
	err      error
	panicked error // with its stack
}

// turns are those that wait.
type turns struct {
	mu  sync.Mutex
	all []*turn
}

func (t *turns) add(one *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, one)
}

func (t *turns) take() []*turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	taken := t.all
	t.all = nil
	return taken
}

// commit runs turns in one transaction and tells each how it went.
func (db *DB) commit(turns []*turn) {
	if len(turns) == 0 {
		return
	}
	err := db.runTurns(turns)
	for _, one := range turns {
		if one.err == nil {
			one.err = err
		}
		if one.err == nil {
			for topic := range one.rings {
				db.notifier.Notify(topic)
			}
		}
		close(one.over)
	}
}

// runTurns returns what failed for all of them.
func (db *DB) runTurns(turns []*turn) (err error) {
	ctx := turns[0].ctx
	sqlTx, err := db.write.begin(ctx)
	if err != nil {
		return err
	}
	for _, one := range turns {
		tx := &tx{ctx: one.ctx, sql: sqlTx, now: db.Now(), rings: map[string]bool{}}
		if len(turns) > 1 {
			err = one.runAmong(tx)
		} else if one.run(tx); one.err != nil {
			return sqlTx.Rollback()
		}
		if err != nil {
			return errors.Join(err, sqlTx.Rollback())
		}
	}
	if err := sqlTx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// runAmong runs a turn so that the others can go on where it fails. It returns
// what keeps them from that: an error after which SQLite has undone everything.
func (t *turn) runAmong(tx *tx) error {
	if err := tx.exec(`SAVEPOINT turn`); err != nil {
		return err
	}
	if t.run(tx); t.err != nil {
		if err := tx.exec(`ROLLBACK TO turn`); err != nil {
			return err
		}
	}
	return tx.exec(`RELEASE turn`)
}

// run does a turn's work and keeps what came of it.
func (t *turn) run(tx *tx) {
	defer func() {
		if caught := recover(); caught != nil {
			t.panicked = fmt.Errorf("%v\n%s", caught, debug.Stack())
			t.err = t.panicked
		}
	}()
	t.rings = tx.rings
	t.err = t.work(tx)
}
