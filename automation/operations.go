package automation

import (
	"context"
	"encoding/json"

	"passage/automation/browser"
	"passage/automation/outcome"
	"passage/automation/resources"
	"passage/automation/script"
	"passage/db"
)

// drive logs in and does the link's operations in order. It returns the link's
// result.
func (s *session) drive(page *browser.Page, arguments []json.RawMessage) (json.RawMessage, error) {
	run, err := s.logIn(page)
	if err != nil {
		return nil, err
	}
	submitted, err := s.runner.db.Submitted(s.ctx, s.link.ID)
	if err != nil {
		return nil, err
	}
	checkpoints, err := s.runner.db.Checkpoints(s.ctx, s.lease)
	if err != nil {
		return nil, err
	}
	results := make([]json.RawMessage, len(s.link.Operations))
	for n, operation := range s.link.Operations {
		if err := s.safePoint(); err != nil {
			return nil, err
		}
		if checkpoint, ok := checkpoints[n]; ok {
			s.recorder.flush()
			results[n], err = checkpoint.Result, s.runner.db.ReuseOperation(s.ctx, s.lease, n, checkpoint.Attempt)
		} else {
			results[n], err = s.operate(run, operation, arguments[n], submitted[n])
		}
		if err != nil {
			return nil, err
		}
		s.recorder.record(page)
	}
	return joinResults(s.link.Operations, results)
}

// logIn starts the script and logs in with it.
func (s *session) logIn(page *browser.Page) (*script.Run, error) {
	if err := s.runner.db.RunSession(s.ctx, s.lease); err != nil {
		return nil, err
	}
	run, err := s.integration.Start(s.ctx, script.Options{
		Page: page, User: s, Recorder: s.recorder, Redactor: s.redactor,
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
	s.recorder.record(page)
	return run, nil
}

// operate runs one operation, from its start to its validated result.
func (s *session) operate(run *script.Run, operation db.Operation, arguments json.RawMessage, resuming bool) (json.RawMessage, error) {
	rules, ok := s.runner.resources.Operation(operation.Resource, operation.Action)
	if !ok {
		return nil, outcome.New(outcome.InternalError, "the operation %s is not known", operation.Name())
	}
	s.recorder.flush()
	if err := s.runner.db.StartOperation(s.ctx, s.lease, operation.Position); err != nil {
		return nil, err
	}
	s.recorder.forgetNote()
	s.work.begin(operation.Position)
	result, err := perform(run, rules, script.Call{Name: operation.Name(), Arguments: arguments, Resuming: resuming})
	if err != nil {
		return nil, err
	}
	s.recorder.flush()
	if err := s.completeOperation(operation, arguments, result); err != nil {
		return nil, err
	}
	s.work.begin(noOperation)
	return result, nil
}

// completeOperation writes down that the site has done an operation, even if the
// session was told to stop meanwhile. The result of a change is kept as a
// checkpoint, so that no later attempt makes the change again.
func (s *session) completeOperation(operation db.Operation, arguments, result json.RawMessage) error {
	ctx, note := context.WithoutCancel(s.ctx), s.recorder.lastNote()
	if operation.Action == "write" && !script.DryRun(arguments) {
		return s.runner.db.CompleteWrite(ctx, s.lease, operation.Position, note, result)
	}
	return s.runner.db.CompleteOperation(ctx, s.lease, operation.Position, note)
}

// perform has the script run one operation by the rules of its resource: the
// script can't read sensitive arguments, and its result must fit the schema.
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
	problems := make([]script.Problem, len(issues))
	for n, issue := range issues {
		problems[n] = script.Problem(issue)
	}
	return nil, run.Misfit(call.Name, result, problems)
}

// joinResults makes the link's result of its operations' results: that of a
// single operation is returned as it is, those of several as a list in order.
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
