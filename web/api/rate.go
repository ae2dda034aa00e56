package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/httprate"

	"passage/db"
	"passage/web/problem"
)

// rateWindow is the time that a key's rate is counted in.
const rateWindow = time.Minute

// The headers that tell a merchant how much is left, and when it is more.
const (
	rateLimit     = "RateLimit-Limit"
	rateRemaining = "RateLimit-Remaining"
	rateReset     = "RateLimit-Reset"
)

func newRate(perMinute int) *httprate.RateLimiter {
	return httprate.NewRateLimiter(perMinute, rateWindow, httprate.WithResponseHeaders(
		httprate.ResponseHeaders{Limit: rateLimit, Remaining: rateRemaining, Reset: rateReset}))
}

// spend counts a request for its key, and refuses it where it is one too many.
func (a *API) spend(w http.ResponseWriter, r *http.Request, key db.Key) error {
	if a.rate == nil {
		return nil
	}
	over := a.rate.OnLimit(w, r, key.ID)
	wait := untilReset(w.Header())
	w.Header().Set(rateReset, strconv.Itoa(int(wait.Seconds())))
	if over {
		return problem.TooMany(wait)
	}
	return nil
}

// untilReset turns the library's moment into the seconds that clients expect:
// their clocks may differ from ours.
func untilReset(header http.Header) time.Duration {
	at, err := strconv.ParseInt(header.Get(rateReset), 10, 64)
	if err != nil {
		return rateWindow
	}
	return max(time.Until(time.Unix(at, 0)), time.Second).Round(time.Second)
}
