package verizon

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
	"passage/automation/sandbox"
)

func TestScenarios_EndInOutcomesThatExist(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range Scenarios() {
		for _, end := range []string{s.Outcome, s.Again} {
			if end != sandbox.Complete && !outcome.Code(end).Known() || s.About == "" || seen[s.Name] {
				t.Errorf("invalid row %+v", s)
			}
		}
		seen[s.Name] = true
		again, ok := ScenarioOf(" " + strings.ToUpper(s.For("x").Username))
		if !ok || again.Name != s.Name || again.Username != s.For("x").Username {
			t.Errorf("%s is not found by its user name: %+v", s.Name, again)
		}
	}
}

// visitor is a browser without a script.
type visitor struct {
	t    *testing.T
	http *http.Client
	site string
	page string // the last one
}

var tokenField = regexp.MustCompile(`name="token" value="([A-Z0-9]+)"`)

func newVisitor(t *testing.T, site string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, http: &http.Client{Jar: jar}, site: site}
}

// get opens a page, post sends a form with the last page's token; both return
// the status and where that led to.
func (v *visitor) get(path string) (int, string) {
	v.t.Helper()
	reply, err := v.http.Get(v.site + path)
	return v.read(reply, err)
}

func (v *visitor) post(path string, form url.Values) (int, string) {
	v.t.Helper()
	if found := tokenField.FindStringSubmatch(v.page); found != nil && !form.Has("token") {
		form.Set("token", found[1])
	}
	reply, err := v.http.PostForm(v.site+path, form)
	return v.read(reply, err)
}

func (v *visitor) read(reply *http.Response, err error) (int, string) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.page = string(body)
	return reply.StatusCode, reply.Request.URL.Path
}

func serve(t *testing.T) (*Carrier, *visitor) {
	t.Helper()
	c := New(Options{Slow: time.Millisecond, Approval: time.Nanosecond, Processor: func() string { return "http://localhost:1/" }})
	server := httptest.NewServer(c.Site())
	t.Cleanup(server.Close)
	return c, newVisitor(t, server.URL)
}

func TestPages_RenderInFull(t *testing.T) {
	t.Parallel()
	for _, s := range Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			_, v := serve(t)
			v.get("/signin")
			v.post("/signin", url.Values{"username": {s.Username}, "password": {Password}})
			for _, path := range []string{"/signin/code", "/signin/approve", "/signin/line", "/overview", "/wallet", "/wallet/new", "/wallet/new/secure", "/bills", "/bills?year=2020"} {
				v.get(path)
				if !strings.Contains(v.page, "</html>") || strings.Contains(v.page, "executing") {
					t.Errorf("%s: %s", path, v.page)
				}
			}
		})
	}
}

func TestSite_RefusesAPostWithoutTheVisitsToken(t *testing.T) {
	t.Parallel()
	c, v := serve(t)
	v.get("/signin")
	if status, _ := v.post("/signin", url.Values{"username": {"good@demo.example"}, "password": {Password}, "token": {"other"}}); status != http.StatusForbidden {
		t.Errorf("logged in with a form without its token: %d", status)
	}
	v.get("/signin")
	if _, path := v.post("/signin", url.Values{"username": {"good@demo.example"}, "password": {Password}}); path != "/overview" {
		t.Fatalf("ended at %s", path)
	}
	v.get("/wallet/new")
	if status, _ := v.post("/wallet", url.Values{"card": {"x"}, "token": {"other"}}); status != http.StatusForbidden || c.Submitted("good@demo.example") != 0 {
		t.Errorf("took a form without its token: %d", status)
	}
}

func TestSignIn_RefusesSkippedSteps(t *testing.T) {
	t.Parallel()
	_, v := serve(t)
	v.get("/signin")
	v.post("/signin", url.Values{"username": {"family@demo.example"}, "password": {Password}})
	for _, path := range []string{"/overview", "/wallet", "/bills", "/signin/line", "/signin/approve/done"} {
		if _, at := v.get(path); at != "/signin" {
			t.Errorf("%s led to %s before the code", path, at)
		}
	}
}

func TestAmountsAndDays_AreWrittenAsTheSiteDoes(t *testing.T) {
	t.Parallel()
	b := Bill{Start: time.Date(2026, 10, 4, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)}
	if got := b.Period(); got != "Oct 4, 2026 – Nov 3, 2026" {
		t.Errorf("wrote %q", got)
	}
	for cents, want := range map[int]string{6450: "$64.50", -1240: "−$12.40", 100007: "$1,000.07", 5: "$0.05"} {
		b.Cents = cents
		if got := b.Amount(); got != want {
			t.Errorf("wrote %q, want %q", got, want)
		}
	}
}
