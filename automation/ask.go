package automation

import (
	"context"
	"errors"

	"passage/automation/prompt"
	"passage/db"
)

// Ask shows a prompt to the user and waits for the answer. The credentials that
// were given before the browser was there answer the first prompt for them. An
// approval has no answer: it stays open until the context ends.
func (s *session) Ask(ctx context.Context, p prompt.Prompt) (prompt.Answer, error) {
	if p.Kind == prompt.Credentials {
		if given := s.conversation.takeCredentials(); given != nil {
			return given, nil
		}
		if err := s.askedAgain(ctx); err != nil {
			return nil, err
		}
		p.AttemptsLeft = s.attemptsLeft(p.AttemptsLeft)
	} else if err := s.accepted(ctx); err != nil {
		return nil, err
	}
	if err := s.safePoint(); err != nil {
		return nil, err
	}
	s.recorder.flush()
	asked, err := s.openQuestion(ctx, p)
	if err != nil {
		return nil, err
	}
	defer s.conversation.forget()
	answer, err := asked.wait(ctx)
	if err == nil || s.ctx.Err() != nil {
		return answer, err
	}
	// The session continues without this answer. If the user was a moment
	// quicker, the prompt is closed already, which is just as good.
	withdrawn := s.runner.db.ClosePrompt(context.WithoutCancel(ctx), s.lease, asked.id, db.PromptWithdrawn)
	if errors.Is(withdrawn, db.ErrStale) {
		withdrawn = nil
	}
	return nil, errors.Join(err, withdrawn)
}

// openQuestion opens a prompt. The lock is held meanwhile: an answer that comes
// before the database has returned has to wait.
func (s *session) openQuestion(ctx context.Context, p prompt.Prompt) (*question, error) {
	stored, err := encodePrompt(p)
	if err != nil {
		return nil, err
	}
	c := &s.conversation
	c.mu.Lock()
	defer c.mu.Unlock()
	id, err := s.runner.db.OpenPrompt(ctx, s.lease, stored)
	if err != nil {
		return nil, err
	}
	c.open = newQuestion(id, p, s.runner.Limits.Idle)
	return c.open, nil
}
