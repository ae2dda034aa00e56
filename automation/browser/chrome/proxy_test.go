package chrome

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"passage/automation/loopback"
)

// through sends a request through a proxy with rules and returns the status.
func through(t *testing.T, rules *Rules, own []string, method, target string) int {
	t.Helper()
	list, err := parseForbidden(own)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newProxy(list, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	p.allow(rules)
	conn, err := net.Dial("tcp", p.address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	host := target
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		host = u.Host
	}
	if _, err := fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\n\r\n", method, target, host); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func TestProxy_AllowsOnlyWhatTheRulesList(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	defer server.Close()
	address := server.URL
	host := strings.TrimPrefix(address, "http://")
	_, port, _ := net.SplitHostPort(host)
	listed := NewRules([]string{host, "localhost:" + port}, true)
	for name, c := range map[string]struct {
		rules  *Rules
		own    []string
		method string
		target string
		want   int
	}{
		"before Allow":                       {nil, nil, "GET", address + "/", 403},
		"before Allow, CONNECT":              {nil, nil, "CONNECT", host, 403},
		"listed":                             {listed, nil, "GET", address + "/", 200},
		"listed, CONNECT":                    {listed, nil, "CONNECT", host, 200},
		"other port":                         {listed, nil, "GET", "http://127.0.0.1:1/", 403},
		"other name":                         {listed, nil, "GET", "http://127.0.0.2:" + port + "/", 403},
		"other name, CONNECT":                {listed, nil, "CONNECT", "127.0.0.2:" + port, 403},
		"name without port":                  {NewRules([]string{"127.0.0.1"}, true), nil, "GET", address + "/", 403},
		"private, not allowed":               {NewRules([]string{host}, false), nil, "GET", address + "/", 403},
		"private by name, not allowed":       {NewRules([]string{"localhost:" + port}, false), nil, "CONNECT", "localhost:" + port, 403},
		"own listener":                       {listed, []string{host}, "GET", address + "/", 403},
		"own listener by name":               {listed, []string{host}, "CONNECT", "localhost:" + port, 403},
		"own listener on every address":      {listed, []string{":" + port}, "CONNECT", host, 403},
		"own listener on every IPv6 address": {listed, []string{"[::]:" + port}, "CONNECT", host, 403},
		"another own listener":               {listed, []string{"127.0.0.1:1"}, "GET", address + "/", 200},
		"link-local, though allowed":         {NewRules([]string{"169.254.169.254"}, true), nil, "GET", "http://169.254.169.254/", 403},
		"unspecified address":                {NewRules([]string{"0.0.0.0:" + port}, true), nil, "GET", "http://0.0.0.0:" + port + "/", 403},
		"not a proxy request":                {listed, nil, "GET", "/", 400},
		"listed, and nothing listens":        {NewRules([]string{"127.0.0.1:1"}, true), nil, "GET", "http://127.0.0.1:1/", 502},
		"CONNECT, and nothing listens":       {NewRules([]string{"127.0.0.1:1"}, true), nil, "CONNECT", "127.0.0.1:1", 502},
		"in capitals":                        {listed, nil, "GET", "http://LOCALHOST:" + port + "/", 200},
	} {
		if got := through(t, c.rules, c.own, c.method, c.target); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func FuzzRules_MayType(f *testing.F) {
	f.Add("bank.example", "https://bank.example/")
	f.Add("[::1]:8080", "http://[::1]:8080")
	f.Fuzz(func(t *testing.T, host, origin string) {
		r := NewRules([]string{host}, false)
		if !r.MayType(origin) {
			return
		}
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "https" && !loopback.IsHost(u.Hostname()) || !r.listed(withPort(u.Host, map[string]string{"http": "80", "https": "443"}[u.Scheme])) {
			t.Errorf("host %q lets %q be typed into", host, origin)
		}
	})
}

func FuzzForbidden_Check(f *testing.F) {
	f.Add("127.0.0.1:80", "127.0.0.1:80")
	f.Add(":80", "[::ffff:127.0.0.1]:80")
	f.Fuzz(func(t *testing.T, own, target string) {
		list, err := parseForbidden([]string{own})
		if err != nil {
			return
		}
		if target == own && list.check(target) == nil && list[0].Addr().IsLoopback() {
			t.Errorf("%q is an own listener and not refused", target)
		}
	})
}
