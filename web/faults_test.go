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

// inside are words that only an internal text has.
var inside = []string{"sql", "database", "panic", "goroutine", ".go:", "nil pointer", "runtime", "closed", "find session", "cursor"}

func wantNothingOfTheInside(t *testing.T, address, body string) {
	t.Helper()
	for _, word := range inside {
		if strings.Contains(strings.ToLower(body), word) {
			t.Errorf("%s says %q: %s", address, word, body)
		}
	}
}

func TestNoFaultPageTellsOfTheInside(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cookie := h.logIn()
	h.breakDown()
	failed := 0
	for name, listener := range map[string]http.Handler{"public": h.public, "admin": h.admin} {
		for _, route := range h.routes(listener) {
			if route.below("/readyz", "/metrics", "/static") {
				continue // readyz has a test of its own
			}
			address := name + " " + route.String()
			reply := h.ask(listener, route.method, route.path, `{"code":"clm_x"}`, "Cookie", cookie, "X-Request-Id", "fixed")
			if reply.Code >= 500 {
				failed++
				wantNothingOfTheInside(t, address, reply.Body.String())
				if !route.below(programs...) {
					wantPage(t, reply.Result(), reply.Body.String())
				}
			}
		}
	}
	if failed < 15 {
		t.Errorf("only %d addresses failed", failed)
	}
	if !strings.Contains(h.logs.String(), "database is closed") {
		t.Error("the log does not tell why")
	}
}

func TestAPanicBecomesAPageAndALineInTheLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cookie := h.logIn()
	logger := slog.New(slog.NewTextHandler(h.logs, nil))
	// A room that was not given its catalog runs into a nil pointer.
	hosted, err := connect.New(t.Context(), connect.Options{DB: h.db, Runner: automation.NewRunner(automation.Options{}),
		PublicURL: h.options.PublicURL, Logger: logger})
	h.must(err)
	dashboard, err := admin.New(t.Context(), admin.Options{DB: h.db, Logger: logger})
	h.must(err)
	h.change(func(o *web.Options) { o.Connect, o.Admin = hosted, dashboard })

	for address, listener := range map[string]http.Handler{"/c/" + h.link().ClaimCode: h.public, "/sessions": h.admin} {
		id := "fixed-" + address[1:2]
		reply := h.ask(listener, "GET", address, "", "Cookie", cookie, "X-Request-Id", id)
		if reply.Code != http.StatusInternalServerError {
			t.Errorf("%s: %d", address, reply.Code)
		}
		wantPage(t, reply.Result(), reply.Body.String())
		wantNothingOfTheInside(t, address, reply.Body.String())
		if logged := strings.Count(h.logs.String(), "level=ERROR"); !strings.Contains(h.logs.String(), id) || logged == 0 {
			t.Errorf("%s: the log lacks %s", address, id)
		}
	}
	if logged := h.logs.String(); strings.Count(logged, "level=ERROR") != 2 || !strings.Contains(logged, "nil pointer") {
		t.Error(logged)
	}
}

func TestAPanicOutsideOfThePagesIsContainedToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.change(func(o *web.Options) {
		o.Static = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("canary of a panic") })
		o.Metrics = o.Static
	})
	for path, listener := range map[string]http.Handler{"/static/x": h.public, "/metrics": h.admin} {
		reply := h.ask(listener, "GET", path, "")
		if reply.Code != 500 || strings.Contains(reply.Body.String(), "canary") {
			t.Errorf("%s: %d %s", path, reply.Code, reply.Body)
		}
	}
	h.change(func(o *web.Options) {
		o.Static = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	})
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Error("a reply that is dropped on purpose has to stay dropped")
		}
	}()
	h.ask(h.public, "GET", "/static/x", "")
}

