package automation

import (
	"context"
	"encoding/json"
	"strings"

	"passage/automation/browser"
	"passage/automation/browser/pool"
	"passage/automation/outcome"
	"passage/automation/resources"
	"passage/automation/script"
	"passage/automation/secret"
	"passage/db"
)

// Onlooker follows a Trial and answers for the person.
type Onlooker interface {
	script.User
	// Begins says what is at work from here on: "login", or an operation's name.
	Begins(work string)
	Step(step script.Step)
	Progress(key string, count int)
	// Failed is shown the page on which a trial failed, before it goes.
	Failed(ctx context.Context, page *browser.Page)
}

// TrialOperation is one operation of a trial.
type TrialOperation struct {
	Resource, Action string
	Arguments        json.RawMessage // checked already; nothing where it takes none
	Resuming         bool            // a write, as if an earlier attempt may have submitted it
}

// Trial runs an integration by hand: the log-in, then operations, as a session
// does, without a link and without a database. Nothing is kept of it.
type Trial struct {
	Integration *script.Integration
	Resources   *resources.Set
	Pool        *pool.Pool
	Redactor    *secret.Redactor
	Onlooker    Onlooker
}

// Run carries the trial to its end. The result has the form that a merchant
// gets; it is nil where no operation was asked for. The error holds an
// *outcome.Error, and a *script.Failure where the script was at work.
func (t *Trial) Run(ctx context.Context, operations []TrialOperation) (json.RawMessage, error) {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	opened, err := t.Pool.Acquire(ctx, policy(t.Integration, t.Redactor), nil)
	if err != nil {
		return nil, outcome.From(err)
	}
	defer opened.Close()
	defer endWith(opened, end)()
	result, err := t.drive(ctx, opened.Page(), operations)
	if err != nil {
		late, done := context.WithTimeout(context.WithoutCancel(ctx), evidenceTimeout)
		defer done()
		t.Onlooker.Failed(late, opened.Page())
	}
	return result, err
}

func (t *Trial) drive(ctx context.Context, page *browser.Page, operations []TrialOperation) (json.RawMessage, error) {
	recorder := &trialRecorder{Onlooker: t.Onlooker}
	run, err := t.Integration.Start(ctx, script.Options{Page: page, User: t.Onlooker, Recorder: recorder, Redactor: t.Redactor})
	if err != nil {
		return nil, err
	}
	t.Onlooker.Begins("login")
	if err := run.Login(); err != nil || len(operations) == 0 {
		return nil, err
	}
	var asked []db.Operation
	var results []json.RawMessage
	for _, operation := range operations {
		recorder.submitted = false
		result, err := t.operate(run, operation)
		if err != nil && recorder.submitted {
			return nil, afterSubmission(err)
		}
		if err != nil {
			return nil, err
		}
		asked = append(asked, db.Operation{Resource: operation.Resource, Action: operation.Action})
		results = append(results, result)
	}
	return joinResults(asked, results)
}

func (t *Trial) operate(run *script.Run, operation TrialOperation) (json.RawMessage, error) {
	name := operation.Resource + "." + operation.Action
	rules, ok := t.Resources.Operation(operation.Resource, operation.Action)
	if !ok {
		return nil, outcome.New(outcome.InternalError, "the operation %s is not known; there are %s", name,
			strings.Join(t.Resources.Names(), ", "))
	}
	t.Onlooker.Begins(name)
	return perform(run, rules, script.Call{Name: name, Arguments: operation.Arguments, Resuming: operation.Resuming})
}

// afterSubmission is how an operation ends that was handed to the site and did
// not come to its end: rejected where the site itself refused it, and otherwise
// nobody knows. For sessions the database holds to the same rule.
func afterSubmission(err error) error {
	if outcome.From(err).Code == outcome.OperationRejected {
		return err
	}
	return outcome.Wrap(outcome.OperationUnknown, err, "the change was submitted and is not confirmed")
}

// trialRecorder notes what a Trial has to know and passes on the rest.
type trialRecorder struct {
	Onlooker
	submitted bool // by the operation at work
}

// Submit lets every submission through: who tries a change has agreed to it.
func (r *trialRecorder) Submit(ctx context.Context, _ string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.submitted = true
	return nil
}

// Account keeps nothing: no later attempt takes anything over from a trial.
func (*trialRecorder) Account(context.Context, string) error { return nil }
