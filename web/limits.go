package web

import (
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"

	"passage/web/follow"
)

// guessesPerAddress is how many requests with an unknown claim code or API key
// one address may make per window. A code has 128 random bits, so this limits
// the noise of scanners; a whole office may share an address.
const (
	guessesPerAddress = 60
	limitWindow       = time.Minute
)

// limits counts requests per address. Requests from loopback are not counted:
// they come from a developer, or from a proxy that --trusted-proxy does not name,
// and then all callers would share one count.
type limits struct {
	requests, guesses *httprate.RateLimiter // requests is nil without a limit
	refuse            http.HandlerFunc
}

func newLimits(perWindow int, refuse http.HandlerFunc) *limits {
	silent := httprate.WithResponseHeaders(httprate.ResponseHeaders{})
	l := &limits{guesses: httprate.NewRateLimiter(guessesPerAddress, limitWindow, silent), refuse: refuse}
	if perWindow > 0 {
		l.requests = httprate.NewRateLimiter(perWindow, limitWindow, silent)
	}
	return l
}

func (l *limits) perAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address, counts := follow.Caller(r)
		if !counts {
			next.ServeHTTP(w, r)
			return
		}
		_, guesses, err := l.guesses.Status(address)
		// OnLimit rounds too, and does not count above the limit.
		if err != nil || math.Round(guesses) >= guessesPerAddress || l.requests != nil && l.requests.OnLimit(w, r, address) {
			l.refuse(w, r)
			return
		}
		wrapped := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(wrapped, r)
		if isGuess(r, wrapped.Status()) {
			l.guesses.OnLimit(w, r, address)
		}
	})
}

// isGuess reports whether the request had an unknown code, token or API key. A
// merchant with a key who asks for an unknown link does not guess.
func isGuess(r *http.Request, status int) bool {
	switch at := route(r); {
	case strings.HasPrefix(at, "/c/{claimCode}"), at == "/h/{phoneCode}", at == "/link/claim", at == "/link/ws", at == "/sessions/{id}/ws":
		return status == http.StatusNotFound
	default:
		return status == http.StatusUnauthorized
	}
}
