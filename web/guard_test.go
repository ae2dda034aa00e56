package web_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"passage/web"
)

// askHost sends a request for a host to an address of the admin listener.
func (s *testServer) askHost(host, local string) *httptest.ResponseRecorder {
	s.Helper()
	address := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(local))
	request := httptest.NewRequestWithContext(context.WithValue(s.Context(), http.LocalAddrContextKey, address), http.MethodGet, "/login", nil)
	request.Host = host
	recorder := httptest.NewRecorder()
	s.Admin.ServeHTTP(recorder, request)
	return recorder
}

func TestAdmin_AnswersKnownHostsOnly(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	s.Change(func(o *web.Options) { o.Guard.Hosts = []string{"admin.example.com", "2001:db8::7"} })
	for host, known := range map[string]bool{
		"localhost": true, "localhost:9999": true, "127.0.0.1:8081": true, "[::1]:8081": true, "[::1]": true,
		"admin.example.com": true, "ADMIN.example.com.:443": true, "[2001:db8::7]:8081": true,
		"10.0.0.5:8081": true, "10.0.0.5": true, // where it arrived
		"10.0.0.6:8081": false, "evil.example": false, "admin.example.com.evil.example": false, "evil.example:8081": false, "": false,
		"localhost.evil.example": false, "127.0.0.1.evil.example": false, "[::2]": false, "admin.example.com@evil.example": false,
	} {
		reply := s.askHost(host, "10.0.0.5:8081")
		if want := map[bool]int{true: http.StatusOK, false: http.StatusMisdirectedRequest}[known]; reply.Code != want {
			t.Errorf("%q: %d", host, reply.Code)
		}
		if kind := reply.Header().Get("Content-Type"); !known && (!strings.HasPrefix(kind, "text/plain") || strings.Contains(reply.Body.String(), "evil")) {
			t.Errorf("%q: %s %s", host, kind, reply.Body)
		}
	}
	if reply := s.askHost("[fe80::1]:8081", "[fe80::1%eth0]:8081"); reply.Code != http.StatusOK {
		t.Errorf("an address with a zone: %d", reply.Code)
	}
	// Every address of the listener, and none of the public one.
	for _, route := range s.routes(s.Admin) {
		if reply := s.Request(s.Admin, route.method, route.path, ""); reply.Code != http.StatusMisdirectedRequest {
			t.Errorf("%s: %d", route, reply.Code)
		}
	}
	if reply := s.Request(s.Public, "GET", "/healthz", ""); reply.Code != http.StatusOK {
		t.Errorf("the public listener: %d", reply.Code)
	}
}

func TestMetrics_AskForTheToken(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	const token = "a-token-of-the-scraper"
	for _, test := range []struct {
		guard   web.Guard
		header  string
		allowed bool
	}{
		{web.Guard{}, "", false},
		{web.Guard{}, "Bearer ", false},
		{web.Guard{Open: true}, "", true},
		{web.Guard{Open: true, Token: token}, "", false},
		{web.Guard{Token: token}, "", false},
		{web.Guard{Token: token}, "Bearer", false},
		{web.Guard{Token: token}, "Bearer " + token[1:], false},
		{web.Guard{Token: token}, "Basic " + token, false},
		{web.Guard{Token: token}, token, false},
		{web.Guard{Token: token}, "Bearer " + token, true},
		{web.Guard{Token: token}, "bearer " + token, true},
	} {
		test.guard.Hosts = s.Options.Guard.Hosts
		s.Change(func(o *web.Options) {
			o.Guard = test.guard
			o.Debug = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
		})
		for _, path := range []string{"/metrics", "/debug/pprof/"} {
			reply := s.Request(s.Admin, "GET", path, "", "Authorization", test.header)
			if want := map[bool]int{true: http.StatusOK, false: http.StatusUnauthorized}[test.allowed]; reply.Code != want {
				t.Errorf("%s with %+v and %q: %d", path, test.guard, test.header, reply.Code)
			}
			if !test.allowed && reply.Header().Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%v", reply.Header())
			}
		}
	}
	if strings.Contains(s.Logs.String(), token) {
		t.Error("the log holds the token")
	}
}
