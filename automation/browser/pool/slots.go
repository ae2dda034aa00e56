package pool

import (
	"context"

	"passage/automation/browser"
)

// assign hands browsers and slots to those in line, as far as there are any;
// p.mu is held.
func (p *Pool) assign() {
	for len(p.queue.tickets) > 0 && p.life.Err() == nil {
		switch {
		case len(p.warm) > 0:
			p.queue.pop().assigned <- p.takeWarm()
		case p.mayStart():
			p.takeSlot()
			p.queue.pop().assigned <- nil
		default:
			return
		}
	}
}

// mayStart reports whether there is a slot, and memory for the browser in it and
// for those that are starting, with the reserve left. One may always run: a
// machine that is too small is better slow than dead. p.mu is held.
func (p *Pool) mayStart() bool {
	if p.used >= p.options.Slots {
		return false
	}
	if p.used == 0 {
		return true
	}
	now, err := p.memory()
	return err != nil || now.available >= reserveMemory+uint64(p.starting+1)*browserMemory //nolint:gosec // at most Slots
}

// takeSlot takes a free slot for a browser that is to be started; p.mu is held.
func (p *Pool) takeSlot() {
	p.used++
	p.starting++
	p.slotsTaken.Add(1)
}

// startAgain counts a browser that starts in a slot that had one already.
func (p *Pool) startAgain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starting++
}

// started counts a browser that runs now, or will not.
func (p *Pool) started() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starting--
	p.assign()
}

// releaseSlot gives a slot back, for the first in line.
func (p *Pool) releaseSlot() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used--
	p.slotsTaken.Done()
	p.assign()
	p.wakeRun()
}

// wakeRun has Run look again.
func (p *Pool) wakeRun() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// takeWarm takes the oldest spare; p.mu is held.
func (p *Pool) takeWarm() *browser.Browser {
	b := p.warm[0]
	p.warm = p.warm[1:]
	p.warming--
	return b
}

// rebalance serves the line, for which there may be memory now, and closes a spare
// that is wanted no more.
func (p *Pool) rebalance() {
	p.mu.Lock()
	p.assign()
	var surplus *browser.Browser
	if len(p.warm) > 0 && p.warming > p.warmTarget() {
		surplus = p.takeWarm()
	}
	p.mu.Unlock()
	if surplus != nil {
		surplus.Close() // has Run look again
	}
}

// warmTarget is how many browsers should be warm; p.mu is held.
func (p *Pool) warmTarget() int { return min(p.demand.target(p.now()), p.options.Warm) }

// launchWarm starts spares, one after the other, while any is wanted.
func (p *Pool) launchWarm(ctx context.Context) error {
	for p.takeWarmSlot() {
		b, err := p.launch(ctx)
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

// takeWarmSlot takes a slot for a spare, unless somebody waits: what there is
// is theirs.
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

// addWarm gives a new spare to the first in line, or keeps it warm.
func (p *Pool) addWarm(b *browser.Browser) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.warm = append(p.warm, b)
	p.assign()
}
