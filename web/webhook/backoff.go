package webhook

import (
	"math/rand/v2"
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
