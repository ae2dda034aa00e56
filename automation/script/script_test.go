package script

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
	"passage/automation/secret"
)

// header is the beginning of every test script.
const header = `integration(
    id = "test",
    name = "Test Site",
    site = "http://127.0.0.1:8090",
    hosts = ["127.0.0.1:8090"],
    credentials = [field("username", label = "email"),
                   field("password", label = "password", secret = True)],
)

`

const headerLines = 9

// loadBody loads a script of the header, a login that does nothing unless the
// body has one, and operations that are named after functions in the body.
func loadBody(t *testing.T, body string) *Integration {
	t.Helper()
	integration, err := Load("test.star", []byte(source(body)))
	if err != nil {
		t.Fatalf("load:\n%v", err)
	}
	return integration
}

func source(body string) string {
	text := header + body
	if !strings.Contains(body, "def login") {
		text += "\ndef login(page, user):\n    pass\n"
	}
	if !strings.Contains(body, "operations =") {
		text += "\noperations = {\"thing.write\": run, \"thing.read\": run}\n"
	}
	return text
}

// answerFunc answers one prompt.
type answerFunc func(context.Context, prompt.Prompt) (prompt.Answer, error)

// fakeUser answers prompts in order.
type fakeUser struct {
	mu         sync.Mutex
	answers    []answerFunc
	asked      []prompt.Prompt
	refused    []string
	refusedErr error // returned by Refused
}

func (p *fakeUser) Refused(_ context.Context, reason string) error {
	p.refused = append(p.refused, reason)
	return p.refusedErr
}

func (p *fakeUser) Ask(ctx context.Context, asked prompt.Prompt) (prompt.Answer, error) {
	p.mu.Lock()
	p.asked = append(p.asked, asked)
	if len(p.answers) == 0 {
		p.mu.Unlock()
		return nil, outcome.New(outcome.ClientTimeout, "no answer")
	}
	next := p.answers[0]
	p.answers = p.answers[1:]
	p.mu.Unlock()
	return next(ctx, asked)
}

// answerWith answers with pairs of a name and a value.
func answerWith(pairs ...string) answerFunc {
	answer := prompt.Answer{}
	for i := 0; i < len(pairs); i += 2 {
		answer[pairs[i]] = secret.New(pairs[i+1])
	}
	return func(context.Context, prompt.Prompt) (prompt.Answer, error) { return answer, nil }
}

// fakeRecorder keeps everything it is given.
type fakeRecorder struct {
	mu        sync.Mutex
	steps     []Step
	progress  []string
	submitted []string
	accounts  []string
	refuse    error
}

func (r *fakeRecorder) Step(s Step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.steps = append(r.steps, s)
}

func (r *fakeRecorder) Progress(code string, count int) {
	r.progress = append(r.progress, fmt.Sprintf("%s %d", code, count))
}

func (r *fakeRecorder) Submit(_ context.Context, selector string) error {
	if r.refuse != nil {
		return r.refuse
	}
	r.submitted = append(r.submitted, selector)
	return nil
}

func (r *fakeRecorder) Account(_ context.Context, id string) error {
	r.accounts = append(r.accounts, id)
	return r.refuse
}

// words returns the words of the steps.
func (r *fakeRecorder) words() string {
	var words []string
	for _, s := range r.steps {
		words = append(words, s.Word)
	}
	return strings.Join(words, " ")
}

type testRun struct {
	*Run
	user     *fakeUser
	recorder *fakeRecorder
}

// start starts a run without a browser, for scripts that do not use the page.
func start(t *testing.T, integration *Integration, answers ...answerFunc) testRun {
	t.Helper()
	b := testRun{user: &fakeUser{answers: answers}, recorder: &fakeRecorder{}}
	run, err := integration.Start(t.Context(), Options{
		Page: new(browser.Page), User: b.user, Recorder: b.recorder, Redactor: secret.NewRedactor(), Steps: 1_000_000,
		Computing: time.Hour, // a busy machine may take long for so many steps
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Run = run
	return b
}

// write runs thing.write with arguments. Those named in sensitive are opaque.
func (b testRun) write(arguments string, sensitive ...string) (string, error) {
	result, err := b.Operation(Call{Name: "thing.write", Arguments: json.RawMessage(arguments), Sensitive: sensitive})
	return string(result), err
}

// wantFailure checks how a call ended.
func wantFailure(t *testing.T, err error, code outcome.Code, line int, text string) *Failure {
	t.Helper()
	failure, ok := errors.AsType[*Failure](err)
	if !ok {
		t.Fatalf("ended with %v (%T), want a *Failure %s", err, err, code)
	}
	if failure.Outcome.Code != code {
		t.Errorf("ended with %v, want %s", failure.Outcome, code)
	}
	if line > 0 && failure.Line != headerLines+line {
		t.Errorf("ended on line %d of the body, want %d\n%s", failure.Line-headerLines, line, failure.Traceback)
	}
	if !strings.Contains(failure.Outcome.Detail, text) {
		t.Errorf("detail is %q, want it to say %q", failure.Outcome.Detail, text)
	}
	return failure
}
