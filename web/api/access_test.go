package api_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"passage/automation/catalog"
	"passage/db"
	"passage/views/docs"
	"passage/web/api"
)

var merchantAddresses = []string{
	"GET /v1/links", "POST /v1/links", "GET /v1/links/x", "POST /v1/links/x/cancel", "GET /v1/links/x/sessions",
	"GET /v1/sessions/x", "GET /v1/providers", "GET /v1/events", "DELETE /v1/links/x/data",
	"GET /v1/events/x/deliveries", "POST /v1/events/x/resend", "POST /v1/events/resend",
	"DELETE /v1/users/x", "GET /v1/users/x",
}

func TestAPI_RequiresValidKey(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys, err := s.db.Keys(t.Context(), s.org.ID)
	if err != nil {
		t.Fatal(err)
	}
	revoked := s.newKey(s.org)
	all, err := s.db.Keys(t.Context(), s.org.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range all {
		if key.ID != keys[0].ID {
			if err := s.db.RevokeKey(t.Context(), key.ID, "ada"); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, address := range merchantAddresses {
		method, path, _ := strings.Cut(address, " ")
		for _, authorization := range []string{"", "Bearer", "Bearer ", "Bearer psg_nope", "Basic " + s.key, s.key, "Bearer " + revoked} {
			reply := s.call(method, path, simple, "Authorization", authorization)
			reply.wantError(http.StatusUnauthorized, "unauthorized")
			if reply.header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s: no WWW-Authenticate", address)
			}
		}
	}
	if reply := s.get("/v1/links", "Authorization", "bearer  "+s.key); reply.status != http.StatusOK {
		t.Errorf("the scheme's case counts: %s", reply.body)
	}
}

func TestAPI_GivesEveryReplyARequestID(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, path := range []string{"/v1/links", "/v1/links/x", "/v1/nope", "/link/nope", "/.well-known/jwks.json", "/openapi.json"} {
		if id := s.get(path).header.Get("X-Request-Id"); !strings.HasPrefix(id, "req_") {
			t.Errorf("%s: id %q", path, id)
		}
	}
	for given, kept := range map[string]bool{"abc-DEF_123": true, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false, "a b": false, `a"b`: false} {
		if got := s.get("/v1/links", "X-Request-Id", given).header.Get("X-Request-Id"); (got == given) != kept {
			t.Errorf("%q became %q", given, got)
		}
	}
}

func TestAPI_RepliesJSONForUnknownRoutesAndMethods(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, address := range []string{"GET /v1/nope", "GET /v1/links/", "POST /v1/links/x/y/z", "GET /link/nope", "GET /v1/", "DELETE /webhook_verification_key/x"} {
		method, path, _ := strings.Cut(address, " ")
		s.call(method, path, "").wantError(http.StatusNotFound, "not_found")
	}
	for address, allow := range map[string]string{
		"DELETE /v1/links": "GET, POST", "PUT /v1/links/x": "GET", "POST /v1/providers": "GET", "GET /link/claim": "POST",
		"GET /v1/links/x/cancel": "POST", "GET /webhook_verification_key/get": "POST", "OPTIONS /v1/links": "GET, POST",
	} {
		method, path, _ := strings.Cut(address, " ")
		reply := s.call(method, path, "")
		reply.wantError(http.StatusMethodNotAllowed, "method_not_allowed")
		if got := reply.header.Get("Allow"); got != allow {
			t.Errorf("%s: Allow is %q", address, got)
		}
	}
}

func TestAPI_RevealsNoInternalErrors(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.broken = true
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	addresses := append([]string{"POST /link/claim", "POST /webhook_verification_key/get", "GET /.well-known/jwks.json"}, merchantAddresses...)
	for n, address := range addresses {
		method, path, _ := strings.Cut(address, " ")
		body := ""
		if method == http.MethodPost {
			body = map[string]string{"/link/claim": `{"code":"clm_secretcode"}`, "/webhook_verification_key/get": `{"key_id":"x"}`}[path]
			if body == "" {
				body = simple
			}
		}
		reply := s.call(method, path, body, "X-Request-Id", fmt.Sprint("try-", n))
		object := reply.wantError(http.StatusInternalServerError, "internal_error")
		if object["error"] != "Something went wrong on our side." {
			t.Errorf("%s: %s", address, reply.body)
		}
		if logged := strings.Count(s.logs.String(), fmt.Sprint("request=try-", n, " ")); logged != 1 {
			t.Errorf("%s is logged %d times", address, logged)
		}
	}
	if logged := s.logs.String(); strings.Contains(logged, "secretcode") || strings.Contains(logged, s.key) || !strings.Contains(logged, "route=/v1/links/{id}") {
		t.Errorf("log:\n%s", logged)
	}
}

func TestAPI_BlamesClientForIncompleteBody(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, test := range []struct {
		err    error
		status int
		code   string
	}{
		{io.ErrUnexpectedEOF, http.StatusBadRequest, "invalid_json"},
		{os.ErrDeadlineExceeded, http.StatusRequestTimeout, "request_timeout"},
		{&http.MaxBytesError{Limit: 1}, http.StatusRequestEntityTooLarge, "body_too_large"}, // a limit of the server around us
	} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/links",
			io.MultiReader(strings.NewReader(simple[:10]), iotest.ErrReader(test.err)))
		request.Header.Set("Authorization", "Bearer "+s.key)
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		s.handler.ServeHTTP(recorder, request)
		got := reply{t, recorder.Code, recorder.Header(), recorder.Body.Bytes()}
		got.wantError(test.status, test.code)
		s.wantDescribed(request.Method, "/v1/links", "", got)
	}
	if logged := s.logs.String(); strings.Contains(logged, "level=ERROR") {
		t.Error(logged)
	}
}

