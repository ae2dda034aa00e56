package web_test

import (
	"net/http"
	"net/netip"
	"strconv"
	"testing"

	"passage/web"
	"passage/web/webtest"
)

// countLogInAttempts tries a wrong password from a peer until it is told to wait, 20 times at
// most, and returns how often it was let.
func (s *testServer) countLogInAttempts(peer string, forwarded func(n int) string) (let int) {
	s.Helper()
	for n := range 20 {
		reply := s.Request(s.Admin, "POST", "/login", webtest.Form("email", webtest.Email, "password", "wrong"), webtest.RemoteAddr, peer, "X-Forwarded-For", forwarded(n))
		switch reply.Code {
		case http.StatusUnprocessableEntity:
			let++
		case http.StatusTooManyRequests:
			if seconds, err := strconv.Atoi(reply.Header().Get("Retry-After")); err != nil || seconds < 1 {
				s.Errorf("Retry-After is %q", reply.Header().Get("Retry-After"))
			}
			return let
		default:
			s.Fatalf("%d %s", reply.Code, reply.Body)
		}
	}
	return let
}

func TestLogIn_CountsAttemptsByForwardedAddress(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	s.CreateOperator()
	s.Change(func(o *web.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	fixed := func(address string) func(int) string { return func(int) string { return address } }
	if let := s.countLogInAttempts("10.0.0.1:1", fixed("198.51.100.7")); let != 10 {
		t.Errorf("%d guesses through a proxy", let)
	}
	if let := s.countLogInAttempts("10.0.0.2:9", fixed("1.1.1.1, 198.51.100.7")); let != 0 {
		t.Errorf("%d more through another proxy, with an address made up", let)
	}
	if let := s.countLogInAttempts("10.0.0.1:1", fixed("198.51.100.8")); let != 10 {
		t.Errorf("another person behind the proxy has %d", let)
	}
	if let := s.countLogInAttempts("203.0.113.9:1", func(n int) string { return "198.51.100." + strconv.Itoa(n) }); let != 10 {
		t.Errorf("%d guesses of a stranger who makes up addresses", let)
	}
}
