package api

import "time"

// flood counts the messages of a socket. More than a person and a program
// together can mean is a fault, or an attack.
type flood struct {
	since time.Time
	count int
}

const (
	floodWindow = 10 * time.Second
	floodCount  = 100 // messages in the window
)

// rises counts a message, and reports whether it is one too many.
func (f *flood) rises(now time.Time) bool {
	if now.Sub(f.since) >= floodWindow {
		f.since, f.count = now, 0
	}
	f.count++
	return f.count > floodCount
}
