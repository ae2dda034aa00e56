package automation

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"passage/automation/outcome"
	"passage/db"
)

// How long one attempt to write an end may take, and the pauses between attempts.
const (
	endTimeout   = 10 * time.Second
	endPause     = time.Second
	longestPause = time.Minute
)

// end writes down how the session ended. If the database fails, as on a full
// disk, it tries again: this process keeps the session's lease as long as it
// lives, so nobody else ends the session.
func (s *session) end(result json.RawMessage, err error) {
	s.recorder.flush()
	if err == nil {
		if err = s.complete(result); err == nil {
			return
		}
	}
	if cause := context.Cause(s.ctx); cause != nil {
		err = cause // what failed afterwards failed because of it
	}
	failure := outcome.From(err)
	s.resolveLogIn(context.WithoutCancel(s.ctx), failure.Code)
	for pause := endPause; ; pause = min(2*pause, longestPause) {
		err := s.fail(failure)
		switch {
		case err == nil:
			s.logger.Info("a session failed", "code", failure.Code)
			return
		case errors.Is(err, db.ErrStale): // the lease was lost, or the link expired
			s.logger.Info("the session had ended already")
			return
		}
		s.logger.Error("the end of a session could not be written", "error", err)
		select {
		case <-time.After(pause):
		case <-s.runner.halt: // the next process fails it
			return
		}
	}
}

func (s *session) complete(result json.RawMessage) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), endTimeout)
	defer cancel()
	return s.runner.db.CompleteSession(ctx, s.lease, result)
}

func (s *session) fail(failure *outcome.Error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), endTimeout)
	defer cancel()
	return s.runner.db.FailSession(ctx, s.lease, db.Failure{
		Code: string(failure.Code), Operation: s.work.failedOperation(), Detail: s.redactor.Scrub(failure.Detail),
	})
}
