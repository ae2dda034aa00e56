package pool

import (
	"context"

	"passage/automation/browser"
	"passage/automation/browser/chrome"
)

// assign lets sessions work, as far as there are workers: first those that have an
// answer to go on with, and then those of the queue, with warm browsers and free
// slots; p.mu is held.
func (p *Pool) assign() {
	for p.life.Err() == nil && p.workers.free() {
		switch {
		case len(p.workers.returning) > 0:
			p.workers.admit()
		case len(p.queue.tickets) == 0:
			return
		case len(p.warm) > 0:
			p.workers.busy++
			p.queue.pop().assigned <- p.takeWarm()
		case p.mayStart():
			p.takeSlot()
			p.workers.busy++
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
	if p.used >= p.options.Browsers {
		return false
	}
	if p.used == 0 {
		return true
	}
	now, err := p.memory()
	return err != nil || now.available >= reserveMemory+uint64(p.starting+1)*browserMemory //nolint:gosec // at most Browsers
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
// discarded, for the same session.
func (p *Pool) replace(discarded *browser.Browser) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.browsers, discarded)
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
	p.browsers[b] = &holder{}
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

// forget drops a browser that has been closed, with its session's right to work.
func (p *Pool) forget(b *browser.Browser) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if held := p.browsers[b]; held != nil && held.works {
		p.workers.busy--
	}
	delete(p.browsers, b)
}
