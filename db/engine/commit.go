package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// pendingTx is one write transaction that waits for the write connection. The
// goroutine that gets the connection runs all that wait as one commit group:
// SQLite then makes one durable transaction of them, and they wait for the disk
// once. Within a group each is a savepoint of its own, so it fails alone.
type pendingTx struct {
	ctx  context.Context
	work func(*Tx) error
	done chan struct{} // closed once err and panicked are final

	err      error
	panicked error // with its stack
}

// queue holds the transactions that wait for the next commit group.
type queue struct {
	mu      sync.Mutex
	pending []*pendingTx
}

func (q *queue) add(one *pendingTx) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending = append(q.pending, one)
}

// takeAll empties the queue.
func (q *queue) takeAll() []*pendingTx {
	q.mu.Lock()
	defer q.mu.Unlock()
	group := q.pending
	q.pending = nil
	return group
}

// Transact runs a function in a write transaction and returns once that is
// committed. The function's error undoes all that it did, and so does its
// panic, which Transact passes on. The function may run in another goroutine.
func (e *Engine) Transact(ctx context.Context, work func(*Tx) error) error {
	// The caller's cancellation counts only before the start: in the middle of
	// a transaction database/sql would close the one write connection with it.
	if err := ctx.Err(); err != nil {
		return err
	}
	own := &pendingTx{ctx: context.WithoutCancel(ctx), work: work, done: make(chan struct{})}
	e.queue.add(own)
	select {
	case <-own.done:
	case e.writer <- struct{}{}:
		e.commit(e.queue.takeAll()) // own is among them unless it is done
		<-e.writer
	}
	if own.panicked != nil {
		panic(own.panicked) //nolint:forbidigo // passed on
	}
	return own.err
}

// commit runs a group in one transaction and reports to each how it went.
func (e *Engine) commit(group []*pendingTx) {
	if len(group) == 0 {
		return
	}
	wrote, err := e.runGroup(group)
	if wrote && err == nil {
		e.health.committed(e.now())
	}
	e.health.note(err)
	for _, one := range group {
		if Unavailable(err) == "" {
			e.health.note(one.err)
		}
		if one.err == nil {
			one.err = err
		}
		close(one.done)
	}
}

// runGroup reports whether the group changed something. Its error is fatal to the
// whole group.
func (e *Engine) runGroup(group []*pendingTx) (wrote bool, err error) {
	if err := e.health.replaced(); err != nil {
		return false, err
	}
	sqlTx, err := e.write.begin(group[0].ctx)
	if err != nil {
		return false, err
	}
	destroys := false
	for _, one := range group {
		tx := &Tx{ctx: one.ctx, sql: sqlTx, Now: e.now().UnixMilli()}
		if len(group) > 1 {
			err = one.runInSavepoint(tx)
		} else if one.run(tx); one.err != nil {
			return false, sqlTx.Rollback()
		}
		if err != nil {
			return false, errors.Join(err, sqlTx.Rollback())
		}
		destroys, wrote = destroys || tx.destroys, wrote || tx.wrote
	}
	if err := sqlTx.Commit(); err != nil {
		return false, fmt.Errorf("commit: %w", err)
	}
	if destroys {
		e.truncator.want()
	}
	return wrote, nil
}

// runInSavepoint runs one transaction of a group, and undoes it alone where it
// fails. It returns an error after which SQLite has undone the whole group.
func (p *pendingTx) runInSavepoint(tx *Tx) error {
	if _, err := tx.Exec(`SAVEPOINT pending`); err != nil {
		return err
	}
	if p.run(tx); p.err != nil {
		if _, err := tx.Exec(`ROLLBACK TO pending`); err != nil {
			if Unavailable(p.err) != "" { // and that is why SQLite has undone all
				return errors.Join(p.err, err)
			}
			return err
		}
	}
	_, err := tx.Exec(`RELEASE pending`)
	return err
}

// run calls the transaction's function and keeps its error or panic.
func (p *pendingTx) run(tx *Tx) {
	defer func() {
		if caught := recover(); caught != nil {
			p.panicked = fmt.Errorf("%v\n%s", caught, debug.Stack())
			p.err = p.panicked
		}
	}()
	p.err = p.work(tx)
	if p.err == nil {
		p.err = tx.lost
	}
}
