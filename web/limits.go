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

// guessesPerAddress is how often one address may be wrong about a claim code or
// a key. A code has 128 random bits, so this is for a scanner's noise rather
// than for its luck; a whole office may share an address.
const (
	guessesPerAddress = 60
	limitWindow       = time.Minute
)

// limits are those of addresses. What comes from this machine itself is not
// counted: it is a developer, or a proxy that --trusted-proxy does not name,
// and then everybody would share one count.
type limits struct {
	asks, guesses *httprate.RateLimiter // asks is nil without a limit
	refuse        http.HandlerFunc
}

func newLimits(asks int, refuse http.HandlerFunc) *limits {
	silent := httprate.WithResponseHeaders(httprate.ResponseHeaders{})
	l := &limits{guesses: httprate.NewRateLimiter(guessesPerAddress, limitWindow, silent), refuse: refuse}
	if asks > 0 {
		l.asks = httprate.NewRateLimiter(asks, limitWindow, silent)
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
		// Rounded, as OnLimit does: what it would not count any more is refused here.
		if err != nil || math.Round(guesses) >= guessesPerAddress || l.asks != nil && l.asks.OnLimit(w, r, address) {
			l.refuse(w, r)
			return
		}
		wrapped := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(wrapped, r)
		if wrong(r, wrapped.Status()) {
			l.guesses.OnLimit(w, r, address)
		}
	})
}

// wrong tells a code or a key that opens nothing. A merchant who asks for what
// is not there has a key, and is not guessing.
func wrong(r *http.Request, status int) bool {
	switch at := route(r); {
	case strings.HasPrefix(at, "/c/{claimCode}"), at == "/h/{phoneCode}", at == "/link/claim", at == "/link/ws", at == "/sessions/{id}/ws":
		return status == http.StatusNotFound
	default:
		return status == http.StatusUnauthorized
	}
}
