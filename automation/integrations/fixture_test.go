package integrations_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"passage/automation/browser/chrome"
	"passage/automation/browser/pool"
	"passage/automation/integrations"
	"passage/automation/outcome"
	"passage/automation/resources"
	"passage/automation/sandbox"
	"passage/automation/script"
)

// fixture is a script that is pointed at a site of ours, and browsers.
type fixture struct {
	script     *script.Integration
	operations *resources.Set
	pool       *pool.Pool
}

// newFixture points a script at a site. The scripts have the patience for slow
// sites; a test of what never comes gives them less.
func newFixture(t *testing.T, id, patience, site string, hosts ...string) *fixture {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	source, err := fs.ReadFile(integrations.FS(), id+"/integration.star")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(source), "PATIENCE = 20", "PATIENCE = "+patience, 1)
	loaded, err := script.Load(id+"/integration.star", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{}
	if f.script, err = loaded.At(site, hosts...); err != nil {
		t.Fatal(err)
	}
	if f.operations, err = resources.Load(); err != nil {
		t.Fatal(err)
	}
	f.pool, err = pool.New(pool.Options{
		Chrome:   chrome.Options{NoSandbox: os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1", Dir: t.TempDir()},
		Browsers: 3, Queue: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// serve runs a site's origin until the test is over.
func serve(t *testing.T, site http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	return server
}

// hostOf gives a server's address under another name of this machine.
func hostOf(t *testing.T, address, name string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return name + ":" + u.Port()
}

// loggedIn is a session whose log-in is done.
func (f *fixture) loggedIn(t *testing.T, user sandbox.Scenario) *session {
	t.Helper()
	s := f.session(t, user)
	if err := s.run.Login(); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	if s.account == "" {
		t.Errorf("the log-in did not say whose account it is in\n%s", s.story())
	}
	return s
}

func ending(err error) string {
	if err == nil {
		return sandbox.Complete
	}
	return string(outcome.From(err).Code)
}

// checkTable looks at every row, and finds it by its user name.
func checkTable(t *testing.T, scenarios []sandbox.Scenario, find func(string) (sandbox.Scenario, bool)) {
	t.Helper()
	seen := map[string]bool{}
	for _, s := range scenarios {
		for _, end := range []string{s.Outcome, s.Again} {
			if end != sandbox.Complete && !outcome.Code(end).Known() {
				t.Errorf("%s ends in %q", s.Name, end)
			}
		}
		again, ok := find(" " + strings.ToUpper(s.For("x").Username))
		if seen[s.Name] || s.About == "" || !ok || again.Name != s.Name {
			t.Errorf("invalid row %+v", s)
		}
		seen[s.Name] = true
	}
}
