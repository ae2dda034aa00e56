package automation

import (
	"context"
	"errors"
	"time"

	"passage/automation/browser/pool"
	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/db"
)

// Answer hands the user's answer to the session that asked, once.
//
// The prompt stays open after *InvalidAnswer, which says what to correct, after
// *db.LockoutNear, as the user name is refused for now, and after ErrQueueFull,
// as there is no browser for the session yet. ErrPromptClosed says that the
// prompt is not open any more, ErrNotRunning that the session does not run here.
func (r *Runner) Answer(ctx context.Context, sessionID, promptID string, values map[string]string) error {
	s, err := r.find(sessionID)
	if err != nil {
		return err
	}
	return s.answer(ctx, promptID, values)
}

func (s *session) answer(ctx context.Context, promptID string, values map[string]string) error {
	c := &s.conversation
	c.mu.Lock()
	defer c.mu.Unlock()
	asked := c.open
	if asked == nil || asked.id != promptID || asked.prompt.Kind == prompt.Approval {
		return ErrPromptClosed
	}
	values, invalid := asked.prompt.Validate(values)
	if invalid != nil {
		return &InvalidAnswer{Fields: invalid}
	}
	if asked.prompt.Kind == prompt.Credentials {
		if err := s.reserveLogIn(ctx, values); err != nil {
			return s.refuseCredentials(asked.prompt, values, err)
		}
	}
	// The database decides whether this answer is the one that counts: the prompt
	// is closed there first.
	err := s.closeQuestion(ctx, asked)
	if errors.Is(err, db.ErrStale) {
		return ErrPromptClosed
	}
	if err != nil {
		return err
	}
	c.open = nil
	asked.answer <- c.remember(asked.prompt, values)
	return nil
}

// refuseCredentials leaves the question open. Close to the site's lock-out, what
// was typed stays in the form, except for the password.
func (s *session) refuseCredentials(asked prompt.Prompt, values map[string]string, err error) error {
	if errors.Is(err, db.ErrStale) {
		return ErrPromptClosed
	}
	if _, near := errors.AsType[*db.LockoutNear](err); near {
		s.conversation.fields = publicFields(asked.Fields, values)
	}
	return err
}

func (s *session) closeQuestion(ctx context.Context, asked *question) error {
	if asked == s.conversation.first {
		return s.enqueue(ctx)
	}
	return s.runner.db.ClosePrompt(ctx, s.lease, asked.id, db.PromptAnswered)
}

// enqueue accepts the first credentials only together with a ticket in the queue
// for a browser. It needs the conversation's lock.
func (s *session) enqueue(ctx context.Context) error {
	ticket, err := s.runner.pool.Enqueue(s.link.OrganizationID)
	if errors.Is(err, pool.ErrQueueFull) {
		return ErrQueueFull
	}
	if err != nil {
		return err
	}
	if err := s.runner.db.StartSession(ctx, s.lease, s.conversation.first.id); err != nil {
		ticket.Cancel()
		return err
	}
	s.conversation.ticket = ticket
	return nil
}

// endWait is how long Cancel waits for a session to end.
const endWait = 3 * time.Second

// Cancel ends a session for its user, at the next safe point. If that is now, it
// returns after the end is written, so that the user isn't shown a prompt again
// that nobody will answer.
func (r *Runner) Cancel(ctx context.Context, sessionID string) error {
	s, err := r.find(sessionID)
	if err != nil {
		return err
	}
	if !s.stop(errCancelled()) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, endWait)
	defer cancel()
	select {
	case <-s.done:
	case <-ctx.Done():
	}
	return nil
}

// errCancelled is how a session ends when its user cancels it.
func errCancelled() error { return outcome.New(outcome.UserCancelled, "the person cancelled") }

// Stay gives the user the whole idle time again for the open prompt;
// ErrPromptClosed if there is none.
func (r *Runner) Stay(sessionID string) error {
	s, err := r.find(sessionID)
	if err != nil {
		return err
	}
	if !s.conversation.extend(r.Limits.Idle) {
		return ErrPromptClosed
	}
	return nil
}
