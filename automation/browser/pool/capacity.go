package pool

import (
	"fmt"
	"runtime"
)

// What a browser is reckoned at. A session on the sandbox sites holds 75 to 90 MB
// (the last part of “make bench”), and real sites are two to three times as
// heavy. It works for about a second of CPU time in the minute that it takes
// with its person; four on a core leave room for those who are quick.
const (
	browserMemory   = 256 << 20
	browsersPerCore = 4
	// reserveMemory stays free for the program itself and for pages that grow.
	reserveMemory = 256 << 20
)

// Capacity is how many browsers may run at once, and why.
type Capacity struct {
	Slots      int
	Configured bool   // by the operator; else it is what the machine can run
	Cores      int    // that this process may use, with the quota of its control group
	Memory     uint64 // in bytes, that it may use; 0 where the system does not say
	Available  uint64 // of Memory, what was available when it was measured
}

// MeasureCapacity finds out how many browsers this machine can run, or takes what the
// operator told; 0 is nothing. With an error, which says why memory is not
// known, the answer goes by the cores alone.
func MeasureCapacity(told int) (Capacity, error) {
	found, _, err := measureCapacity(told)
	return found, err
}

// measureCapacity also returns how memory is looked at later.
func measureCapacity(told int) (Capacity, func() (memory, error), error) {
	gauge, err := newMemoryGauge("/")
	if err != nil {
		return capacity(told, memory{}), func() (memory, error) { return memory{}, err }, err
	}
	now, err := gauge.read()
	return capacity(told, now), gauge.read, err
}

// capacity is at least one browser.
func capacity(told int, m memory) Capacity {
	c := Capacity{Slots: told, Configured: told > 0, Cores: runtime.GOMAXPROCS(0), Memory: m.limit, Available: m.available}
	if c.Configured {
		return c
	}
	c.Slots = c.Cores * browsersPerCore
	if m.limit > 0 {
		c.Slots = max(1, min(c.Slots, c.inMemory()))
	}
	return c
}

// inMemory is how many browsers the memory is enough for.
func (c Capacity) inMemory() int {
	return int((c.Memory - min(c.Memory, reserveMemory)) / browserMemory) //nolint:gosec // a number of browsers
}

// String says it in a sentence for operators.
func (c Capacity) String() string {
	memory := "memory unknown"
	if c.Memory > 0 {
		memory = fmt.Sprintf("%d MB of memory would do for %d, and %d MB are available", c.Memory>>20, c.inMemory(), c.Available>>20)
	}
	if c.Configured {
		return fmt.Sprintf("%d at once, as set; %s", c.Slots, memory)
	}
	return fmt.Sprintf("%d at once: %d for each of %d cores; %s", c.Slots, browsersPerCore, c.Cores, memory)
}
