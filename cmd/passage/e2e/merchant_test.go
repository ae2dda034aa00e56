package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"passage/automation/sandbox"
	"passage/db"
	"passage/db/dbtest"
)

// merchant is a client of the API, as a merchant's server is.
type merchant struct {
	base    string
	token   string
	observe func(reply) // sees every reply; may be nil
}

// merchantOf is a merchant of some name, with a key of its own.
func (s *stack) merchantOf(t *testing.T, name string) merchant {
	t.Helper()
	key, err := s.DB.CreateKey(t.Context(), db.NewKey{OrganizationID: dbtest.Organization(t, s.DB, name).ID})
	if err != nil {
		t.Fatal(err)
	}
	return merchant{base: s.PublicURL.String(), token: key}
}

// reply is an answer to a program.
type reply struct {
	status int
	header http.Header
	body   string
}

// call speaks to the API. Nothing of the inside may be in what it answers.
func (m merchant) call(t *testing.T, method, path string, body any) reply {
	t.Helper()
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, m.base+path, content)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+m.token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := reply{answer.StatusCode, answer.Header, string(text)}
	leaksNothing(t, method+" "+path, got.body)
	if got.header.Get("X-Request-Id") == "" {
		t.Errorf("%s %s: no request id", method, path)
	}
	if m.observe != nil {
		m.observe(got)
	}
	return got
}

// want decodes a reply that has to have a status.
func (r reply) want(t *testing.T, status int, into any) {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal([]byte(r.body), into); err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
}

// fault checks an error of the contract.
func (r reply) wantError(t *testing.T, status int, code string) {
	t.Helper()
	var got struct{ Error, Code string }
	r.want(t, status, &got)
	if got.Code != code || got.Error == "" {
		t.Errorf("code %q, want %q: %s", got.Code, code, r.body)
	}
}

// created is the reply to POST /v1/links.
type created struct{ LinkID, ClaimCode, ClaimURL, ReturnURL string }

// linkNow is the reply to GET /v1/links/{id}.
type linkNow struct {
	ID, IntegrationID        string
	Status, CurrentSessionID string
	Operations               []operationNow
	Result                   json.RawMessage
	Error                    *failureNow
	Sessions                 []sessionNow
	CompletedAt              *int64
}

type operationNow struct {
	Resource, Action, Status string
	StartedAt, SubmittedAt   *int64
}

type failureNow struct {
	Code, Message string
	Operation     *int
}

type sessionNow struct {
	ID, Status string
	Attempt    int
	Error      *failureNow
	EndedAt    *int64
	Operations []operationNow
	Events     []struct {
		Event, Prompt string
		Operation     *int
	}
}

func (m merchant) newLink(t *testing.T, request map[string]any) (link created) {
	t.Helper()
	m.call(t, http.MethodPost, "/v1/links", request).want(t, http.StatusCreated, &link)
	return link
}

func (m merchant) link(t *testing.T, id string) (link linkNow) {
	t.Helper()
	m.call(t, http.MethodGet, "/v1/links/"+id, nil).want(t, http.StatusOK, &link)
	return link
}

func (m merchant) session(t *testing.T, id string) (session sessionNow) {
	t.Helper()
	m.call(t, http.MethodGet, "/v1/sessions/"+id, nil).want(t, http.StatusOK, &session)
	return session
}

// code is how a link stands: complete, or why it failed, or its status.
func (l linkNow) code() string {
	if l.Error != nil {
		return l.Error.Code
	}
	return l.Status
}

// statuses are those of the operations, in order.
func statuses(operations []operationNow) string {
	var all []string
	for _, operation := range operations {
		all = append(all, operation.Status)
	}
	return strings.Join(all, " ")
}

// The operations of the demo.
func readCards() map[string]any {
	return map[string]any{"resource": "paymentMethod", "action": "read"}
}

func readBills() map[string]any {
	return map[string]any{"resource": "mobileBillingStatement", "action": "read", "arguments": map[string]any{"limit": 3}}
}

func writeCard() map[string]any {
	return map[string]any{"resource": "paymentMethod", "action": "write", "arguments": map[string]any{
		"cardNumber": sandbox.CardNumber, "expirationDate": "12/30", "cvv": "737", "nameOnCard": "Ada Example", "billingZip": "98101"}}
}

// ask is a request for a link of some operations.
func ask(operations ...map[string]any) map[string]any {
	return map[string]any{"integrationId": "demo", "operations": operations, "returnUrl": "https://shop.example/done?cart=7#top"}
}

// someone is a user of a scenario whom no other test plays.
func someone(t *testing.T, name string) sandbox.Scenario {
	t.Helper()
	scenario, ok := sandbox.ScenarioOf(name)
	if !ok {
		t.Fatalf("there is no scenario %q", name)
	}
	return scenario.For(strings.ToLower(rand.Text()))
}

// inside is what only we know and nobody outside may read: Go's types and
// traces, paths, SQL, scripts and their selectors, the browser's words. All in
// lower case.
var inside = []string{
	"goroutine ", ".go:", ".star", ".templ", "panic", "runtime error", "nil pointer", "traceback", "0xc000", "%!",
	"db.err", "*db.", "*sql.", "*errors.", "*fmt.", "*outcome.", "*script.", "*browser.", "*automation.", "*problem.",
	"passage/db", "passage/web", "passage/automation", "passage/cmd", "/tmp/", "/root/", "/home/", "/usr/", "/var/",
	"sqlite", "sql:", "sql logic", "no such table", "constraint", "transaction", "database", "rollback",
	"chromium", "chrome", "starlark", "devtools", "context canceled", "context deadline",
	"#payment-methods", "#password-error", "#code-error", "wait_for",
}

func leaksNothing(t *testing.T, where, text string) {
	t.Helper()
	text = strings.ToLower(text)
	for _, word := range inside {
		if at := strings.Index(text, word); at >= 0 {
			t.Errorf("%s shows of the inside: …%s…", where, text[max(0, at-80):min(len(text), at+80)])
		}
	}
}
