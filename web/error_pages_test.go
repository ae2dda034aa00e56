package web_test

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"passage/automation"
	"passage/web"
	"passage/web/admin"
	"passage/web/connect"
)

// internalWords are words that only an internal text has.
var internalWords = []string{"sql", "database", "panic", "goroutine", ".go:", "nil pointer", "runtime", "closed", "find session", "cursor"}

func wantNothingInternal(t *testing.T, address, body string) {
	t.Helper()
	for _, word := range internalWords {
		if strings.Contains(strings.ToLower(body), word) {
			t.Errorf("%s says %q: %s", address, word, body)
		}
	}
}

func TestErrorPages_RevealNothingInternal(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	cookie := s.LogIn()
	s.CloseDB()
	failed := 0
	for name, listener := range map[string]http.Handler{"public": s.Public, "admin": s.Admin} {
		for _, route := range s.routes(listener) {
			if route.below("/readyz", "/metrics", "/static") {
				continue // readyz has a test of its own
			}
			address := name + " " + route.String()
			reply := s.Request(listener, route.method, route.path, `{"code":"clm_x"}`, "Cookie", cookie, "X-Request-Id", "fixed")
			if reply.Code >= 500 {
				failed++
				wantNothingInternal(t, address, reply.Body.String())
				if !route.below(apiRoutes...) {
					wantPage(t, reply.Result(), reply.Body.String())
				}
			}
		}
	}
	if failed < 15 {
		t.Errorf("only %d addresses failed", failed)
	}
	if !strings.Contains(s.Logs.String(), "database is closed") {
		t.Error("the log does not tell why")
	}
}

func TestPages_TurnPanicsIntoErrorPagesAndOneLogLine(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	cookie := s.LogIn()
	logger := slog.New(slog.NewTextHandler(s.Logs, nil))
	// A handler without its catalog runs into a nil pointer.
	hosted, err := connect.New(t.Context(), connect.Options{DB: s.DB, Runner: automation.NewRunner(automation.Options{}),
		PublicURL: s.Options.PublicURL, Logger: logger})
	s.Must(err)
	dashboard := admin.New(admin.Options{DB: s.DB, Logger: logger})
	s.Change(func(o *web.Options) { o.Connect, o.Admin = hosted, dashboard })

	for address, listener := range map[string]http.Handler{"/c/" + s.Link().ClaimCode: s.Public, "/sessions": s.Admin} {
		id := "fixed-" + address[1:2]
		reply := s.Request(listener, "GET", address, "", "Cookie", cookie, "X-Request-Id", id)
		if reply.Code != http.StatusInternalServerError {
			t.Errorf("%s: %d", address, reply.Code)
		}
		wantPage(t, reply.Result(), reply.Body.String())
		wantNothingInternal(t, address, reply.Body.String())
		if logged := strings.Count(s.Logs.String(), "level=ERROR"); !strings.Contains(s.Logs.String(), id) || logged == 0 {
			t.Errorf("%s: the log lacks %s", address, id)
		}
	}
	if logged := s.Logs.String(); strings.Count(logged, "level=ERROR") != 2 || !strings.Contains(logged, "nil pointer") {
		t.Error(logged)
	}
}

func TestListeners_RecoverFromPanicsOutsideOfPages(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	s.Change(func(o *web.Options) {
		o.Static = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("canary of a panic") })
		o.Metrics = o.Static
	})
	for path, listener := range map[string]http.Handler{"/static/x": s.Public, "/metrics": s.Admin} {
		reply := s.Request(listener, "GET", path, "")
		if reply.Code != 500 || strings.Contains(reply.Body.String(), "canary") {
			t.Errorf("%s: %d %s", path, reply.Code, reply.Body)
		}
	}
	s.Change(func(o *web.Options) {
		o.Static = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	})
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Error("a reply that is dropped on purpose has to stay dropped")
		}
	}()
	s.Request(s.Public, "GET", "/static/x", "")
}

