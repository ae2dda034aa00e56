package automation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"passage/automation/browser"
	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/script"
	"passage/automation/secret"
	"passage/db"
)

// session is one attempt at a link while it runs. Its own goroutine calls run.
// What other goroutines change too is in the parts below, each of which has its
// own lock; none of them is held while another is taken, except that an answer
// holds the conversation while its log-in is counted.
type session struct {
	runner      *Runner
	lease       db.Lease
	link        db.Link
	integration *script.Integration
	redactor    *secret.Redactor
	logger      *slog.Logger
	recorder    *recorder
	done        chan struct{}    // closed once the end is written
	browser     *browser.Browser // once the session has it; for its own goroutine

	ctx    context.Context // ends when the session must; its cause says why
	cancel context.CancelCauseFunc

	conversation conversation // what the user is asked, and what they typed
	queue        queuePosition
	logIns       logInCount
	work         work     // what is being done on the site, and whether to stop
	transfer     transfer // to another visitor
}

func newSession(r *Runner, claimed db.Claimed, integration *script.Integration, credentials prompt.Prompt) *session {
	ctx, cancel := context.WithCancelCause(context.Background())
	s := &session{
		runner: r, lease: claimed.Session.Lease(), link: claimed.Link, integration: integration,
		redactor: secret.NewRedactor(), ctx: ctx, cancel: cancel, done: make(chan struct{}),
		logger: r.logger.With("session", claimed.Session.ID, "integration", integration.ID),
	}
	s.recorder = &recorder{session: s}
	s.work.operation = noOperation
	s.conversation.begin(newQuestion(claimed.PromptID, credentials, r.Limits.Idle))
	return s
}

// run carries the session to its end.
func (s *session) run() {
	defer s.cancel(nil)
	deadline := time.AfterFunc(s.runner.Limits.Absolute, func() {
		s.stop(outcome.New(outcome.ClientTimeout, "the session reached its limit of %s", s.runner.Limits.Absolute))
	})
	defer deadline.Stop()
	expiry := time.AfterFunc(time.Duration(s.link.ExpiresAt-s.runner.db.Now())*time.Millisecond, func() {
		s.stop(outcome.New(outcome.LinkExpired, "the link expired"))
	})
	defer expiry.Stop()
	result, err := s.attempt()
	// Before the end is written, which may take long: nobody in the queue must
	// wait for that.
	s.conversation.close()
	s.end(result, err)
}

// attempt does the session's work. It recovers from panics, so that a fault in
// one session does not reach the others.
func (s *session) attempt() (result json.RawMessage, err error) {
	defer func() {
		if caught := recover(); caught != nil {
			s.logger.Error("a session panicked", "panic", fmt.Sprintf("%T", caught), "stack", string(debug.Stack()))
			err = outcome.New(outcome.InternalError, "the runner panicked")
		}
	}()
	arguments, err := s.runner.db.Arguments(&s.link)
	if err != nil {
		return nil, err
	}
	ticket, err := s.conversation.waitForCredentials(s.ctx)
	if err != nil {
		return nil, err
	}
	opened, err := ticket.Take(s.ctx, policy(s.integration, s.redactor), s.setPosition)
	if err != nil {
		return nil, s.noBrowser(err)
	}
	defer opened.Close()
	s.browser = opened
	defer endWith(opened, s.cancel)()

	result, err = s.drive(opened.Page(), arguments)
	if err != nil {
		s.addLastMatches(err)
		s.recorder.evidence(opened.Page(), err)
		return nil, err
	}
	if s.judgeReads() {
		s.keepMatches(opened)
	}
	return result, nil
}

// policy is what a browser may reach that works for an integration.
func policy(integration *script.Integration, redactor *secret.Redactor) browser.Policy {
	return browser.Policy{
		Hosts: integration.Hosts, AllowPrivate: integration.AllowPrivate(), Redactor: redactor,
		Locale: browser.Locale{Language: integration.Language, Zone: integration.Zone},
	}
}

func (s *session) noBrowser(err error) error {
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	if _, typed := errors.AsType[*outcome.Error](err); typed {
		return err
	}
	return outcome.Wrap(outcome.ConnectionFailed, err, "the browser did not start")
}

// endWith ends a context as soon as the browser that it uses has died, until the
// returned function is called.
func endWith(used *browser.Browser, cancel context.CancelCauseFunc) (stop func()) {
	stopped := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case <-used.Dead():
			cancel(used.Cause())
		case <-stopped:
		}
	})
	return func() { close(stopped); watching.Wait() }
}
