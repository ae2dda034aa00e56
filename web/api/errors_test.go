package api_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"passage/db"
	"passage/db/dbtest"
	"passage/web/api"
)

// met are the errors that operations gave, as “POST /v1/links 409 link_active”.
type met map[string]bool

// meet keeps the error of a reply, which must be one of those described.
func (m met) meet(t *testing.T, method, path string, r reply) {
	t.Helper()
	document, err := theDocument()
	if err != nil {
		t.Fatal(err)
	}
	o := document.find(method, path)
	code, _ := r.object(r.status)["code"].(string)
	if a := o.replies[r.status]; a == nil || !slices.Contains(a.codes, code) {
		t.Errorf("%s %s gives %d %q, which is not described", method, o.path, r.status, code)
	}
	m[fmt.Sprintf("%s %s %d %s", method, o.path, r.status, code)] = true
}

// Each error that the document lists of an operation is one that it gives.
func TestDocument_ListsOnlyErrorsThatOccur(t *testing.T) {
	t.Parallel()
	document, err := theDocument()
	if err != nil {
		t.Fatal(err)
	}
	seen := met{}
	meetOrdinaryErrors(t, document, seen)
	meetStates(t, seen)
	meetLimits(t, document, seen)
	meetFaultsOfOurs(t, document, seen, func(s *server) error { return s.db.Close() })
	meetFaultsOfOurs(t, document, seen, func(s *server) error { dbtest.Damage(t, s.folder); return nil })
	for _, o := range document.operations {
		for status, a := range o.replies {
			for _, code := range a.codes {
				public := status == http.StatusTooManyRequests && !o.asksForKey() // addresses are limited around the API: web
				if name := fmt.Sprintf("%s %s %d %s", o.method, o.path, status, code); !seen[name] && !public {
					t.Errorf("%s is described and did not occur", name)
				}
			}
		}
	}
}

func (o *operation) asksForKey() bool {
	security, _ := o.fields["security"].([]any)
	return len(security) == 1 && len(security[0].(map[string]any)) == 1
}

// parameter is one in a described path.
var parameter = regexp.MustCompile(`\{\w+\}`)

// address is the operation's address for something that is not there.
func (o *operation) address() string { return parameter.ReplaceAllString(o.path, "none") }

// bodies are what each operation with a body takes at least.
var bodies = map[string]string{
	"/v1/links": simple, "/v1/links/{id}/redeem": `{"returnCode":"x"}`, "/v1/events/resend": `{"createdAfter":0}`,
	"/link/claim": `{"code":"clm_none"}`, "/webhook_verification_key/get": `{"key_id":"none"}`,
}

// meetOrdinaryErrors makes the mistakes that can be made with any operation.
func meetOrdinaryErrors(t *testing.T, document *described, seen met) {
	t.Helper()
	s := newServer(t)
	reader := "Bearer " + s.newKey(s.org, func(k *db.NewKey) { k.Scope = db.ScopeRead })
	for _, o := range document.operations {
		path, body := o.address(), bodies[o.path]
		if o.method != http.MethodPost {
			body = ""
		}
		if (o.request != nil) != (body != "") {
			t.Fatalf("%s %s: there is no body for it here", o.method, o.path)
		}
		call := func(path, body string, headers ...string) {
			t.Helper()
			seen.meet(t, o.method, o.path, s.call(o.method, path, body, headers...))
		}
		call(path+"?nonsense=1", body)
		if o.asksForKey() {
			call(path, body, "Authorization", "Bearer psg_none")
		}
		if o.replies[http.StatusForbidden] != nil {
			call(path, body, "Authorization", reader)
		}
		if o.replies[http.StatusNotFound] != nil {
			call(path, body)
		}
		if body != "" {
			call(path, `{"nonsense":1}`)
			call(path, `{`)
			call(path, strings.Repeat(" ", 65<<10)+body)
			call(path, body, "Content-Type", "text/plain")
			call(path, body, "Content-Encoding", "gzip")
			seen.meet(t, o.method, o.path, s.slowly(o.method, path))
		}
	}
}