func TestAPI_HidesClaimURLFromReadKeys(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	id := s.post("/v1/links", simple, "Idempotency-Key", "once").object(http.StatusCreated)["linkId"].(string)
	reader := "Bearer " + s.newKey(s.org, func(k *db.NewKey) { k.Scope = db.ScopeRead })
	for _, path := range []string{"/v1/links/" + id, "/v1/links", "/v1/links/" + id + "/sessions", "/v1/events", "/v1/providers"} {
		reply := s.get(path, "Authorization", reader)
		reply.object(http.StatusOK)
		if strings.Contains(string(reply.body), "clm_") {
			t.Errorf("%s shows a claim code", path)
		}
	}
	for method, path := range map[string]string{
		http.MethodPost + " ": "/v1/links", http.MethodPost: "/v1/links/" + id + "/cancel", http.MethodDelete: "/v1/links/" + id + "/data",
	} {
		s.call(strings.TrimSpace(method), path, simple, "Authorization", reader).wantError(http.StatusForbidden, "insufficient_scope")
	}
	replayed := s.post("/v1/links", simple, "Authorization", reader, "Idempotency-Key", "once")
	replayed.wantError(http.StatusForbidden, "insufficient_scope")
	if strings.Contains(string(replayed.body), "clm_") {
		t.Error("the reply that another key had shows a claim code")
	}
	manager := "Bearer " + s.newKey(s.org, func(k *db.NewKey) { k.Scope = db.ScopeLinks })
	link := s.get("/v1/links/"+id, "Authorization", manager).object(http.StatusOK)
	if url, _ := link["claimUrl"].(string); !strings.Contains(url, "/c/clm_") {
		t.Errorf("a key for links sees the claim URL %q", url)
	}
	s.call(http.MethodPost, "/v1/links/"+id+"/cancel", "", "Authorization", manager).object(http.StatusOK)
}

func TestAPI_SaysWhyAKeyIsInvalid(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	revoked, expired := s.newKey(s.org), s.newKey(s.org, func(k *db.NewKey) { k.Lifetime = time.Minute })
	keys, err := s.db.Keys(t.Context(), s.org.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if strings.HasSuffix(revoked, key.Hint) && key.ExpiresAt == nil {
			if err := s.db.RevokeKey(t.Context(), key.ID, "ada"); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.clock.Advance(time.Minute)
	for secret, want := range map[string]string{
		revoked: "revoked", expired: "expired", s.key[:len(s.key)-1]: "missing or wrong", strings.Replace(s.key, "psg_", "psg_x", 1): "missing or wrong",
	} {
		text := s.get("/v1/links", "Authorization", "Bearer "+secret).wantError(http.StatusUnauthorized, "unauthorized")["error"].(string)
		if !strings.Contains(text, want) {
			t.Errorf("%q does not say %q", text, want)
		}
	}
}

func TestTestKey_ReachesDemoOnly(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	test := s.testKey()
	if got := s.post("/v1/links", simple, test...).issues(); got != "integrationId: must be demo with a test key" {
		t.Error(got)
	}
	link := s.post("/v1/links", simpleDemo, test...).object(http.StatusCreated)
	if seen := s.get("/v1/links/" + link["linkId"].(string)).object(http.StatusOK); seen["test"] != true {
		t.Errorf("the link is not marked: %v", seen)
	}
	if seen := s.get("/v1/links/" + s.create(simple)["linkId"].(string)).object(http.StatusOK); seen["test"] != false {
		t.Errorf("a link of another key is marked: %v", seen)
	}
	if got := s.providers(test...); got != "demo" {
		t.Errorf("a test key is offered %s", got)
	}
	if got := s.providers(); !strings.Contains(got, "demo") || !strings.Contains(got, "shop") {
		t.Errorf("where there is no sandbox, another key is offered %s", got)
	}
	s.create(simpleDemo)
}

func TestSandbox_KeepsDemoForTestKeys(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *api.Options) { o.Sandbox = &docs.Sandbox{} })
	s.post("/v1/links", simpleDemo, s.testKey()...).object(http.StatusCreated)
	if got := s.post("/v1/links", simpleDemo).issues(); got != "integrationId: is for test keys (psg_test_…) only" {
		t.Error(got)
	}
	if got := s.providers(); strings.Contains(got, "demo") || !strings.Contains(got, "shop") {
		t.Errorf("a live key is offered %s", got)
	}
}

