package webhook

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// backoffs are the waits after the first failed attempt, the second, and so on:
// nine attempts in all. A host that keeps failing is paused besides; see db/endpoints.go.
var backoffs = [...]time.Duration{
	time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour,
}

// backoff returns how long to wait after a number of failed attempts, and whether
// to try again at all. A random part of up to a fifth is added, so that deliveries
// that failed together are not retried together.
func backoff(attempts int) (wait time.Duration, again bool) {
	if attempts > len(backoffs) {
		return 0, false
	}
	wait = backoffs[attempts-1]
	return wait + rand.N(wait/5), true //nolint:gosec // jitter, not a secret
}

// maxRetryAfter bounds how long a receiver can hold an event back: as long as the
// longest wait of the plan.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads a Retry-After header, seconds or a date (RFC 9110, section
// 10.2.3), as a wait of at most maxRetryAfter; 0 for none. Jitter is added, as by
// backoff.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	var wait time.Duration
	if date, err := http.ParseTime(header); err == nil {
		wait = date.Sub(now)
	} else if seconds, err := strconv.ParseUint(header, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		wait = time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	if wait <= 0 {
		return 0
	}
	wait = min(wait, maxRetryAfter)
	return wait + rand.N(wait/5+1) //nolint:gosec // jitter, not a secret
}
