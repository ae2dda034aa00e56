package automation

import (
	"context"
	"sync"
	"time"
)

// noOperation is the position while no operation is running.
const noOperation = -1

// work is what a session is doing on the site, and whether it has to stop.
type work struct {
	mu        sync.Mutex
	operation int   // the position of the running one, or noOperation
	submitted bool  // the running operation was submitted to the site
	stopping  bool  // the session stops at its next safe point
	cause     error // of the first request to stop
}

// begin notes which operation is running.
func (w *work) begin(position int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.operation, w.submitted = position, false
}

func (w *work) position() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.operation
}

// failedOperation is the position of the running operation; nil for none.
func (w *work) failedOperation() *int {
	position := w.position()
	if position == noOperation {
		return nil
	}
	return &position
}

func (w *work) wasSubmitted() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.submitted
}

// stop ends the session at once, unless a change was submitted to the site and
// is not confirmed yet: then at the next safe point, or after Limits.Grace. The
// first cause counts. It reports whether the session ends now.
func (s *session) stop(cause error) (now bool) {
	s.work.mu.Lock()
	defer s.work.mu.Unlock()
	now = !s.work.submitted
	s.requestStop(cause, !now)
	return now
}

// stopAtSafePoint ends the session at its next safe point: at once while it waits
// for the user or for a browser, otherwise when the running operation is done,
// or after Limits.Grace.
func (s *session) stopAtSafePoint(cause error) {
	waiting := s.conversation.waiting()
	s.work.mu.Lock()
	defer s.work.mu.Unlock()
	s.requestStop(cause, s.work.operation != noOperation && !waiting)
}

// requestStop needs the lock of the session's work.
func (s *session) requestStop(cause error, later bool) {
	w := &s.work
	if w.cause == nil {
		w.cause = cause
	}
	if !later {
		s.cancel(w.cause)
		return
	}
	if w.stopping {
		return
	}
	w.stopping = true
	grace := time.AfterFunc(s.runner.Limits.Grace, func() { s.cancel(cause) })
	context.AfterFunc(s.ctx, func() { grace.Stop() })
}

// safePoint is passed before each operation and each prompt: a requested stop
// takes effect here. There is none after the last operation, because there is
// nothing left to stop.
func (s *session) safePoint() error {
	s.work.mu.Lock()
	defer s.work.mu.Unlock()
	if s.work.stopping && !s.work.submitted {
		s.cancel(s.work.cause)
	}
	return context.Cause(s.ctx)
}

// submit writes down that a change is about to be submitted to the site. From
// then until the operation ends, stop waits for a safe point.
func (s *session) submit(ctx context.Context) error {
	s.work.mu.Lock()
	defer s.work.mu.Unlock()
	if s.work.stopping || ctx.Err() != nil {
		s.cancel(s.work.cause)
		return context.Cause(s.ctx)
	}
	if err := s.runner.db.SubmitOperation(ctx, s.lease, s.work.operation); err != nil {
		return err
	}
	s.work.submitted = true
	return nil
}
