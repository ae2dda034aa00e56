package web_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"passage/web"
)

// wrongly asks for what a wrong code or key opens, until it is told to wait.
func (h *house) wrongly(peer string, ask func(peer string) int) (let int) {
	h.Helper()
	for range 200 {
		switch status := ask(peer); status {
		case http.StatusNotFound, http.StatusUnauthorized:
			let++
		case http.StatusTooManyRequests:
			return let
		default:
			h.Fatalf("status %d", status)
		}
	}
	return let
}

// inOneMoment keeps the limits' minute from turning in the middle of a count.
func inOneMoment(t *testing.T, do func(*house)) {
	synctest.Test(t, func(t *testing.T) { do(newHouse(t)) })
}

func TestWrongCodesAndKeysAreCountedByAddress(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*house) func(string) int{
		"a code at the page": func(h *house) func(string) int {
			return func(peer string) int { return h.ask(h.public, "GET", "/c/clm_wrong", "", "peer", peer).Code }
		},
		"a code at a stream, or a phone's": func(h *house) func(string) int {
			paths := []string{"/c/clm_wrong/window/events", "/h/hnd_wrong"}
			return func(peer string) int {
				paths[0], paths[1] = paths[1], paths[0]
				return h.ask(h.public, "GET", paths[0], "", "peer", peer).Code
			}
		},
		"a code at the API": func(h *house) func(string) int {
			return func(peer string) int {
				return h.ask(h.public, "POST", "/link/claim", `{"code":"clm_wrong"}`, "peer", peer, "Content-Type", "application/json").Code
			}
		},
		"a key": func(h *house) func(string) int {
			return func(peer string) int {
				return h.ask(h.public, "GET", "/v1/links", "", "peer", peer, "Authorization", "Bearer psg_wrong").Code
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inOneMoment(t, func(h *house) {
				if let := h.wrongly("198.51.100.7:1", ask(h)); let != 60 {
					h.Errorf("%d tries were let through", let)
				}
				if let := h.wrongly("[2001:db8::1]:1", ask(h)); let != 60 {
					h.Errorf("%d tries of another were let through", let)
				}
				if let := h.wrongly("[2001:db8::2]:1", ask(h)); let != 0 {
					h.Errorf("%d more tries from the same network", let)
				}
				if let := h.wrongly("127.0.0.1:1", ask(h)); let != 200 {
					h.Errorf("this machine itself is let %d times", let)
				}
			})
		})
	}
}

func TestWhoAsksTooMuchIsToldToWait(t *testing.T) {
	t.Parallel()
	inOneMoment(t, func(h *house) {
		h.change(func(o *web.Options) { o.AddressRate = 20 })
		code := "/c/" + h.link().ClaimCode
		const stranger = "198.51.100.7:1"
		let := 0
		for h.ask(h.public, "GET", code, "", "peer", stranger).Code == http.StatusOK && let < 100 {
			let++
		}
		if let != 20 {
			h.Errorf("%d requests were let through", let)
		}
		page := h.ask(h.public, "GET", code, "", "peer", stranger)
		if page.Code != http.StatusTooManyRequests || page.Header().Get("Retry-After") != "60" ||
			!strings.Contains(page.Body.String(), "Wait a minute") || page.Header().Get("Content-Security-Policy") == "" {
			h.Errorf("a person gets %d %v", page.Code, page.Header())
		}
		program := h.ask(h.public, "POST", "/link/claim", "{}", "peer", stranger, "Accept", "")
		if program.Code != http.StatusTooManyRequests || program.Header().Get("Retry-After") != "60" || !strings.Contains(program.Body.String(), `"code":"rate_limited"`) {
			h.Errorf("a program gets %d %s", program.Code, program.Body)
		}
		if other := h.ask(h.public, "GET", code, "", "peer", "198.51.100.8:1"); other.Code != http.StatusOK {
			h.Errorf("somebody else gets %d", other.Code)
		}
		if health := h.ask(h.public, "GET", "/healthz", "", "peer", stranger); health.Code != http.StatusOK {
			h.Errorf("a load balancer gets %d", health.Code)
		}
	})
}
