package pool

import (
	"fmt"
	"runtime"
)

// What a browser is estimated at. A session on the sandbox sites holds 75 to
// 90 MB (the last part of “make bench”), and real sites take two to three times
// as much. A session uses about a second of CPU time in the minute that it
// takes with its user; four on a core leave room for quick users.
const (
	browserMemory   = 256 << 20
	browsersPerCore = 4
	// reserveMemory stays free for this program itself and for pages that grow.
	reserveMemory = 256 << 20
)

// Capacity is how many browsers may run at once, and why.
type Capacity struct {
	Slots      int
	Configured bool   // Slots was set by the operator, and not derived from the rest
	Cores      int    // that this process may use, by the quota of its control group too
	Memory     uint64 // bytes that this process may use; 0 where the system does not say
	Available  uint64 // bytes of Memory that were available when it was measured
}

// MeasureCapacity returns how many browsers this machine can run, or what the
// operator configured, if that is not 0. If the error is not nil, it says why
// the memory is not known, and the capacity is derived from the cores alone.
func MeasureCapacity(configured int) (Capacity, error) {
	c, _, err := measureCapacity(configured)
	return c, err
}

// measureCapacity also returns how to read the memory later.
func measureCapacity(configured int) (Capacity, func() (memory, error), error) {
	gauge, err := newMemoryGauge("/")
	if err != nil {
		return capacity(configured, memory{}), func() (memory, error) { return memory{}, err }, err
	}
	now, err := gauge.read()
	return capacity(configured, now), gauge.read, err
}

// capacity is at least one browser.
func capacity(configured int, m memory) Capacity {
	c := Capacity{Slots: configured, Configured: configured > 0, Cores: runtime.GOMAXPROCS(0), Memory: m.limit, Available: m.available}
	if c.Configured {
		return c
	}
	c.Slots = c.Cores * browsersPerCore
	if m.limit > 0 {
		c.Slots = max(1, min(c.Slots, c.inMemory()))
	}
	return c
}

// inMemory is how many browsers fit in the memory.
func (c Capacity) inMemory() int {
	return int((c.Memory - min(c.Memory, reserveMemory)) / browserMemory) //nolint:gosec // a number of browsers
}

// String describes the capacity in a sentence for operators.
func (c Capacity) String() string {
	inMemory := "memory unknown"
	if c.Memory > 0 {
		inMemory = fmt.Sprintf("%d MB of memory would do for %d, and %d MB are available", c.Memory>>20, c.inMemory(), c.Available>>20)
	}
	if c.Configured {
		return fmt.Sprintf("%d at once, as set; %s", c.Slots, inMemory)
	}
	return fmt.Sprintf("%d at once: %d for each of %d cores; %s", c.Slots, browsersPerCore, c.Cores, inMemory)
}
