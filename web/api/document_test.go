package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"passage/db"
	"passage/web/webhook"
)

func TestGetJWKS_ServesPublicKeys(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if set := s.get("/.well-known/jwks.json").object(http.StatusOK); fmt.Sprint(set) != "map[keys:[]]" {
		t.Errorf("an empty set is %v", set)
	}
	key, private, err := s.db.EnsureSigningKey(t.Context(), s.org.ID)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, s.post("/webhook_verification_key/get", fmt.Sprintf(`{"key_id":%q}`, key.ID), "Authorization", "").object(http.StatusOK),
		map[string]any{"key_id": key.ID, "key": key.PublicPEM, "algorithm": "ES256", "created_at": key.CreatedAt})
	s.post("/webhook_verification_key/get", `{"key_id":"whk_nope"}`).wantError(http.StatusNotFound, "not_found")
	if got := s.post("/webhook_verification_key/get", `{}`).issues(); got != "key_id: is required" {
		t.Error(got)
	}
	reply := s.get("/.well-known/jwks.json", "Authorization", "")
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(reply.body, &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Keys) != 1 || set.Keys[0].KeyID != key.ID || set.Keys[0].Algorithm != "ES256" || !private.PublicKey.Equal(set.Keys[0].Key) {
		t.Errorf("keys %s", reply.body)
	}
	if strings.Contains(string(reply.body), `"d"`) || !strings.HasPrefix(reply.header.Get("Cache-Control"), "public") {
		t.Errorf("%v %s", reply.header, reply.body)
	}
}

func TestListProviders_DescribesOperations(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	providers := s.get("/v1/providers").object(http.StatusOK)["providers"].([]any)
	at := slices.IndexFunc(providers, func(provider any) bool { return provider.(map[string]any)["id"] == "shop" })
	if at < 0 {
		t.Fatalf("providers %v", providers)
	}
	shop := providers[at].(map[string]any)
	if shop["name"] != "Shop" {
		t.Errorf("provider %v", shop)
	}
	names := ""
	for _, item := range shop["resources"].([]any) {
		resource := item.(map[string]any)
		names += resource["name"].(string) + " "
		for action, operation := range resource["operations"].(map[string]any) {
			names += action + " "
			if fields := operation.(map[string]any); len(fields) != 4 || fields["result"].(map[string]any)["type"] != "object" || fields["description"] == "" {
				t.Errorf("%s.%s is %v", resource["name"], action, fields)
			}
		}
	}
	if !regexp.MustCompile(`^mobileBillingStatement read paymentMethod (read write|write read) $`).MatchString(names) {
		t.Errorf("resources %s", names)
	}
}

func TestDocument_DescribesEveryRoute(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	reply := s.get("/openapi.json", "Authorization", "")
	document := reply.object(http.StatusOK)
	paths := document["paths"].(map[string]any)
	for _, address := range merchantAddresses {
		method, path, _ := strings.Cut(address, " ")
		operation, ok := paths[strings.NewReplacer("/users/x", "/users/{externalUserId}", "/x", "/{id}").Replace(path)].(map[string]any)[strings.ToLower(method)].(map[string]any)
		if !ok || operation["security"] == nil {
			t.Errorf("%s is not described: %v", address, operation)
		}
	}
	schemas := document["components"].(map[string]any)["schemas"].(map[string]any)
	for _, gone := range []string{"ErrorModel", "ErrorDetail"} {
		if schemas[gone] != nil {
			t.Errorf("huma's own %s is described", gone)
		}
	}
	if strings.Contains(string(reply.body), `"422"`) || strings.Contains(string(reply.body), `"#/components/schemas/Error"`) {
		t.Error("it describes what we do not do")
	}
	// What is described is what is read, field by field.
	request := schemas["LinkRequest"].(map[string]any)
	properties := request["properties"].(map[string]any)
	if request["additionalProperties"] != false || len(properties) != 15 {
		t.Errorf("request %v", request)
	}
	everything := map[string]any{}
	for name := range properties {
		everything[name] = map[string]any{"wrong": "type"}
	}
	everything["operations"], everything["metadata"], everything["arguments"] = 1, 1, 1
	body, err := json.Marshal(everything)
	if err != nil {
		t.Fatal(err)
	}
	got := s.post("/v1/links", string(body)).issues()
	if strings.Contains(got, "not a known field") {
		t.Errorf("a field is described and not read:\n%s", got)
	}
	for name := range properties {
		if !strings.Contains("\n"+got, "\n"+name+": must ") {
			t.Errorf("%s is not checked:\n%s", name, got)
		}
	}
}

// What a developer copies from the document has to work.
func TestDocument_HasValidExamples(t *testing.T) {
	t.Parallel()
	document, err := theDocument()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, o := range document.operations {
		if o.request != nil {
			seen++
			wantExample(t, o, o.fields["requestBody"], o.request)
		}
		for status, a := range o.replies {
			if status < 300 && a.body != nil {
				seen++
				wantExample(t, o, o.fields["responses"].(map[string]any)[fmt.Sprint(status)], a.body)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d examples were looked at", seen)
	}
}

func wantExample(t *testing.T, o operation, of any, schema *jsonschema.Schema) {
	t.Helper()
	content := of.(map[string]any)["content"].(map[string]any)["application/json"].(map[string]any)
	if err := schema.Validate(content["example"]); err != nil {
		t.Errorf("%s %s: %v", o.method, o.path, err)
	}
}

// What is sent is what the document says of webhooks.
func TestDocument_DescribesWebhookPayloads(t *testing.T) {
	t.Parallel()
	document, err := theDocument()
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t)
	complete, failed, expired := s.create(simple), s.create(with(`"metadata":{"a":"b"}`)), s.event(`"externalUserId":"u"`)
	s.runToEnd(complete["claimCode"].(string), func(lease db.Lease) error {
		return s.db.CompleteSession(t.Context(), lease, json.RawMessage(aResult))
	})
	s.runToEnd(failed["claimCode"].(string), func(lease db.Lease) error {
		position := 0
		return s.db.FailSession(t.Context(), lease, db.Failure{Code: "SITE_CHANGED", Operation: &position})
	})
	for _, name := range []string{"link.complete", "link.failed", "link.expired"} {
		id := expired
		if link := map[string]map[string]any{"link.complete": complete, "link.failed": failed}[name]; link != nil {
			events, err := s.db.EventsOfLink(t.Context(), link["linkId"].(string))
			if err != nil || len(events) != 1 {
				t.Fatalf("%d events, %v", len(events), err)
			}
			id = events[0].ID
		}
		event, link, err := s.db.Event(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		result, err := s.db.Result(&link)
		if err != nil {
			t.Fatal(err)
		}
		body, err := webhook.Render(event, link, result)
		if err != nil {
			t.Fatal(err)
		}
		hook := document.document["webhooks"].(map[string]any)[name].(map[string]any)["post"].(map[string]any)
		if err := fits(document.webhook, body, name); err != nil || event.Name != name {
			t.Errorf("%s: %v", event.Name, err)
		}
		wantExample(t, operation{path: name}, hook["requestBody"], document.webhook)
		if len(hook["parameters"].([]any)) != 5 {
			t.Errorf("%s has the headers %v", name, hook["parameters"])
		}
	}
}