func TestWhatIsNotThereIsAPageForPeopleAndJSONForPrograms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for text, listener := range map[string]http.Handler{
		"There is no such address. The API is described at /docs.": h.public, "There is nothing here.": h.admin,
	} {
		for _, path := range []string{"/nothing", "/c", "/s/", "/%00", "/c/x/y/z", "/..", "/.git/config", "/admin"} {
			reply := h.ask(listener, "GET", path, "")
			if reply.Code != http.StatusNotFound {
				t.Errorf("%s: %d", path, reply.Code)
			}
			wantPage(t, reply.Result(), reply.Body.String())
			for _, accept := range []string{"", "*/*", "application/json"} {
				reply := h.ask(listener, "GET", path, "", "Accept", accept)
				if got := reply.Body.String(); reply.Code != 404 || got != `{"error":"`+text+`","code":"not_found"}`+"\n" {
					t.Errorf("%s with Accept %q: %d %s", path, accept, reply.Code, got)
				}
			}
		}
	}
}

func TestAMalformedFormIsNoFaultOfOurs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.operator()
	for name, test := range map[string]struct {
		body   string
		status int
	}{
		"escapes": {"email=%zz", http.StatusBadRequest},
		"length":  {"email=" + strings.Repeat("a", 1<<20), http.StatusRequestEntityTooLarge},
	} {
		reply := h.ask(h.admin, "POST", "/login", test.body)
		if reply.Code != test.status {
			t.Errorf("%s: %d", name, reply.Code)
		}
		wantPage(t, reply.Result(), reply.Body.String())
	}
	if strings.Contains(h.logs.String(), "level=ERROR") {
		t.Error(h.logs)
	}
}

func TestReadinessTellsWhyToOperatorsOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, listener := range map[string]http.Handler{"public": h.public, "admin": h.admin} {
		for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
			if reply := h.ask(listener, "GET", path, ""); reply.Code != 200 || reply.Body.String() != want {
				t.Errorf("%s%s: %d %s", name, path, reply.Code, reply.Body)
			}
		}
	}
	h.change(func(o *web.Options) { o.Ready = readyNot })
	for name, want := range map[string]string{"public": "not ready\n", "admin": "not ready\ncanary: no browser\n"} {
		listener := map[string]http.Handler{"public": h.public, "admin": h.admin}[name]
		if reply := h.ask(listener, "GET", "/readyz", ""); reply.Code != http.StatusServiceUnavailable || reply.Body.String() != want {
			t.Errorf("%s: %d %s", name, reply.Code, reply.Body)
		}
		if reply := h.ask(listener, "GET", "/healthz", ""); reply.Code != http.StatusOK {
			t.Errorf("%s: a process that is not ready is not dead: %d", name, reply.Code)
		}
	}
}

func TestBrokenScriptKeepsNobodyFromService(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.change(func(o *web.Options) { o.Wrong = func() error { return errors.New("shop/integration.star:3: canary") } })
	for name, want := range map[string]string{"public": "ready\n", "admin": "ready\nshop/integration.star:3: canary\n"} {
		listener := map[string]http.Handler{"public": h.public, "admin": h.admin}[name]
		if reply := h.ask(listener, "GET", "/readyz", ""); reply.Code != http.StatusOK || reply.Body.String() != want {
			t.Errorf("%s: %d %s", name, reply.Code, reply.Body)
		}
	}
}

var errNoBrowser = errors.New("canary: no browser")

func TestNothingOfTheDashboardIsOnThePublicListener(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cookie := h.logIn()
	for _, path := range []string{"/metrics", "/login", "/sessions", "/artifacts/x", "/", "/debug/pprof/", "/gallery", "/gallery/x"} {
		if reply := h.ask(h.public, "GET", path, "", "Cookie", cookie); reply.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, reply.Code)
		}
	}
	for _, path := range []string{"/v1/links", "/c/clm_x", "/s/sess_x", "/gallery"} {
		if reply := h.ask(h.admin, "GET", path, "", "Cookie", cookie); reply.Code != http.StatusNotFound {
			t.Errorf("admin %s: %d", path, reply.Code)
		}
	}
}
