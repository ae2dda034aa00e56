package pool

import (
	"sync/atomic"
	"testing"
	"time"
)

func TestSparesFollowTheBusiestMomentAndForgetIt(t *testing.T) {
	t.Parallel()
	const launch = 500 * time.Millisecond
	start := time.UnixMilli(1_800_000_000_000)
	var d demand
	if got := d.target(start); got != 1 {
		t.Errorf("%d spares before anybody came", got)
	}
	now := start
	for range 60 { // one a minute
		now = now.Add(time.Minute)
		d.record(now, launch)
	}
	if got := d.target(now); got != 1 {
		t.Errorf("%d spares for one a minute", got)
	}
	for range 6 { // six at once
		d.record(now, launch)
	}
	for after, want := range map[time.Duration]int{0: 7, peakHalfLife: 4, 2 * peakHalfLife: 2, 4 * peakHalfLife: 1, 1000 * peakHalfLife: 1} {
		if got := d.target(now.Add(after)); got != want {
			t.Errorf("%s after the rush: %d spares, want %d", after, got, want)
		}
	}
	d.record(now.Add(peakHalfLife), launch) // somebody comes alone: the rush is still half remembered
	if got := d.target(now.Add(peakHalfLife)); got != 4 {
		t.Errorf("%d spares when somebody comes after the rush", got)
	}
}

// clock is a time that passes when it is told to.
type clock struct{ past atomic.Int64 }

func (c *clock) get() time.Time          { return time.UnixMilli(1_800_000_000_000 + c.past.Load()) }
func (c *clock) pass(some time.Duration) { c.past.Add(some.Milliseconds()) }
