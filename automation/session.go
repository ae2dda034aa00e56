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
	"passage/automation/browser/pool"
	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/resources"
	"passage/automation/script"
	"passage/automation/secret"
	"passage/db"
)

// session is one attempt while it runs. Its goroutine calls run; everything
// else reaches it through the methods that take mu.
type session struct {
	runner      *Runner
	lease       db.Lease
	link        db.Link
	integration *script.Integration
	redactor    *secret.Redactor
	logger      *slog.Logger
	recorder    *recorder
	opening     *question     // asked by the claim; the same for good
	done        chan struct{} // closed after the end is written

	ctx    context.Context // ends when the session must; its cause says why
	cancel context.CancelCauseFunc

	mu          sync.Mutex
	question    *question         // what the person is asked now
	given       prompt.Answer     // the first credentials, until log-in takes them
	turn        *pool.Ticket      // in the line for a browser, once credentials were given
	handed      bool              // log-in has taken them
	credentials prompt.Answer     // the last ones, to compare with
	kept        map[string]string // credentials that are no secret, to show again
	reserved    bool              // the last credentials count as wrong until they are known to be right
	logInsLeft  int               // before the site's lock-out comes near; 0 where nothing is known of it
	lockedUntil time.Time         // until when none are taken with the user name in kept
	place       int               // in the line for a browser
	moves       int               // how often that has changed
	operation   int               // the one at work; noOperation outside them
	submitted   bool              // the operation at work was handed to the site
	soon        bool              // stop at the next safe point, for stopCause
	stopCause   error
	asked       string // the browser that asks to take the session over
	guesses     int    // wrong credentials typed by browsers that want it
}

const noOperation = -1

func newSession(r *Runner, claimed db.Claimed, integration *script.Integration, asked prompt.Prompt) *session {
	ctx, cancel := context.WithCancelCause(context.Background())
	s := &session{
		runner: r, lease: claimed.Session.Lease(), link: claimed.Link, integration: integration,
		redactor: secret.NewRedactor(), ctx: ctx, cancel: cancel, done: make(chan struct{}), operation: noOperation,
		logger: r.Logger.With("session", claimed.Session.ID, "integration", integration.ID),
	}
	s.recorder = &recorder{session: s}
	s.opening = newQuestion(claimed.PromptID, asked, r.Limits.Idle)
	s.question = s.opening
	return s
}

// run carries the session to its end, whatever happens on the way.
func (s *session) run() {
	defer s.cancel(nil)
	deadline := time.AfterFunc(s.runner.Limits.Absolute, func() {
		s.stop(outcome.New(outcome.ClientTimeout, "the session reached its limit of %s", s.runner.Limits.Absolute))
	})
	defer deadline.Stop()
	expiry := time.AfterFunc(time.Duration(s.link.ExpiresAt-s.runner.DB.Now())*time.Millisecond, func() {
		s.stop(outcome.New(outcome.LinkExpired, "the link's time ran out"))
	})
	defer expiry.Stop()
	result, err := s.attempt()
	s.leaveLine() // first: an end that cannot be written yet must keep nobody waiting
	s.end(result, err)
}

// attempt contains panics: one session's fault must not reach the others.
func (s *session) attempt() (result json.RawMessage, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			s.logger.Error("a session panicked", "panic", fmt.Sprintf("%T", fault), "stack", string(debug.Stack()))
			err = outcome.New(outcome.InternalError, "the runner panicked")
		}
	}()
	return s.work()
}

