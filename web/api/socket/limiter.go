package socket

import "time"

// The rate of messages on one connection. A person and a program together send
// far fewer: more is a bug, or an attack.
const (
	limiterWindow = 10 * time.Second
	limiterCount  = 100 // messages in the window
)

// limiter limits the rate of messages in fixed windows.
type limiter struct {
	since time.Time // the start of the window
	count int
}

// allow counts a message, and reports whether it is within the rate.
func (l *limiter) allow(now time.Time) bool {
	if now.Sub(l.since) >= limiterWindow {
		l.since, l.count = now, 0
	}
	l.count++
	return l.count <= limiterCount
}
