package integrations_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"passage/automation/browser"
	"passage/automation/integrations"
	"passage/automation/outcome"
	"passage/automation/replica"
	"passage/automation/resources"
	"passage/automation/script"
)

// world is the demo carrier with the demo script pointed at it, and browsers.
type world struct {
	*replica.Carrier
	demo       *script.Integration
	operations *resources.Set
	pool       *browser.Pool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{}
	var frame *httptest.Server
	w.Carrier = replica.NewCarrier(replica.CarrierOptions{
		FrameURL: func() string { return "http://" + hostOf(t, frame.URL, "localhost") },
		Slow:     500 * time.Millisecond,
		Approval: 500 * time.Millisecond,
	})
	site := httptest.NewServer(w.Site())
	frame = httptest.NewServer(w.CardFrame())
	t.Cleanup(site.Close)
	t.Cleanup(frame.Close)

	source, err := fs.ReadFile(integrations.FS(), "demo/integration.star")
	if err != nil {
		t.Fatal(err)
	}
	demo, err := script.Load("demo/integration.star", source)
	if err != nil {
		t.Fatal(err)
	}
	if w.demo, err = demo.At(site.URL, hostOf(t, frame.URL, "localhost")); err != nil {
		t.Fatal(err)
	}
	if w.operations, err = resources.Load(); err != nil {
		t.Fatal(err)
	}
	w.pool, err = browser.NewPool(browser.Options{
		NoSandbox: os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1",
		Dir:       t.TempDir(), Slots: 3, Line: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// hostOf gives a server's address under another name of this machine.
func hostOf(t *testing.T, address, name string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return name + ":" + u.Port()
}

// session is one attempt: what the runner is to the script, for a test.
type session struct {
	t         *testing.T
	world     *world
	person    *replica.Person
	run       *script.Run
	resuming  bool
	submitted bool

	mu       sync.Mutex
	steps    []script.Step
	progress []string
	asked    []string // the prompts' kinds and reasons
}

func (w *world) session(t *testing.T, s replica.Scenario, resuming bool) *session {
	t.Helper()
	redactor := browser.NewRedactor()
	b, err := w.pool.Acquire(t.Context(), browser.Policy{Hosts: w.demo.Hosts, AllowPrivate: w.demo.AllowPrivate(), Redactor: redactor}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	one := &session{t: t, world: w, person: s.Person(), resuming: resuming}
	one.run, err = w.demo.Start(t.Context(), script.Options{Page: b.Page(), User: one, Recorder: one, Redactor: redactor})
	if err != nil {
		t.Fatal(err)
	}
	return one
}

// Ask answers from the scenario's table.
func (s *session) Ask(ctx context.Context, p script.Prompt) (script.Answer, error) {
	s.mu.Lock()
	s.asked = append(s.asked, strings.TrimSpace(string(p.Kind)+" "+p.Reason))
	s.mu.Unlock()
	if p.Kind == script.KindApproval {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	values := s.person.Answer(string(p.Kind))
	if faults := p.Validate(values); faults != nil {
		return nil, outcome.New(outcome.InternalError, "the table's answer to %s is refused: %v", p.Kind, faults)
	}
	answer := script.Answer{}
	for name, value := range values {
		answer[name] = script.NewSecret(value)
	}
	return answer, nil
}

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

// do runs one operation and checks its result against its schema. An end
// after the submission that the script did not state is unknown, as the
// runner has it.
func (s *session) do(name, arguments string, into any) error {
	s.t.Helper()
	resource, action, _ := strings.Cut(name, ".")
	operation, ok := s.world.operations.Operation(resource, action)
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
