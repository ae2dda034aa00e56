package web_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"passage/web"
	"passage/web/webtest"
)

// countUntilRefused asks for what a wrong code or key opens, until it is told to wait.
func (s *testServer) countUntilRefused(peer string, ask func(peer string) int) (let int) {
	s.Helper()
	for range 200 {
		switch status := ask(peer); status {
		case http.StatusNotFound, http.StatusUnauthorized:
			let++
		case http.StatusTooManyRequests:
			return let
		default:
			s.Fatalf("status %d", status)
		}
	}
	return let
}

// withFrozenTime keeps the limits' minute from turning in the middle of a count.
func withFrozenTime(t *testing.T, do func(*testServer)) {
	synctest.Test(t, func(t *testing.T) { do(newTestServer(t)) })
}

func TestLimits_CountWrongCodesAndKeysPerAddress(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*testServer) func(string) int{
		"a code at the page": func(s *testServer) func(string) int {
			return func(peer string) int {
				return s.Request(s.Public, "GET", "/c/clm_wrong", "", webtest.RemoteAddr, peer).Code
			}
		},
		"a code at a stream, or a phone's": func(s *testServer) func(string) int {
			paths := []string{"/c/clm_wrong/window/events", "/h/hnd_wrong"}
			return func(peer string) int {
				paths[0], paths[1] = paths[1], paths[0]
				return s.Request(s.Public, "GET", paths[0], "", webtest.RemoteAddr, peer).Code
			}
		},
		"a code at the API": func(s *testServer) func(string) int {
			return func(peer string) int {
				return s.Request(s.Public, "POST", "/link/claim", `{"code":"clm_wrong"}`, webtest.RemoteAddr, peer, "Content-Type", "application/json").Code
			}
		},
		"a key": func(s *testServer) func(string) int {
			return func(peer string) int {
				return s.Request(s.Public, "GET", "/v1/links", "", webtest.RemoteAddr, peer, "Authorization", "Bearer psg_wrong").Code
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withFrozenTime(t, func(s *testServer) {
				if let := s.countUntilRefused("198.51.100.7:1", ask(s)); let != 60 {
					s.Errorf("%d tries were let through", let)
				}
				if let := s.countUntilRefused("[2001:db8::1]:1", ask(s)); let != 60 {
					s.Errorf("%d tries of another were let through", let)
				}
				if let := s.countUntilRefused("[2001:db8::2]:1", ask(s)); let != 0 {
					s.Errorf("%d more tries from the same network", let)
				}
				if let := s.countUntilRefused("127.0.0.1:1", ask(s)); let != 200 {
					s.Errorf("this machine itself is let %d times", let)
				}
			})
		})
	}
}

func TestLimits_RefuseOverTheAddressRate(t *testing.T) {
	t.Parallel()
	withFrozenTime(t, func(s *testServer) {
		s.Change(func(o *web.Options) { o.AddressRate = 20 })
		code := "/c/" + s.Link().ClaimCode
		const stranger = "198.51.100.7:1"
		let := 0
		for s.Request(s.Public, "GET", code, "", webtest.RemoteAddr, stranger).Code == http.StatusOK && let < 100 {
			let++
		}
		if let != 20 {
			s.Errorf("%d requests were let through", let)
		}
		page := s.Request(s.Public, "GET", code, "", webtest.RemoteAddr, stranger)
		if page.Code != http.StatusTooManyRequests || page.Header().Get("Retry-After") != "60" ||
			!strings.Contains(page.Body.String(), "Wait a minute") || page.Header().Get("Content-Security-Policy") == "" {
			s.Errorf("a person gets %d %v", page.Code, page.Header())
		}
		program := s.Request(s.Public, "POST", "/link/claim", "{}", webtest.RemoteAddr, stranger, "Accept", "")
		if program.Code != http.StatusTooManyRequests || program.Header().Get("Retry-After") != "60" || !strings.Contains(program.Body.String(), `"code":"rate_limited"`) {
			s.Errorf("a program gets %d %s", program.Code, program.Body)
		}
		if other := s.Request(s.Public, "GET", code, "", webtest.RemoteAddr, "198.51.100.8:1"); other.Code != http.StatusOK {
			s.Errorf("somebody else gets %d", other.Code)
		}
		if health := s.Request(s.Public, "GET", "/healthz", "", webtest.RemoteAddr, stranger); health.Code != http.StatusOK {
			s.Errorf("a load balancer gets %d", health.Code)
		}
	})
}
