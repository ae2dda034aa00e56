package pool

import (
	"fmt"

	"passage/automation/browser"

	"github.com/prometheus/procfs"
)

// maxMemory is how much memory one browser may hold of its own, unless the machine
// is small: at most half of what this process may use. The largest real sites
// take a quarter of it.
const maxMemory = 2 << 30

// endOversized ends the browsers whose pages take too much memory, before other
// sessions go without. A control group for each browser would do it earlier, but
// few installations let a service make groups.
func (p *Pool) endOversized() {
	running := p.running()
	if len(running) == 0 {
		return
	}
	held, err := heldByGroups(running)
	if err != nil {
		p.logger.Warn("browsers run without a limit of their memory", "error", err)
		return
	}
	for leader, bytes := range held {
		if bytes > p.maxMemory {
			p.logger.Warn("a browser was ended for its memory", "megabytes", bytes>>20, "limit", p.maxMemory>>20)
			running[leader].Kill("its page took more than %d MB of memory", p.maxMemory>>20)
		}
	}
}

// running returns the browsers by their process's id.
func (p *Pool) running() map[int]*browser.Browser {
	p.mu.Lock()
	defer p.mu.Unlock()
	running := make(map[int]*browser.Browser, len(p.browsers))
	for b := range p.browsers {
		running[b.PID()] = b
	}
	return running
}

// heldByGroups returns how many bytes the process groups of some leaders hold. What
// processes share as files, such as the program itself, does not count.
func heldByGroups(leaders map[int]*browser.Browser) (map[int]uint64, error) {
	all, err := procfs.AllProcs()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	held := map[int]uint64{}
	for _, process := range all {
		stat, err := process.Stat()
		if err != nil || leaders[stat.PGRP] == nil {
			continue // it has ended meanwhile, or is not a browser's
		}
		if status, err := process.NewStatus(); err == nil {
			held[stat.PGRP] += status.RssAnon + status.RssShmem
		}
	}
	return held, nil
}

// browserLimit is the memory that one browser may hold.
func (c Capacity) browserLimit() uint64 {
	if c.Memory == 0 {
		return maxMemory
	}
	return min(maxMemory, max(c.Memory/2, browserMemory))
}
