package automation

import (
	"context"
	"time"

	"passage/automation/outcome"
)

// stop ends the session at once, unless a change was handed to the site and not
// read back yet: then at the next safe point, or after Limits.Grace. The first
// cause counts. It tells whether the end is at hand.
func (s *session) stop(cause error) (now bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now = !s.submitted
	s.stopAt(cause, !now)
	return now
}

// stopSoon ends the session at its next safe point: at once while it waits for
// the person or for a browser, else when the operation at work is done, or
// after Limits.Grace.
func (s *session) stopSoon(cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopAt(cause, s.operation != noOperation && s.question == nil)
}

func (s *session) stopAt(cause error, wait bool) {
	if s.stopCause == nil {
		s.stopCause = cause
	}
	if !wait {
		s.cancel(s.stopCause)
		return
	}
	if s.soon {
		return
	}
	s.soon = true
	grace := time.AfterFunc(s.runner.Limits.Grace, func() { s.cancel(cause) })
	context.AfterFunc(s.ctx, func() { grace.Stop() })
}

// safePoint is passed before each operation and each question: it is where a
// requested stop takes effect. There is none after the last operation, for then
// nothing is left to stop.
func (s *session) safePoint() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.soon && !s.submitted {
		s.cancel(s.stopCause)
	}
	return context.Cause(s.ctx)
}

func (s *session) setOperation(position int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.operation, s.submitted = position, false
	if position != noOperation {
		s.recorder.forgetNote()
	}
}

func (s *session) failedOperation() *int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.operation == noOperation {
		return nil
	}
	position := s.operation
	return &position
}

func (s *session) setPlace(place int) {
	s.mu.Lock()
	s.place = place
	s.moves++
	s.mu.Unlock()
	s.runner.DB.Notify(s.link.ID)
}

// cancelled is the person's own end of a session.
func cancelled() error { return outcome.New(outcome.UserCancelled, "the person cancelled") }
