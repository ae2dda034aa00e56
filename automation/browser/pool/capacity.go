package pool

import (
	"fmt"
	"runtime"
)

// What a browser is estimated at. A session on the sandbox sites holds 75 to
// 90 MB (the last part of “make bench”), and real sites take two to three times
// as much. Four sessions on a core keep it busy while each of them waits for its
// site now and then; more are let in while the core idles (see workers).
const (
	browserMemory  = 256 << 20
	workersPerCore = 4
	// reserveMemory stays free for this program itself and for pages that grow.
	reserveMemory = 256 << 20
)

// Capacity is how many browsers may run and how many sessions may work at once,
// and why.
type Capacity struct {
	Browsers  int
	Workers   int    // to begin with; measuring may raise it, unless it was set
	Cores     int    // that this process may use, by the quota of its control group too
	Memory    uint64 // bytes that this process may use; 0 where the system does not say
	Available uint64 // bytes of Memory that were available when it was measured

	browsersSet, workersSet bool // by the operator
}

// MeasureCapacity returns what this machine can run. Numbers that the operator has
// set, and that are not 0, replace what is measured. If the error is not nil, it
// says why the memory is not known, and the browsers are derived from the cores.
func MeasureCapacity(browsers, workers int) (Capacity, error) {
	c, _, err := measureCapacity(browsers, workers)
	return c, err
}

// measureCapacity also returns how to read the memory later.
func measureCapacity(browsers, workers int) (Capacity, func() (memory, error), error) {
	gauge, err := newMemoryGauge("/")
	if err != nil {
		return capacity(browsers, workers, memory{}), func() (memory, error) { return memory{}, err }, err
	}
	now, err := gauge.read()
	return capacity(browsers, workers, now), gauge.read, err
}

// capacity is at least one browser and one worker, and not more workers than
// browsers.
func capacity(browsers, workers int, m memory) Capacity {
	c := Capacity{Browsers: browsers, Workers: workers, Cores: runtime.GOMAXPROCS(0), Memory: m.limit, Available: m.available,
		browsersSet: browsers > 0, workersSet: workers > 0}
	if !c.browsersSet {
		c.Browsers = c.Cores * workersPerCore
		if m.limit > 0 {
			c.Browsers = max(1, c.inMemory())
		}
	}
	if !c.workersSet {
		c.Workers = c.Cores * workersPerCore
	}
	c.Workers = min(c.Workers, c.Browsers)
	return c
}

// inMemory is how many browsers fit in the memory.
func (c Capacity) inMemory() int {
	return int((c.Memory - min(c.Memory, reserveMemory)) / browserMemory) //nolint:gosec // a number of browsers
}

// String describes the capacity in a sentence for operators.
func (c Capacity) String() string {
	browsers := fmt.Sprintf("%d browsers", c.Browsers)
	switch {
	case c.browsersSet && c.Memory > 0:
		browsers += fmt.Sprintf(", as set (the memory holds %d)", c.inMemory())
	case c.browsersSet:
		browsers += ", as set"
	case c.Memory > 0:
		browsers += fmt.Sprintf(" in %d MB of memory, of which %d MB are available", c.Memory>>20, c.Available>>20)
	default:
		browsers += ", as the memory is not known"
	}
	if c.workersSet {
		return fmt.Sprintf("%s; %d sessions at work at once, as set", browsers, c.Workers)
	}
	return fmt.Sprintf("%s; %d sessions at work at once on %d cores, and more while the cores idle", browsers, c.Workers, c.Cores)
}
