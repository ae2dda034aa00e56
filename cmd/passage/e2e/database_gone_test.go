package e2e

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/cmd/passage/demo"
	"passage/cmd/passage/server"
	"passage/db"
	"passage/db/dbtest"
)

// brokenStack is a server whose database is gone, with a link, and a session and
// its page from before.
func brokenStack(t *testing.T) (s *stack, link created, sessionID, sessionPage string) {
	t.Helper()
	skipIfShort(t)
	logs := &journal{}
	settings, err := config.Flags{DataFlag: config.DataFlag{Data: t.TempDir()}, Site: map[string]string{"demo": "http://127.0.0.1:9"},
		BrowserFlags: testBrowser(1)}.Check("127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	served, err := server.New(t.Context(), settings, &console.Console{Stdout: io.Discard, Stderr: io.Discard,
		Logger: slog.New(slog.NewTextHandler(logs, nil))}, server.Extras{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := served.Close(); err != nil {
			t.Error(err)
		}
	})
	front := httptest.NewServer(served.Public.Handler)
	t.Cleanup(front.Close)
	if served.PublicURL, err = url.Parse(front.URL); err != nil {
		t.Fatal(err)
	}
	organization := dbtest.Organization(t, served.DB, "Acme")
	key, err := served.DB.CreateKey(t.Context(), db.NewKey{OrganizationID: organization.ID})
	if err != nil {
		t.Fatal(err)
	}
	stored := dbtest.Link(t, served.DB, db.NewLink{OrganizationID: organization.ID, IntegrationID: "demo", Lifetime: time.Hour,
		Operations: []db.NewOperation{{Resource: "paymentMethod", Action: "read"}}})
	session := dbtest.Claim(t, served.DB, stored, "boot_of_another").Session
	s = &stack{Demo: &demo.Demo{Server: served}, logs: logs, merchant: merchant{base: front.URL, token: key}}
	link = created{LinkID: stored.ID, ClaimCode: stored.ClaimCode, ClaimURL: front.URL + "/c/" + stored.ClaimCode}
	takeOver := s.visitor(t, link).get(link.ClaimURL).form(t, "/take-over")
	if err := served.DB.Close(); err != nil {
		t.Fatal(err)
	}
	return s, link, session.ID, strings.TrimSuffix(takeOver.action, "/take-over")
}

func TestErrors_ShowNothingInternalWhenTheDatabaseIsGone(t *testing.T) {
	t.Parallel()
	s, link, sessionID, session := brokenStack(t)
	v := s.visitor(t, link)
	claim := "/c/" + link.ClaimCode
	pages := []*screen{v.get(claim), v.post(claim, nil), v.get(claim + "/stop"), v.get(session), v.get(session + "/events"), v.get(session + "/password")}
	for _, deed := range []string{"/answer", "/cancel", "/stay", "/retry", "/take-over", "/allow", "/refuse"} {
		pages = append(pages, v.post(session+deed, url.Values{"promptId": {"prm_x"}, "password": {"typed-password"}}))
	}
	for _, page := range pages {
		expect(t, page.url, page.status, http.StatusInternalServerError)
		expect(t, page.url, page.end(), "failed")
		s.loggedOnce(t, page.header)
	}
	for address, body := range map[string]any{
		"GET /v1/links": nil, "POST /v1/links": ask(writeCard()), "GET /v1/links/" + link.LinkID: nil, "GET /v1/sessions/" + sessionID: nil,
		"POST /v1/links/" + link.LinkID + "/cancel": nil, "GET /v1/events": nil, "POST /link/claim": map[string]string{"code": link.ClaimCode},
		"GET /.well-known/jwks.json": nil, "POST /webhook_verification_key/get": map[string]string{"key_id": "key_x"},
	} {
		method, path, _ := strings.Cut(address, " ")
		got := s.call(t, method, path, body)
		got.wantError(t, http.StatusInternalServerError, "internal_error")
		s.loggedOnce(t, got.header)
	}
	notReady := s.call(t, http.MethodGet, "/readyz", nil)
	expect(t, "readyz", notReady.status, http.StatusServiceUnavailable)
	expect(t, "readyz", notReady.body, "not ready\n")
	expect(t, "healthz", s.call(t, http.MethodGet, "/healthz", nil).status, http.StatusOK)
	for _, secret := range []string{link.ClaimCode, "typed-password", s.token} {
		if strings.Contains(s.logs.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// loggedOnce checks that the operator finds the cause by the request's id.
func (s *stack) loggedOnce(t *testing.T, header http.Header) {
	t.Helper()
	id := header.Get("X-Request-Id")
	if found := strings.Count(s.logs.String(), "request="+id+" "); id == "" || found != 1 {
		t.Errorf("request %q is logged %d times", id, found)
	}
}
