package script

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"passage/automation/outcome"
	"passage/automation/prompt"
)

func TestResponse_MistakesAreFoundAtLoad(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]string{
		`response("login")`:                              "must start with a slash",
		`response("/login?next=1")`:                      "without query",
		`response("/login", status = 42)`:                "from 100 to 599",
		`response("/login", status = [429, "4x"])`:       "from 100 to 599",
		`response("/login", status = [])`:                "list of statuses is empty",
		`response(PATH + "?a")`:                          "without query",
		`response("/login", status = 429, method = "x")`: "in capitals",
	} {
		_, err := Load("test.star", []byte(source("PATH = \"/login\"\n\ndef run(page, arguments):\n    page.wait_for(home = \"#a\", limited = "+call+")\n    return {}\n")))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "test.star:13") {
			t.Errorf("%s: %v", call, err)
		}
	}
	for _, call := range []string{`response("/login", status = 429)`, `response("/*", [429, "5xx"], "POST")`, `response(PATH)`, `response(path = arguments["path"], status = arguments["status"])`,
		`[response("/a"), "#limited"]`} {
		if _, err := Load("test.star", []byte(source("PATH = \"/login\"\n\ndef run(page, arguments):\n    page.wait_for(home = \"#a\", limited = "+call+")\n    return {}\n"))); err != nil {
			t.Errorf("%s: %v", call, err)
		}
	}
}

func TestResponse_MistakesAreFoundAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t, loadBody(t, "def run(page, arguments):\n    return {\"a\": response(arguments[\"path\"], status = arguments[\"status\"])}\n"))
	for arguments, want := range map[string]string{
		`{"path": "login", "status": 429}`:       "must start with a slash",
		`{"path": "/login", "status": "x"}`:      "from 100 to 599",
		`{"path": "/login", "status": {"a": 1}}`: "not a dict",
		`{"path": "/login", "status": [[429]]}`:  "a list in a list",
	} {
		_, err := b.write(arguments)
		wantFailure(t, err, outcome.AutomationError, 2, want)
	}
}

func TestResponse_EndsAnApproval(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/push" {
			w.WriteHeader(http.StatusGone)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<!doctype html><p>Look at your phone</p><script>setTimeout(() => fetch("/api/push"), 300)</script>`))
	}))
	t.Cleanup(server.Close)
	b := visitAt(t, server.URL, `
def login(page, user):
    page.goto("/")
    print(user.approve(home = "#home", expired = response("/api/push", status = "4xx"), timeout = 10))

def run(page, arguments):
    return {}
`, func(ctx context.Context, _ prompt.Prompt) (prompt.Answer, error) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	})
	if err := b.Login(); err != nil {
		t.Fatal(err)
	}
	if last := b.recorder.steps[len(b.recorder.steps)-1]; last.Outcome != "expired" {
		t.Errorf("%+v", last)
	}
}

// The site answers its own script before the wait begins.
func TestResponse_IsAnOutcomeAndAStep(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/login" {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<!doctype html><button id=go onclick="fetch('/api/login', {method: 'POST'}).then(() => this.textContent = 'Tried')">Go</button>`))
	}))
	t.Cleanup(server.Close)
	b := visitAt(t, server.URL, `
DEAD_ENDS = {"limited": [".wall", response("/api/login", status = 429, method = "POST")]}

def run(page, arguments):
    page.goto("/")
    page.click("#go")
    page.wait_for(tried = "text=Tried")
    seen = page.wait_for(DEAD_ENDS, home = "#home")
    page.wait_for(home = "#home", failed = lambda: page.exists("#x"), other = response("/api/*", status = 503), timeout = 0.3)
    return {"seen": seen}
`)
	_, err := b.write("{}")
	failure := wantFailure(t, err, outcome.SiteChanged, 9, "the site's own requests were answered 429 to POST /api/login")
	if detail := failure.Outcome.Detail; !strings.Contains(detail, `there was no response("/api/*", status = 503), but 429 to POST /api/login`) || strings.Contains(detail, "response=") {
		t.Errorf("detail %q", detail)
	}
	steps := b.recorder.steps
	if steps[0].Traffic.Status != 200 || len(steps[0].Traffic.Failed) != 0 {
		t.Errorf("goto: %+v", steps[0])
	}
	if got := steps[3]; got.Outcome != "limited" || got.Selector != `limited: response("/api/login", status = 429, method = "POST")` || got.Matches != 1 {
		t.Errorf("wait: %+v", got)
	}
	if got := steps[4]; got.Selector != `home: #home, other: response("/api/*", status = 503)` {
		t.Errorf("selector %q", got.Selector)
	}
	var failed []string
	for _, step := range steps {
		for _, response := range step.Traffic.Failed {
			failed = append(failed, response.String())
		}
	}
	if len(failed) != 1 || failed[0] != "429 to POST /api/login" {
		t.Errorf("%v", failed)
	}
}
