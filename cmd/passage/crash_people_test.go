package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"passage/automation/replica"
)

// crashMerchant calls the API. It knows the server by its process, so that it
// goes on with another one after a restart.
type crashMerchant struct {
	t       *testing.T
	server  *crashServer
	key     string
	webhook string
}

func crashEnrol(t *testing.T, folder, webhook string) *crashMerchant {
	t.Helper()
	key := crashMust(t, "", "keys", "create", "--data", folder, "--org", "Acme")
	return &crashMerchant{t: t, key: strings.TrimSpace(key), webhook: webhook}
}

// crashLink is what the API tells of a link.
type crashLink struct {
	ID, LinkID, Status, ClaimURL, ClaimCode string
	Operations                              []struct{ Status string }
	Error                                   *crashError
	Result                                  json.RawMessage
	Sessions                                []struct {
		Status string
		Error  *crashError
	}
}

type crashError struct {
	Code      string
	Operation *int
}

func (l crashLink) code() string {
	if l.Error == nil {
		return ""
	}
	return l.Error.Code
}

// statuses are those of the operations, in order.
func (l crashLink) statuses() string {
	var all []string
	for _, operation := range l.Operations {
		all = append(all, operation.Status)
	}
	return strings.Join(all, " ")
}

// crashOperations makes a link's operations by name: read, write and bills.
func crashOperations(names ...string) []map[string]any {
	known := map[string]map[string]any{
		"read":  {"resource": "paymentMethod", "action": "read"},
		"bills": {"resource": "mobileBillingStatement", "action": "read", "arguments": map[string]any{"limit": 2}},
		"write": {"resource": "paymentMethod", "action": "write", "arguments": map[string]any{
			"cardNumber": replica.CardNumber, "expirationDate": "12/30", "cvv": "737", "nameOnCard": "Ada Example", "billingZip": "98101"}},
	}
	var operations []map[string]any
	for _, name := range names {
		operations = append(operations, known[name])
	}
	return operations
}

// create makes a link of operations by name.
func (m *crashMerchant) create(names ...string) crashLink {
	m.t.Helper()
	body := map[string]any{"integrationId": "demo", "operations": crashOperations(names...), "returnUrl": "https://acme.example/done"}
	if m.webhook != "" {
		body["webhookUrl"] = m.webhook
	}
	var link crashLink
	if status := m.call(http.MethodPost, "/v1/links", body, &link); status != http.StatusCreated {
		m.t.Fatalf("create a link: %d", status)
	}
	return link
}

func (m *crashMerchant) link(id string) crashLink {
	m.t.Helper()
	var link crashLink
	if status := m.call(http.MethodGet, "/v1/links/"+id, nil, &link); status != http.StatusOK {
		m.t.Fatalf("get link %s: %d", id, status)
	}
	return link
}

// expect checks where a link stands.
func (m *crashMerchant) expect(id, status, code, operations string) crashLink {
	m.t.Helper()
	link := m.link(id)
	if link.Status != status || link.code() != code || link.statuses() != operations {
		m.t.Errorf("link %s is %s %s with operations %s; want %s %s with %s",
			id, link.Status, link.code(), link.statuses(), status, code, operations)
	}
	return link
}