// slowly sends a body that does not arrive in time.
func (s *server) slowly(method, path string) reply {
	s.t.Helper()
	request := httptest.NewRequestWithContext(s.t.Context(), method, path,
		io.MultiReader(strings.NewReader(`{"`), iotest.ErrReader(os.ErrDeadlineExceeded)))
	request.Header.Set("Authorization", "Bearer "+s.key)
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, request)
	got := reply{s.t, recorder.Code, recorder.Header(), recorder.Body.Bytes()}
	s.wantDescribed(method, path, "", got)
	return got
}

// meetStates asks for what the state of a link does not allow.
func meetStates(t *testing.T, seen met) {
	t.Helper()
	s := newServer(t)
	post := func(path, body string, headers ...string) {
		t.Helper()
		seen.meet(t, http.MethodPost, path, s.post(path, body, headers...))
	}
	claim := func(code any) { t.Helper(); post("/link/claim", fmt.Sprintf(`{"code":%q}`, code)) }

	deleted := s.post("/v1/links", simple, "Idempotency-Key", "one").object(http.StatusCreated)
	post("/v1/links", simple+" ", "Idempotency-Key", "one")
	s.call(http.MethodDelete, "/v1/links/"+deleted["linkId"].(string)+"/data", "")
	post("/v1/links", simple, "Idempotency-Key", "one")

	complete := s.create(simple)
	s.runToEnd(complete["claimCode"].(string), func(lease db.Lease) error { return s.db.CompleteSession(t.Context(), lease, []byte(aResult)) })
	post("/v1/links/"+complete["linkId"].(string)+"/cancel", "")
	claim(complete["claimCode"])

	active := s.create(simple)
	s.post("/link/claim", fmt.Sprintf(`{"code":%q}`, active["claimCode"])).object(http.StatusOK)
	claim(active["claimCode"])
	data := "/v1/links/" + active["linkId"].(string) + "/data"
	seen.meet(t, http.MethodDelete, data, s.call(http.MethodDelete, data, ""))

	used := s.create(simple)
	for range db.MaxAttempts {
		s.runToEnd(used["claimCode"].(string), func(lease db.Lease) error {
			return s.db.FailSession(t.Context(), lease, db.Failure{Code: "AUTOMATION_ERROR"})
		})
	}
	claim(used["claimCode"])

	gone := s.create(simple)["linkId"].(string)
	post("/v1/events/"+s.event(`"externalUserId":"u"`)+"/resend", "")
	s.post("/v1/links/"+gone+"/cancel", "")
	post("/v1/links/"+gone+"/cancel", "")
	claim(s.get("/v1/links/" + gone).object(http.StatusOK)["claimUrl"].(string)[len(publicURL+"/c/"):])

	unknown := dbtest.NewLink(s.org.ID)
	unknown.IntegrationID = "gone"
	claim(dbtest.Link(t, s.db, unknown).ClaimCode)

	id, code := s.returned()
	redeem := func(id, code string) {
		t.Helper()
		post("/v1/links/"+id+"/redeem", fmt.Sprintf(`{"returnCode":%q}`, code))
	}
	redeem(id, "rtn_wrong")
	redeem(active["linkId"].(string), code)
	redeem(gone, code)

	last := s.create(simple)
	s.stop()
	claim(last["claimCode"])
}

// meetLimits asks more often than a key is good for.
func meetLimits(t *testing.T, document *described, seen met) {
	t.Helper()
	s := newServer(t, func(o *api.Options) { o.KeyRate = 1 })
	s.get("/v1/providers").object(http.StatusOK)
	for _, o := range document.operations {
		if o.asksForKey() {
			seen.meet(t, o.method, o.path, s.call(o.method, o.address(), bodies[o.path]))
		}
	}
	link, claim := exceedQuotas(t)
	seen.meet(t, http.MethodPost, "/v1/links", link)
	seen.meet(t, http.MethodPost, "/link/claim", claim)
}

// meetFaultsOfOurs calls every operation after the database was broken.
func meetFaultsOfOurs(t *testing.T, document *described, seen met, breakDB func(*server) error) {
	t.Helper()
	s := newServer(t)
	s.broken = true
	if err := breakDB(s); err != nil {
		t.Fatal(err)
	}
	for _, o := range document.operations {
		body := bodies[o.path]
		if o.method == http.MethodGet {
			body = ""
		}
		seen.meet(t, o.method, o.path, s.call(o.method, o.address(), body))
	}
}
