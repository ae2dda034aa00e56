package pool

import (
	"math"
	"time"
)

// peakHalfLife is how fast the busiest moment is forgotten: half of it in that time.
const peakHalfLife = 5 * time.Minute

// demand is how many browsers sessions have wanted lately. A session that comes
// while as many are warm as come in the time of one launch waits for none.
type demand struct {
	level float64 // sessions that came in the last launch's time, the older the less
	peak  float64 // the highest level, fading
	at    time.Time
}

// record counts a session that comes now; launch is how long a browser takes to start.
func (d *demand) record(now time.Time, launch time.Duration) {
	past := now.Sub(d.at)
	d.level = d.level*decay(past, launch) + 1
	d.peak = max(d.peak*decay(past, peakHalfLife), d.level)
	d.at = now
}

// target is how many browsers should be warm: one when nobody came for long.
func (d *demand) target(now time.Time) int {
	return max(1, int(math.Round(d.peak*decay(now.Sub(d.at), peakHalfLife))))
}

// decay is what is left of 1 after a time in which half is lost in each half.
func decay(past, half time.Duration) float64 {
	if past <= 0 {
		return 1
	}
	return math.Exp2(-past.Seconds() / max(half, time.Millisecond).Seconds())
}