func TestNotFound_IsAPageForPeopleAndJSONForPrograms(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for text, listener := range map[string]http.Handler{
		"There is no such address. The API is described at /docs.": s.Public, "There is nothing here.": s.Admin,
	} {
		for _, path := range []string{"/nothing", "/c", "/s/", "/%00", "/c/x/y/z", "/..", "/.git/config", "/admin"} {
			reply := s.Request(listener, "GET", path, "")
			if reply.Code != http.StatusNotFound {
				t.Errorf("%s: %d", path, reply.Code)
			}
			wantPage(t, reply.Result(), reply.Body.String())
			for _, accept := range []string{"", "*/*", "application/json"} {
				reply := s.Request(listener, "GET", path, "", "Accept", accept)
				if got := reply.Body.String(); reply.Code != 404 || got != `{"error":"`+text+`","code":"not_found"}`+"\n" {
					t.Errorf("%s with Accept %q: %d %s", path, accept, reply.Code, got)
				}
			}
		}
	}
}

func TestForms_AnswerMalformedBodiesWithClientErrors(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	s.CreateOperator()
	for name, test := range map[string]struct {
		body   string
		status int
	}{
		"escapes": {"email=%zz", http.StatusBadRequest},
		"length":  {"email=" + strings.Repeat("a", 1<<20), http.StatusRequestEntityTooLarge},
	} {
		reply := s.Request(s.Admin, "POST", "/login", test.body)
		if reply.Code != test.status {
			t.Errorf("%s: %d", name, reply.Code)
		}
		wantPage(t, reply.Result(), reply.Body.String())
	}
	if strings.Contains(s.Logs.String(), "level=ERROR") {
		t.Error(s.Logs)
	}
}

func TestReady_GivesReasonsToOperatorsOnly(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for name, listener := range map[string]http.Handler{"public": s.Public, "admin": s.Admin} {
		for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
			if reply := s.Request(listener, "GET", path, ""); reply.Code != 200 || reply.Body.String() != want {
				t.Errorf("%s%s: %d %s", name, path, reply.Code, reply.Body)
			}
		}
	}
	s.Change(func(o *web.Options) { o.Ready = notReady })
	for name, want := range map[string]string{"public": "not ready\n", "admin": "not ready\ncanary: no browser\n"} {
		listener := map[string]http.Handler{"public": s.Public, "admin": s.Admin}[name]
		if reply := s.Request(listener, "GET", "/readyz", ""); reply.Code != http.StatusServiceUnavailable || reply.Body.String() != want {
			t.Errorf("%s: %d %s", name, reply.Code, reply.Body)
		}
		if reply := s.Request(listener, "GET", "/healthz", ""); reply.Code != http.StatusOK {
			t.Errorf("%s: a process that is not ready is not dead: %d", name, reply.Code)
		}
	}
}

func TestReady_StaysReadyWithWarnings(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	s.Change(func(o *web.Options) {
		o.Warnings = func() error { return errors.New("shop/integration.star:3: canary") }
	})
	for name, want := range map[string]string{"public": "ready\n", "admin": "ready\nshop/integration.star:3: canary\n"} {
		listener := map[string]http.Handler{"public": s.Public, "admin": s.Admin}[name]
		if reply := s.Request(listener, "GET", "/readyz", ""); reply.Code != http.StatusOK || reply.Body.String() != want {
			t.Errorf("%s: %d %s", name, reply.Code, reply.Body)
		}
	}
}

var errNoBrowser = errors.New("canary: no browser")

func TestListeners_ShareNoPages(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	cookie := s.LogIn()
	for _, path := range []string{"/metrics", "/login", "/sessions", "/artifacts/x", "/", "/debug/pprof/", "/gallery", "/gallery/x"} {
		if reply := s.Request(s.Public, "GET", path, "", "Cookie", cookie); reply.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, reply.Code)
		}
	}
	for _, path := range []string{"/v1/links", "/c/clm_x", "/s/sess_x", "/gallery"} {
		if reply := s.Request(s.Admin, "GET", path, "", "Cookie", cookie); reply.Code != http.StatusNotFound {
			t.Errorf("admin %s: %d", path, reply.Code)
		}
	}
}
