package integrations_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"passage/automation/browser"
	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/sandbox"
	"passage/automation/script"
	"passage/automation/secret"
)

// session is one attempt: what the runner is to the script, for a test.
type session struct {
	t         *testing.T
	fixture   *fixture
	person    *sandbox.Person
	run       *script.Run
	resuming  bool
	submitted bool
	account   string

	mu       sync.Mutex
	steps    []script.Step
	progress []string
}

func (f *fixture) session(t *testing.T, s sandbox.Scenario) *session {
	t.Helper()
	redactor := secret.NewRedactor()
	b, err := f.pool.Acquire(t.Context(), browser.Policy{Hosts: f.script.Hosts, AllowPrivate: f.script.AllowPrivate(), Redactor: redactor,
		Locale: browser.Locale{Language: f.script.Language, Zone: f.script.Zone}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	one := &session{t: t, fixture: f, person: s.Person()}
	one.run, err = f.script.Start(t.Context(), script.Options{Page: b.Page(), User: one, Recorder: one, Redactor: redactor})
	if err != nil {
		t.Fatal(err)
	}
	return one
}

// Ask answers from the scenario's table.
func (s *session) Ask(ctx context.Context, p prompt.Prompt) (prompt.Answer, error) {
	if p.Kind == prompt.Approval {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	values, invalid := p.Validate(s.person.Answer(string(p.Kind)))
	if invalid != nil {
		return nil, outcome.New(outcome.InternalError, "the table's answer to %s is refused: %v", p.Kind, invalid)
	}
	answer := prompt.Answer{}
	for name, value := range values {
		answer[name] = secret.New(value)
	}
	return answer, nil
}

func (*session) Refused(context.Context, string) error { return nil }

func (s *session) Step(step script.Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps = append(s.steps, step)
}

func (s *session) Progress(code string, count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress = append(s.progress, fmt.Sprint(code, " ", count))
}

func (s *session) Submit(context.Context, string) error {
	s.submitted = true
	return nil
}

func (s *session) Account(_ context.Context, id string) error {
	s.account = id
	return nil
}

// do runs one operation and checks its result against its schema. An end
// after the submission that the script did not state is unknown, as the
// runner has it.
func (s *session) do(name, arguments string, into any) error {
	s.t.Helper()
	resource, action, _ := strings.Cut(name, ".")
	operation, ok := s.fixture.operations.Operation(resource, action)
	if !ok {
		s.t.Fatalf("no operation %s", name)
	}
	if issues := operation.CheckArguments(json.RawMessage(arguments)); issues != nil {
		s.t.Fatalf("%s: arguments: %v", name, issues)
	}
	s.submitted = false
	result, err := s.run.Operation(script.Call{
		Name: name, Arguments: json.RawMessage(arguments), Sensitive: operation.Sensitive, Resuming: s.resuming,
	})
	if failure, ok := errors.AsType[*script.Failure](err); ok && s.submitted && !failure.Stated {
		return outcome.Wrap(outcome.OperationUnknown, err, "ended after the submission")
	}
	if err != nil {
		return err
	}
	if issues := operation.CheckResult(result); issues != nil {
		s.t.Errorf("%s: result %s: %v", name, result, issues)
	}
	if err := json.Unmarshal(result, into); err != nil {
		s.t.Fatalf("%s: %v", name, err)
	}
	return nil
}

// story is what happened, for the message of a failed test.
func (s *session) story() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out strings.Builder
	for _, step := range s.steps {
		fmt.Fprintf(&out, "%4d %-22s %-32s %d %-12s %6s %s\n", step.Line, step.Word, step.Selector, step.Matches, step.Outcome, step.Took.Round(time.Millisecond), step.URL)
	}
	return out.String()
}

// The shapes of the three results.
type (
	methods struct {
		PaymentMethods []struct {
			Order                                  int
			VendorID, Last4, Type, Brand, Nickname string
			ExpirationDate, BillingZip             string
			IsDefault                              bool
		}
	}
	written struct {
		Success, DryRun bool
		Card            struct{ Last4 string }
	}
	billing struct {
		Billing []struct {
			StatementID, PeriodStart, PeriodEnd, DueDate, Currency string
			AmountDue                                              float64
		}
	}
)