func (s *session) work() (json.RawMessage, error) {
	arguments, err := s.runner.DB.Arguments(&s.link)
	if err != nil {
		return nil, err
	}
	given, err := s.opening.wait(s.ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.given = given
	turn := s.turn
	s.mu.Unlock()

	browser, err := turn.Take(s.ctx, policy(s.integration, s.redactor), s.setPlace)
	if err != nil {
		return nil, s.noBrowser(err)
	}
	defer browser.Close()
	unwatch := watch(browser, s.cancel)
	defer unwatch()

	result, err := s.drive(browser, arguments)
	if err != nil {
		s.recallMatches(err)
		s.recorder.evidence(browser.Page(), err)
		return nil, err
	}
	s.keepMatches(browser)
	return result, nil
}

// policy is what a browser that works for an integration may reach.
func policy(integration *script.Integration, redactor *secret.Redactor) browser.Policy {
	return browser.Policy{Hosts: integration.Hosts, AllowPrivate: integration.AllowPrivate(), Redactor: redactor}
}

// drive does the session's work in its browser.
func (s *session) drive(browser *browser.Browser, arguments []json.RawMessage) (json.RawMessage, error) {
	if err := s.runner.DB.RunSession(s.ctx, s.lease); err != nil {
		return nil, err
	}
	run, err := s.integration.Start(s.ctx, script.Options{
		Page: browser.Page(), User: s, Recorder: s.recorder, Redactor: s.redactor,
	})
	if err != nil {
		return nil, err
	}
	if err := run.Login(); err != nil {
		return nil, err
	}
	if err := s.loggedIn(s.ctx); err != nil {
		return nil, err
	}
	s.recorder.look(browser.Page())
	submitted, err := s.runner.DB.Submitted(s.ctx, s.link.ID)
	if err != nil {
		return nil, err
	}
	done, err := s.runner.DB.Checkpoints(s.ctx, s.lease)
	if err != nil {
		return nil, err
	}
	results := make([]json.RawMessage, len(s.link.Operations))
	for n, operation := range s.link.Operations {
		if err := s.safePoint(); err != nil {
			return nil, err
		}
		if before, ok := done[n]; ok {
			s.recorder.flush()
			results[n], err = before.Result, s.runner.DB.ReuseOperation(s.ctx, s.lease, n, before.Attempt)
		} else {
			results[n], err = s.operate(run, operation, arguments[n], submitted[n])
		}
		if err != nil {
			return nil, err
		}
		s.recorder.look(browser.Page())
	}
	return joinResults(s.link.Operations, results)
}

// operate runs one operation, from its start to its checked result.
func (s *session) operate(run *script.Run, operation db.Operation, arguments json.RawMessage, resuming bool) (json.RawMessage, error) {
	rules, ok := s.runner.Resources.Operation(operation.Resource, operation.Action)
	if !ok {
		return nil, outcome.New(outcome.InternalError, "the operation %s is not known", operation.Name())
	}
	s.recorder.flush()
	if err := s.runner.DB.StartOperation(s.ctx, s.lease, operation.Position); err != nil {
		return nil, err
	}
	s.setOperation(operation.Position)
	result, err := perform(run, rules, script.Call{Name: operation.Name(), Arguments: arguments, Resuming: resuming})
	if err != nil {
		return nil, err
	}
	s.recorder.flush()
	if err := s.completed(operation, arguments, result); err != nil {
		return nil, err
	}
	s.setOperation(noOperation)
	return result, nil
}

// completed writes down what the site has done, even if the session was told to
// stop meanwhile. The result of a change is kept, so that no later attempt has
// to make it again.
func (s *session) completed(operation db.Operation, arguments, result json.RawMessage) error {
	ctx, note := context.WithoutCancel(s.ctx), s.recorder.lastNote()
	if operation.Action == "write" && !script.DryRun(arguments) {
		return s.runner.DB.CompleteWrite(ctx, s.lease, operation.Position, note, result)
	}
	return s.runner.DB.CompleteOperation(ctx, s.lease, operation.Position, note)
}

// perform has the script run one operation by its resource's rules: the sensitive
// arguments stay opaque to it, and its result fits the schema.
func perform(run *script.Run, rules *resources.Operation, call script.Call) (json.RawMessage, error) {
	call.Sensitive = rules.Sensitive
	result, err := run.Operation(call)
	if err != nil {
		return nil, err
	}
	issues := rules.CheckResult(result)
	if len(issues) == 0 {
		return result, nil
	}
	text := ""
	for _, issue := range issues {
		text += fmt.Sprintf("; %s: %s", issue.Path, issue.Message)
	}
	return nil, outcome.New(outcome.ResultValidationError, "the result of %s does not fit its schema%s", call.Name, text)
}

// joinResults gives the result the form of the contract: of one operation its
// data as it stands, of several a list in order.
func joinResults(operations []db.Operation, results []json.RawMessage) (json.RawMessage, error) {
	if len(results) == 1 {
		return results[0], nil
	}
	type item struct {
		Resource string          `json:"resource"`
		Action   string          `json:"action"`
		Data     json.RawMessage `json:"data"`
	}
	joined := struct {
		Operations []item `json:"operations"`
	}{}
	for n, operation := range operations {
		joined.Operations = append(joined.Operations, item{operation.Resource, operation.Action, results[n]})
	}
	return json.Marshal(joined)
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

// watch ends what a browser is used for as soon as the browser is gone.
func watch(browser *browser.Browser, end context.CancelCauseFunc) (unwatch func()) {
	stop := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case <-browser.Dead():
			end(browser.Cause())
		case <-stop:
		}
	})
	return func() { close(stop); watching.Wait() }
}