func TestTestKey_IsToldThatSandboxIsMissing(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *api.Options) {
		var err error
		if o.Catalog, err = catalog.Load(catalog.Options{}); err != nil {
			t.Fatal(err)
		}
	})
	if got := s.post("/v1/links", simpleDemo, s.testKey()...).issues(); got !=
		"integrationId: is not in service: for test keys, whoever runs this server has to start it with --sandbox" {
		t.Error(got)
	}
	if got := s.post("/v1/links", simpleDemo).issues(); got != "integrationId: is not a known integration" {
		t.Error(got)
	}
}

// simpleDemo is a link for a test key.
var simpleDemo = strings.Replace(simple, "shop", "demo", 1)

// testKey is the header of a request with a test key.
func (s *server) testKey() []string {
	return []string{"Authorization", "Bearer " + s.newKey(s.org, func(k *db.NewKey) { k.Test = true })}
}

// providers are the ids of what a key is offered.
func (s *server) providers(headers ...string) string {
	s.t.Helper()
	var ids []string
	for _, provider := range s.get("/v1/providers", headers...).object(http.StatusOK)["providers"].([]any) {
		ids = append(ids, provider.(map[string]any)["id"].(string))
	}
	return strings.Join(ids, " ")
}

func TestTestKey_ReachesNoLiveLink(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	live := s.create(simple)["linkId"].(string)
	session := s.runToEnd(s.create(simple)["claimCode"].(string), func(lease db.Lease) error {
		return s.db.FailSession(t.Context(), lease, db.Failure{Code: "AUTOMATION_ERROR"})
	}).SessionID
	test := s.testKey()
	for _, path := range []string{"/v1/links/" + live, "/v1/links/" + live + "/sessions", "/v1/sessions/" + session} {
		s.get(path, test...).wantError(http.StatusNotFound, "not_found")
	}
	s.call(http.MethodPost, "/v1/links/"+live+"/cancel", "", test...).wantError(http.StatusNotFound, "not_found")
	s.call(http.MethodDelete, "/v1/links/"+live+"/data", "", test...).wantError(http.StatusNotFound, "not_found")
	s.call(http.MethodPost, "/v1/links/"+live+"/cancel", "").object(http.StatusOK) // still there, and now an event

	own := s.post("/v1/links", simpleDemo, test...).object(http.StatusCreated)["linkId"].(string)
	s.call(http.MethodPost, "/v1/links/"+own+"/cancel", "", test...).object(http.StatusOK)
	for list, about := range map[string]string{"links": "id", "events": "linkId"} {
		seen := s.get("/v1/"+list, test...).object(http.StatusOK)[list].([]any)
		if len(seen) != 1 || seen[0].(map[string]any)[about] != own {
			t.Errorf("a test key sees the %s %v, want those of %s", list, seen, own)
		}
	}
	all := s.get("/v1/events").object(http.StatusOK)["events"].([]any)
	if len(all) != 3 {
		t.Fatalf("%d events, want 3", len(all))
	}
	if got := s.get("/v1/events?after="+all[0].(map[string]any)["id"].(string), test...).issues(); got != "after: is not the id of an event" {
		t.Error(got)
	}

	keyed := append([]string{"Idempotency-Key", "one"}, test...)
	first := s.post("/v1/links", simpleDemo, keyed[:2]...).object(http.StatusCreated)
	if again := s.post("/v1/links", simpleDemo, keyed...).object(http.StatusCreated); again["linkId"] == first["linkId"] {
		t.Error("a test key was given the reply of a live one")
	}
}
