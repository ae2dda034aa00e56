package pool

import (
	"sync/atomic"
	"testing"
	"time"
)

func TestDemand_FollowsThePeakAndForgetsIt(t *testing.T) {
	t.Parallel()
	const launch = 500 * time.Millisecond
	start := time.UnixMilli(1_800_000_000_000)
	var d demand
	if got := d.target(start); got != 1 {
		t.Errorf("%d warm browsers before any session", got)
	}
	now := start
	for range 60 { // one a minute
		now = now.Add(time.Minute)
		d.record(now, launch)
	}
	if got := d.target(now); got != 1 {
		t.Errorf("%d warm browsers for one session a minute", got)
	}
	for range 6 { // six at once
		d.record(now, launch)
	}
	for after, want := range map[time.Duration]int{0: 7, peakHalfLife: 4, 2 * peakHalfLife: 2, 4 * peakHalfLife: 1, 1000 * peakHalfLife: 1} {
		if got := d.target(now.Add(after)); got != want {
			t.Errorf("%s after the peak: %d warm browsers, want %d", after, got, want)
		}
	}
	d.record(now.Add(peakHalfLife), launch) // a single session: half of the peak still counts
	if got := d.target(now.Add(peakHalfLife)); got != 4 {
		t.Errorf("%d warm browsers for a single session after the peak", got)
	}
}

// clock is a clock that a test advances.
type clock struct{ passed atomic.Int64 }

func (c *clock) get() time.Time           { return time.UnixMilli(1_800_000_000_000 + c.passed.Load()) }
func (c *clock) advance(by time.Duration) { c.passed.Add(by.Milliseconds()) }
