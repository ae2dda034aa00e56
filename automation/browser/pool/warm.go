package pool

import (
	"context"

	"passage/automation/browser"
	"passage/automation/browser/chrome"
)

// takeWarm takes the oldest warm browser; p.mu is held.
func (p *Pool) takeWarm() *browser.Browser {
	b := p.warm[0]
	p.warm = p.warm[1:]
	p.warming--
	return b
}

// rebalance serves the queue, for which memory may have become available, and
// closes a warm browser that is no longer wanted.
func (p *Pool) rebalance() {
	p.mu.Lock()
	p.workers.measure(len(p.queue.tickets) > 0)
	p.assign()
	p.hurryLongestPause()
	var surplus *browser.Browser
	if len(p.warm) > 0 && p.warming > p.warmTarget() {
		surplus = p.takeWarm()
	}
	p.mu.Unlock()
	if surplus != nil {
		surplus.Close() // wakes Run, which checks again
	}
}

// warmTarget is how many browsers should be warm; p.mu is held.
func (p *Pool) warmTarget() int { return min(p.demand.target(p.now()), p.options.Warm) }

// launchWarm starts warm browsers, one after the other, until there are as many
// as wanted.
func (p *Pool) launchWarm(ctx context.Context) error {
	for p.takeWarmSlot() {
		b, err := p.launch(ctx, chrome.DefaultLocale())
		if err != nil {
			p.mu.Lock()
			p.warming--
			p.mu.Unlock()
			p.releaseSlot()
			return err
		}
		p.addWarm(b)
	}
	return nil
}

// takeWarmSlot takes a slot for a warm browser, unless sessions are queued: they
// come first.
func (p *Pool) takeWarmSlot() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.life.Err() != nil || len(p.queue.tickets) > 0 || p.warming >= p.warmTarget() || !p.mayStart() {
		return false
	}
	p.takeSlot()
	p.warming++
	return true
}

// addWarm assigns a new warm browser to the first ticket, or keeps it.
func (p *Pool) addWarm(b *browser.Browser) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.warm = append(p.warm, b)
	p.assign()
}
