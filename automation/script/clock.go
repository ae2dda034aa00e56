package script

import (
	"sync/atomic"
	"time"
)

// computingTime is how long a script may compute in one call, without the words
// that it waits for. Its steps end it much sooner unless some of them are far
// dearer than they look.
const computingTime = 30 * time.Second

// clock runs while a script computes, and is stopped while a word does its work.
// It must not be used by two goroutines at once.
type clock struct {
	timer   *time.Timer
	left    time.Duration // when it was started last
	started time.Time
	words   int // that are at work: a word may call a function of the script
	over    atomic.Bool
}

// newClock starts a clock. It calls the function once the time is over.
func newClock(limit time.Duration, over func()) *clock {
	c := &clock{left: limit, started: time.Now()}
	c.timer = time.AfterFunc(limit, func() {
		c.over.Store(true)
		over()
	})
	return c
}

// stop stops the clock while a word works.
func (c *clock) stop() {
	if c.words++; c.words == 1 && c.timer.Stop() {
		c.left -= time.Since(c.started)
	}
}

// start goes on where the clock was stopped.
func (c *clock) start() {
	if c.words--; c.words == 0 && !c.over.Load() {
		c.started = time.Now()
		c.timer.Reset(max(0, c.left))
	}
}

// end ends the clock.
func (c *clock) end() { c.timer.Stop() }
