package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"passage/automation/sandbox"
)

// processMerchant calls the API. It knows the server by its process, so that it
// goes on with another one after a restart.
type processMerchant struct {
	t       *testing.T
	server  *serverProcess
	key     string
	webhook string
}

func enrolMerchant(t *testing.T, folder, webhook string) *processMerchant {
	t.Helper()
	key := mustRun(t, "", "keys", "create", "--data", folder, "--org", "Acme")
	return &processMerchant{t: t, key: strings.TrimSpace(key), webhook: webhook}
}

// processLink is what the API tells of a link.
type processLink struct {
	ID, LinkID, Status, ClaimURL, ClaimCode string
	Operations                              []struct{ Status string }
	Error                                   *processError
	Result                                  json.RawMessage
	Sessions                                []struct {
		Status string
		Error  *processError
	}
}

type processError struct {
	Code      string
	Operation *int
}

func (l processLink) code() string {
	if l.Error == nil {
		return ""
	}
	return l.Error.Code
}

// statuses are those of the operations, in order.
func (l processLink) statuses() string {
	var all []string
	for _, operation := range l.Operations {
		all = append(all, operation.Status)
	}
	return strings.Join(all, " ")
}

// operationsNamed makes a link's operations by name: read, write and bills.
func operationsNamed(names ...string) []map[string]any {
	known := map[string]map[string]any{
		"read":  {"resource": "paymentMethod", "action": "read"},
		"bills": {"resource": "mobileBillingStatement", "action": "read", "arguments": map[string]any{"limit": 2}},
		"write": {"resource": "paymentMethod", "action": "write", "arguments": map[string]any{
			"cardNumber": sandbox.CardNumber, "expirationDate": "12/30", "cvv": "737", "nameOnCard": "Ada Example", "billingZip": "98101"}},
	}
	var operations []map[string]any
	for _, name := range names {
		operations = append(operations, known[name])
	}
	return operations
}

// create makes a link of operations by name.
func (m *processMerchant) create(names ...string) processLink {
	m.t.Helper()
	body := map[string]any{"integrationId": "demo", "operations": operationsNamed(names...), "returnUrl": "https://acme.example/done"}
	if m.webhook != "" {
		body["webhookUrl"] = m.webhook
	}
	var link processLink
	if status := m.call(http.MethodPost, "/v1/links", body, &link); status != http.StatusCreated {
		m.t.Fatalf("create a link: %d", status)
	}
	return link
}

func (m *processMerchant) link(id string) processLink {
	m.t.Helper()
	var link processLink
	if status := m.call(http.MethodGet, "/v1/links/"+id, nil, &link); status != http.StatusOK {
		m.t.Fatalf("get link %s: %d", id, status)
	}
	return link
}

// expect checks where a link stands.
func (m *processMerchant) expect(id, status, code, operations string) processLink {
	m.t.Helper()
	link := m.link(id)
	if link.Status != status || link.code() != code || link.statuses() != operations {
		m.t.Errorf("link %s is %s %s with operations %s; want %s %s with %s",
			id, link.Status, link.code(), link.statuses(), status, code, operations)
	}
	return link
}

func (m *processMerchant) call(method, path string, body, into any) (status int) {
	m.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		m.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(m.t.Context(), processPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, m.server.url+path, bytes.NewReader(text))
	if err != nil {
		m.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+m.key)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	reply, err := plainClient.Do(request)
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

// plainClient keeps no connection, so that none leads to a process that is gone.
var plainClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// awaitSignal waits for a signal.
func awaitSignal[T any](t *testing.T, what string, signal <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-signal:
	case <-time.After(processPatience):
		t.Fatalf("in vain waited for %s", what)
	}
	return value
}
