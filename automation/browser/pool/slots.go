package pool

import (
	"context"

	"passage/automation/browser"
	"passage/automation/browser/chrome"
)

// assign serves the queue with warm browsers and free slots, as far as there
// are any; p.mu is held.
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

// mayStart reports whether there is a free slot, and memory for a browser in it
// and for those that are starting, with the reserve left over. One browser may
// always run: on a machine that is too small, slow is better than not at all.
// p.mu is held.
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

// takeSlot takes a free slot for a browser that is about to start; p.mu is held.
func (p *Pool) takeSlot() {
	p.used++
	p.starting++
	p.slotsTaken.Add(1)
}

// releaseSlot gives a slot back to the queue.
func (p *Pool) releaseSlot() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used--
	p.slotsTaken.Done()
	p.assign()
	p.wakeRun()
}

// replace notes that another browser starts in the slot of one that was
// discarded.
func (p *Pool) replace(discarded *browser.Browser) {
	p.forget(discarded)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starting++
}

// launched notes that a browser has started, or will not start.
func (p *Pool) launched() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starting--
	p.assign()
}

// wakeRun has Run check again what is wanted.
func (p *Pool) wakeRun() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// launch starts a browser in a slot that the caller has taken. Closing the
// browser gives the slot back.
func (p *Pool) launch(ctx context.Context, locale chrome.Locale) (*browser.Browser, error) {
	defer p.launched()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(p.life, func() { cancel(context.Cause(p.life)) })()
	select {
	case p.launching <- struct{}{}:
		defer func() { <-p.launching }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	begun := p.now()
	b, err := browser.Launch(ctx, p.launcher, locale)
	if err != nil {
		return nil, err
	}
	b.OnClose(func() {
		p.forget(b)
		p.releaseSlot()
	})
	p.mu.Lock()
	p.browsers[b] = struct{}{}
	p.launchTime = p.now().Sub(begun)
	ended := p.life.Err() != nil // close has not seen this browser
	p.mu.Unlock()
	if ended {
		b.Discard()
		p.forget(b)
		return nil, context.Cause(p.life)
	}
	return b, nil
}

// forget drops a browser that has been closed.
func (p *Pool) forget(b *browser.Browser) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.browsers, b)
}
