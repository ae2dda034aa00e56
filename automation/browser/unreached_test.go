package browser

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
)

func TestPage_NamesRefusedHostsWhenAnElementIsMissing(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<div id=app></div><script src="http://cdn.example.com/app.js"></script>
		<script>fetch("https://api.example.com/bills").catch(() => app.textContent = "no")</script>`})
	page := visit(t, open(t, address), address+"/")
	if _, _, err := page.Text(t.Context(), "text=no"); err != nil {
		t.Fatal(err)
	}
	_, _, err := page.Within(200*time.Millisecond).Text(t.Context(), ".bill")
	got := wantCode(t, err, outcome.SiteChanged)
	for _, host := range []string{"cdn.example.com", "api.example.com:443", "list of hosts does not have"} {
		if !strings.Contains(got.Detail, host) {
			t.Errorf("%q does not name %s", got.Detail, host)
		}
	}
}

func TestGoto_SaysWhyASiteCannotBeReached(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	b := openWith(t, Policy{AllowPrivate: true, Hosts: []string{closed, "nowhere.invalid", "169.254.1.1"}})
	for address, want := range map[string]string{
		"http://" + closed + "/":   closed + " refused the connection",
		"https://" + closed + "/":  closed + " refused the connection",
		"https://nowhere.invalid/": "the name nowhere.invalid",
		"http://169.254.1.1/":      "one that the egress rules forbid",
	} {
		err := b.Page().Goto(t.Context(), address)
		if got := wantCode(t, err, outcome.SiteUnavailable); !strings.Contains(got.Detail, want) {
			t.Errorf("%s: %q, want %q", address, got.Detail, want)
		}
	}
}

// The resolver of a system may know one of the addresses of localhost only.
func TestGoto_ReachesLocalhostOnIPv6(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skip(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, "<!doctype html><h1>Hello</h1>")
	}), ReadHeaderTimeout: time.Minute}}
	server.Start()
	t.Cleanup(server.Close)
	address := "http://localhost:" + strings.TrimPrefix(listener.Addr().String(), "[::1]:")
	page := visit(t, open(t, address), address+"/")
	if got, _, err := page.Text(t.Context(), "h1"); err != nil || got != "Hello" {
		t.Errorf("got %q, %v", got, err)
	}
}
