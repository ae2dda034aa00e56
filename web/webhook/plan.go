package webhook

import (
	"math/rand/v2"
	"time"
)

// pauses is the contract's plan: how long to wait after the first failed try,
// the second, and so on. After one more the delivery is given up.
var pauses = [...]time.Duration{
	time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour,
}

// pause tells how long to wait after so many failed tries, and whether to try
// again at all. Up to a fifth is added by chance, so that what failed together
// does not come back together.
func pause(tries int) (rest time.Duration, again bool) {
	if tries > len(pauses) {
		return 0, false
	}
	rest = pauses[tries-1]
	return rest + rand.N(rest/5), true //nolint:gosec // chance, not secrecy
}
