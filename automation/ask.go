package automation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/secret"
	"passage/db"
)

// question is a prompt that is open, and the way its answer takes.
type question struct {
	id       string
	prompt   prompt.Prompt
	deadline time.Time
	idle     *time.Timer        // rings at the deadline
	answer   chan prompt.Answer // holds one
}

func newQuestion(id string, asked prompt.Prompt, idle time.Duration) *question {
	return &question{id: id, prompt: asked, deadline: time.Now().Add(idle), idle: time.NewTimer(idle), answer: make(chan prompt.Answer, 1)}
}

// wait returns the answer, or why there will be none.
func (q *question) wait(ctx context.Context) (prompt.Answer, error) {
	defer q.idle.Stop()
	select {
	case answer := <-q.answer:
		return answer, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-q.idle.C:
		return nil, outcome.New(outcome.ClientTimeout, "no answer came in time")
	}
}

func newPrompt(p prompt.Prompt) (db.NewPrompt, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return db.NewPrompt{}, fmt.Errorf("write the question: %w", err)
	}
	return db.NewPrompt{Kind: string(p.Kind), Question: text}, nil
}

// Ask shows a question to the person and waits for the answer. The credentials
// that were given before the browser was there answer the first question for
// them. An approval has no answer: it stands until the context ends.
func (s *session) Ask(ctx context.Context, p prompt.Prompt) (prompt.Answer, error) {
	if p.Kind == prompt.Credentials {
		if given := s.takeGiven(); given != nil {
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
	stored, err := newPrompt(p)
	if err != nil {
		return nil, err
	}
	asked, err := s.open(ctx, p, stored)
	if err != nil {
		return nil, err
	}
	defer s.forgetQuestion()
	answer, err := asked.wait(ctx)
	if err == nil || s.ctx.Err() != nil {
		return answer, err
	}
	// The session goes on without this answer. Where the person was quicker by
	// a moment, the question is closed already, and that is as good.
	withdrawn := s.runner.DB.ClosePrompt(context.WithoutCancel(ctx), s.lease, asked.id, db.PromptWithdrawn)
	if errors.Is(withdrawn, db.ErrStale) {
		withdrawn = nil
	}
	return nil, errors.Join(err, withdrawn)
}

func (s *session) takeGiven() prompt.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	given := s.given
	s.given, s.handed = nil, true
	return given
}

// open shows a question. Whoever answers finds it here: an answer that is
// quicker than the return from the database waits for the lock.
func (s *session) open(ctx context.Context, p prompt.Prompt, stored db.NewPrompt) (*question, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := s.runner.DB.OpenPrompt(ctx, s.lease, stored)
	if err != nil {
		return nil, err
	}
	s.question = newQuestion(id, p, s.runner.Limits.Idle)
	return s.question, nil
}

func (s *session) forgetQuestion() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.question = nil
}

// Answer hands the person's answer to the session that asked, once.
// *InvalidAnswer says what has to be mended; *db.LockoutNear that the user name
// is not taken for now; ErrBusy that the line for a browser is full: with each
// the question stays open. ErrAnswered says that it is not open any more;
// ErrElsewhere that the session does not run here.
func (r *Runner) Answer(ctx context.Context, sessionID, promptID string, values map[string]string) error {
	s, err := r.find(sessionID)
	if err != nil {
		return err
	}
	return s.take(ctx, promptID, values)
}

func (s *session) take(ctx context.Context, promptID string, values map[string]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.question
	if asked == nil || asked.id != promptID || asked.prompt.Kind == prompt.Approval {
		return ErrAnswered
	}
	if faults := asked.prompt.Validate(values); len(faults) > 0 {
		return &InvalidAnswer{Fields: faults}
	}
	if asked.prompt.Kind == prompt.Credentials {
		if err := s.reserve(ctx, values); err != nil {
			return s.refuseAnswer(asked.prompt, values, err)
		}
	}
	// The database decides whether this answer is the one: the question closes
	// in it before the answer goes on its way.
	err := s.close(ctx, asked)
	if errors.Is(err, db.ErrStale) {
		return ErrAnswered
	}
	if err != nil {
		return err
	}
	s.question = nil
	asked.answer <- s.keep(asked.prompt, values)
	return nil
}

// refuseAnswer leaves the question open. Near the site's lock-out, what was typed
// stays there, but for the password.
func (s *session) refuseAnswer(p prompt.Prompt, values map[string]string, err error) error {
	if errors.Is(err, db.ErrStale) {
		return ErrAnswered
	}
	if _, near := errors.AsType[*db.LockoutNear](err); near {
		s.kept = open(p.Fields, values)
	}
	return err
}

func (s *session) close(ctx context.Context, asked *question) error {
	if asked == s.opening {
		return s.enterLine(ctx)
	}
	return s.runner.DB.ClosePrompt(ctx, s.lease, asked.id, db.PromptAnswered)
}

// enterLine takes the first credentials only together with a place in line for
// a browser: who cannot have one has not given anything yet. s.mu is held.
func (s *session) enterLine(ctx context.Context) error {
	turn, err := s.runner.Pool.Enqueue(s.link.OrganizationID)
	if err != nil {
		return err
	}
	if err := s.runner.DB.StartSession(ctx, s.lease, s.opening.id); err != nil {
		turn.Cancel()
		return err
	}
	s.turn = turn
	return nil
}

// leaveLine gives back the place of a session that ended before it took its
// browser. From here on no answer takes one.
func (s *session) leaveLine() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.question = nil
	if s.turn != nil {
		s.turn.Cancel()
	}
}

// keep turns what was typed into secrets, and remembers the credentials for as
// long as the session lives.
func (s *session) keep(p prompt.Prompt, values map[string]string) prompt.Answer {
	answer := prompt.Answer{}
	if p.Kind != prompt.Credentials {
		for name, value := range values {
			answer[name] = secret.New(value)
		}
		return answer
	}
	s.credentials, s.kept = answer, open(p.Fields, values)
	for _, field := range p.Fields { // and nothing that was posted beside them
		answer[field.Name] = secret.New(values[field.Name])
	}
	return answer
}

// open picks what is no secret of what was typed.
func open(fields []prompt.Field, values map[string]string) map[string]string {
	kept := map[string]string{}
	for _, field := range fields {
		if !field.Secret {
			kept[field.Name] = values[field.Name]
		}
	}
	return kept
}

// endWait is how long a person waits for the page that says that the session
// was cancelled; afterwards the page follows the end as any other.
const endWait = 3 * time.Second

// Cancel ends a session for the person, at its next safe point. Where that is
// at once it returns after the end, so that nobody is shown a question again
// that will never be answered.
func (r *Runner) Cancel(ctx context.Context, sessionID string) error {
	s, err := r.find(sessionID)
	if err != nil {
		return err
	}
	if !s.stop(cancelled()) {
		return nil
	}
	ctx, done := context.WithTimeout(ctx, endWait)
	defer done()
	select {
	case <-s.done:
	case <-ctx.Done():
	}
	return nil
}

// Stay gives the person the whole idle time again for the open question.
func (r *Runner) Stay(sessionID string) error {
	s, err := r.find(sessionID)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.question == nil || !s.question.idle.Reset(r.Limits.Idle) {
		return ErrAnswered
	}
	s.question.deadline = time.Now().Add(r.Limits.Idle)
	return nil
}
