package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/httprate"

	"passage/db"
	"passage/web/api/wire"
	"passage/web/problem"
)

// rateWindow is the window in which a key's requests are counted.
const rateWindow = time.Minute

func newRate(perMinute int) *httprate.RateLimiter {
	return httprate.NewRateLimiter(perMinute, rateWindow, httprate.WithResponseHeaders(
		httprate.ResponseHeaders{Limit: wire.RateLimitHeader, Remaining: wire.RateRemainingHeader, Reset: wire.RateResetHeader}))
}

// countRequest counts a request for its key, and refuses it over the rate.
func (a *API) countRequest(w http.ResponseWriter, r *http.Request, key db.Key) error {
	if a.rate == nil {
		return nil
	}
	over := a.rate.OnLimit(w, r, key.ID)
	wait := untilReset(w.Header())
	w.Header().Set(wire.RateResetHeader, strconv.Itoa(int(wait.Seconds())))
	if over {
		return problem.TooMany(wait)
	}
	return nil
}

// untilReset returns the seconds until the reset, which clients expect, from the
// library's point in time: their clocks may differ from ours.
func untilReset(header http.Header) time.Duration {
	at, err := strconv.ParseInt(header.Get(wire.RateResetHeader), 10, 64)
	if err != nil {
		return rateWindow
	}
	return max(time.Until(time.Unix(at, 0)), time.Second).Round(time.Second)
}
