package automation

import (
	"context"
	"errors"
	"time"

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
	answer, err := s.waitForUser(ctx, asked)
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

// waitForUser waits for the answer to a question, and lets other sessions work
// meanwhile. After an answer the session goes on when it is its turn.
func (s *session) waitForUser(ctx context.Context, asked *question) (prompt.Answer, error) {
	if asked.prompt.Kind == prompt.Approval { // the script watches the page
		return s.waitPaused(ctx, asked)
	}
	if err := s.browser.Hide(ctx); err != nil {
		return nil, err
	}
	answer, err := s.waitPaused(ctx, asked)
	return answer, errors.Join(err, s.browser.Show(context.WithoutCancel(ctx)))
}

func (s *session) waitPaused(ctx context.Context, asked *question) (prompt.Answer, error) {
	s.runner.pool.Pause(s.browser, func() { s.hurry(asked) })
	answer, err := asked.wait(ctx)
	return answer, errors.Join(err, s.runner.pool.Resume(s.ctx, s.browser))
}

// hurriedIdle is how long a question stays open for a user who keeps a browser that
// others need.
const hurriedIdle = 2 * time.Minute

// hurry shortens the time for a question. The user's page then asks whether they
// are still there; if they say so, they have the whole time again.
func (s *session) hurry(asked *question) {
	if s.conversation.shorten(asked, hurriedIdle) {
		s.runner.db.Notify(s.link.ID)
	}
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
