package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"passage/automation/outcome"
	"passage/automation/resources"
)

// reference is the page for merchants' developers, parsed.
func (s *testServer) reference() (text string, ids map[string]bool, links []string) {
	s.Helper()
	reply := s.Request(s.Public, "GET", "/docs", "")
	if reply.Code != http.StatusOK {
		s.Fatalf("%d %s", reply.Code, reply.Body)
	}
	document, err := html.Parse(strings.NewReader(reply.Body.String()))
	s.Must(err)
	ids = map[string]bool{}
	var said strings.Builder
	for node := range document.Descendants() {
		if node.Type == html.TextNode {
			said.WriteString(node.Data)
		}
		for _, attribute := range node.Attr {
			switch {
			case attribute.Key == "id" && ids[attribute.Val]:
				s.Errorf("two things have the id %s", attribute.Val)
			case attribute.Key == "id":
				ids[attribute.Val] = true
			case attribute.Key == "href":
				links = append(links, attribute.Val)
			}
		}
		if node.Data == "script" {
			s.Error("it has a script")
		}
	}
	return said.String(), ids, links
}

func TestReference_CoversTheOpenAPIDocument(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	text, ids, links := s.reference()
	for _, link := range links {
		if id, within := strings.CutPrefix(link, "#"); within && !ids[id] {
			t.Errorf("%s leads nowhere", link)
		}
	}
	var document struct {
		Paths, Webhooks map[string]map[string]struct {
			OperationID, Summary string
			Responses            map[string]any
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	s.Must(json.Unmarshal(s.Request(s.Public, "GET", "/openapi.json", "").Body.Bytes(), &document))
	want := []string{"link.status", "client.answer", "server.session_end", "webhook-signature", "X-Passage-Signature", "passage keys show-webhook"}
	for path, methods := range document.Paths {
		for _, operation := range methods {
			want = append(want, path, operation.Summary)
			if !ids[operation.OperationID] {
				t.Errorf("%s has no place", operation.OperationID)
			}
		}
	}
	for name := range document.Webhooks {
		want = append(want, name)
	}
	for _, schema := range []string{"LinkRequest", "Link", "WebhookPayload", "Delivery", "PaymentMethodWriteArguments", "ValidationFailedError"} {
		properties := document.Components.Schemas[schema].Properties
		if len(properties) == 0 {
			t.Errorf("there is no %s", schema)
		}
		for name := range properties {
			want = append(want, name)
		}
	}
	for _, entry := range outcome.All() {
		want = append(want, string(entry.Code), entry.Developer)
	}
	set, err := resources.Load()
	s.Must(err)
	for _, name := range append(want, set.Names()...) {
		if !strings.Contains(text, name) {
			t.Errorf("it does not tell of %q", name)
		}
	}
}
