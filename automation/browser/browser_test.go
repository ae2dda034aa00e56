package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newLauncher(t *testing.T) *chrome.Launcher {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	l, err := chrome.NewLauncher(chrome.Options{
		Path:      os.Getenv("PASSAGE_BROWSER"),
		NoSandbox: os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1",
		Dir:       t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// open returns a browser that may reach the given sites on loopback.
func open(t *testing.T, sites ...string) *Browser {
	t.Helper()
	return openWith(t, Policy{AllowPrivate: true, Hosts: hosts(t, sites...)})
}

func openWith(t *testing.T, policy Policy) *Browser {
	t.Helper()
	return launch(t, newLauncher(t), policy)
}

func launch(t *testing.T, l *chrome.Launcher, policy Policy) *Browser {
	t.Helper()
	b, err := Launch(t.Context(), l, policy.Locale)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	b.Allow(policy)
	return b
}

func hosts(t *testing.T, sites ...string) []string {
	t.Helper()
	list := make([]string, len(sites))
	for i, site := range sites {
		u, err := url.Parse(site)
		if err != nil {
			t.Fatal(err)
		}
		list[i] = u.Host
	}
	return list
}

// site serves fixed documents by path; a path without one is a 404.
func site(t *testing.T, documents map[string]string) string {
	t.Helper()
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := documents[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>test</title>", body)
	}))
}

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// elsewhere returns the address of the same server under another site's name.
func elsewhere(site string) string { return strings.Replace(site, "127.0.0.1", "localhost", 1) }

func visit(t *testing.T, b *Browser, address string) *Page {
	t.Helper()
	if err := b.Page().Goto(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	return b.Page()
}

func wantCode(t *testing.T, err error, code outcome.Code) *outcome.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	got := outcome.From(err)
	if got.Code != code {
		t.Fatalf("error %v, want %s", err, code)
	}
	return got
}

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// eventually waits until other goroutines make a condition true.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(20 * time.Second)
	for !holds() {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("did not happen: %s", what)
		}
	}
}

// evaluate runs a script in the page's own world.
func (b *Browser) evaluate(ctx context.Context, script string) (any, error) {
	var value any
	err := b.session.Evaluate(ctx, 0, script, &value)
	return value, err
}