func (m *crashMerchant) call(method, path string, body, into any) (status int) {
	m.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		m.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(m.t.Context(), crashPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, m.server.url+path, bytes.NewReader(text))
	if err != nil {
		m.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+m.key)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	reply, err := crashClient.Do(request)
	if err != nil {
		m.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer reply.Body.Close()
	answer, err := io.ReadAll(reply.Body)
	if err != nil {
		m.t.Fatalf("%s %s: %v", method, path, err)
	}
	if into != nil && reply.StatusCode < http.StatusMultipleChoices {
		if err := json.Unmarshal(answer, into); err != nil {
			m.t.Fatalf("%s %s: %v in %s", method, path, err, answer)
		}
	}
	return reply.StatusCode
}

// crashClient keeps no connection, so that none leads to a process that is gone.
var crashClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// crashPerson is somebody with a browser without JavaScript who connects an
// account.
type crashPerson struct {
	t        *testing.T
	merchant *crashMerchant
	link     crashLink
	scenario string
	answers  *replica.Person
	client   *http.Client
	session  string // its path
	answered string // the prompt that was answered last
}

// crashVisitor is somebody of a scenario, a customer of their own for each test.
func crashVisitor(t *testing.T, m *crashMerchant, link crashLink, scenario string) *crashPerson {
	t.Helper()
	who, ok := replica.ScenarioOf(scenario)
	if !ok {
		t.Fatalf("there is no scenario %s", scenario)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &crashPerson{t: t, merchant: m, link: link, scenario: scenario, answers: who.Person(),
		client: &http.Client{Jar: jar, Transport: crashClient.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// claim presses the button of the claim page.
func (p *crashPerson) claim() {
	p.t.Helper()
	claim, err := url.Parse(p.link.ClaimURL)
	if err != nil {
		p.t.Fatal(err)
	}
	reply := p.post(claim.Path, nil)
	p.session = reply.Header.Get("Location")
	if !strings.HasPrefix(p.session, "/s/") {
		p.t.Fatalf("the claim of %s led to %d %q", p.link.LinkID, reply.StatusCode, p.session)
	}
	p.answered = ""
}

// again presses “Try again”, or, where the page is gone, opens the claim URL.
func (p *crashPerson) again() {
	p.t.Helper()
	reply := p.post(p.session+"/retry", nil)
	p.session = reply.Header.Get("Location")
	if !strings.HasPrefix(p.session, "/s/") {
		p.t.Fatalf("trying again led to %d %q", reply.StatusCode, p.session)
	}
	p.answered = ""
}

func (p *crashPerson) post(path string, form url.Values) *http.Response {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), crashPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.merchant.server.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	reply, err := p.client.Do(request)
	if err != nil {
		p.t.Fatalf("POST %s: %v", path, err)
	}
	reply.Body.Close()
	return reply
}

var (
	crashPrompt = regexp.MustCompile(`data-prompt="([^"]*)"`)
	crashEnd    = regexp.MustCompile(`data-end="([^"]*)"`)
)

// next follows the session's stream until it asks something new or has ended.
func (p *crashPerson) next() (prompt, end string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), crashPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.merchant.server.url+p.session+"/events", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	reply, err := p.client.Do(request)
	if err != nil {
		p.t.Fatalf("follow %s: %v", p.session, err)
	}
	defer reply.Body.Close()
	event := ""
	for lines := bufio.NewReader(reply.Body); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			p.t.Fatalf("follow %s: %v after %q", p.session, err, event)
		}
		if event += line; line != "\n" {
			continue
		}
		if found := crashEnd.FindStringSubmatch(event); found != nil {
			return "", found[1]
		}
		if found := crashPrompt.FindStringSubmatch(event); found != nil && found[1] != "" && found[1] != p.answered {
			return found[1], ""
		}
		event = ""
	}
}

// answer gives the scenario's answer to a question of this kind, once it is open.
func (p *crashPerson) answer(kind string) {
	p.t.Helper()
	prompt, end := p.next()
	if prompt == "" {
		p.t.Fatalf("the session ended %s instead of asking for %s", end, kind)
	}
	form := url.Values{"promptId": {prompt}}
	for name, value := range p.answers.Answer(kind) {
		form.Set(name, value)
	}
	if reply := p.post(p.session+"/answer", form); reply.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("the answer to %s was met with %d", kind, reply.StatusCode)
	}
	p.answered = prompt
}

// leaves has the person wait for the next question and not answer it.
func (p *crashPerson) leaves() {
	p.t.Helper()
	prompt, end := p.next()
	if prompt == "" {
		p.t.Fatalf("the session ended %s instead of asking", end)
	}
	p.answered = prompt
}

// connect goes from the claim page to the log-in.
func (p *crashPerson) connect() {
	p.t.Helper()
	p.claim()
	p.answer("credentials")
}

// answersUntil answers every question, as the scenario does, until something
// else has come.
func (p *crashPerson) answersUntil(come <-chan struct{}) {
	p.t.Helper()
	more := map[string][]string{"forgetful": {"credentials", "credentials"}, "clumsy": {"one_time_code", "one_time_code"}}
	for _, kind := range more[p.scenario] {
		p.answer(kind)
	}
	crashWait(p.t, "the card to reach the site", come)
}

// cancels presses “Cancel”.
func (p *crashPerson) cancels() (status int) {
	p.t.Helper()
	return p.post(p.session+"/cancel", nil).StatusCode
}

// ends waits for the session's end.
func (p *crashPerson) ends(want string) {
	p.t.Helper()
	if prompt, end := p.next(); end != want {
		p.t.Errorf("the session is at %q %q, and should have ended %q", end, prompt, want)
	}
}

// crashWait waits for a signal.
func crashWait[T any](t *testing.T, what string, signal <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-signal:
	case <-time.After(crashPatience):
		t.Fatalf("in vain waited for %s", what)
	}
	return value
}
