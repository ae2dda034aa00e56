package pool

import (
	"math"
	"time"
)

// peakHalfLife is how long it takes until half of the highest demand is forgotten.
const peakHalfLife = 5 * time.Minute

// demand estimates how many browsers sessions want at once. If as many are warm
// as sessions arrive in the time that one launch takes, no session waits for a
// launch.
type demand struct {
	level float64 // sessions that arrived within the time of a launch, older ones counting less
	peak  float64 // the highest level, decaying
	at    time.Time
}

// record counts a session that arrives now. A browser takes launch to start.
func (d *demand) record(now time.Time, launch time.Duration) {
	past := now.Sub(d.at)
	d.level = d.level*decay(past, launch) + 1
	d.peak = max(d.peak*decay(past, peakHalfLife), d.level)
	d.at = now
}

// target is how many browsers should be warm, at least one.
func (d *demand) target(now time.Time) int {
	return max(1, int(math.Round(d.peak*decay(now.Sub(d.at), peakHalfLife))))
}

// decay is what remains of 1 after a time.
func decay(past, halfLife time.Duration) float64 {
	if past <= 0 {
		return 1
	}
	return math.Exp2(-past.Seconds() / max(halfLife, time.Millisecond).Seconds())
}
