package browser

import (
	"context"
	"slices"

	"passage/automation/outcome"
)

// waiter is one session in line.
type waiter struct {
	turn  chan *Browser // a warm browser, or nil: a slot to start one in
	moved chan struct{} // the place may have changed
}

// Acquire hands out a browser for one session, with the session's policy. When
// every slot is taken it waits in line, first come, first served; place is then
// told the place, 1 being the next, whenever it changes, and 0 at the end of
// the wait. It is ErrBusy when the line is full. The caller closes the browser.
func (p *Pool) Acquire(ctx context.Context, policy Policy, place func(n int)) (*Browser, error) {
	b, err := p.enter(ctx, place)
	if err != nil {
		return nil, err
	}
	if b != nil && !b.healthy(ctx) {
		if !b.retire() {
			return nil, b.Cause()
		}
		p.forget(b)
		b = nil
	}
	if b == nil {
		if b, err = p.launch(ctx); err != nil {
			p.release()
			return nil, acquireError(ctx, err)
		}
	}
	b.hand(policy)
	return b, nil
}

// acquireError says why no browser could be had: the caller's own end, or a
// browser that did not start.
func acquireError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return outcome.Wrap(outcome.ConnectionFailed, err, "no browser could be started")
}

// enter returns with a slot taken: with the warm browser in it, or nil where
// one is to be started.
func (p *Pool) enter(ctx context.Context, place func(int)) (*Browser, error) {
	p.mu.Lock()
	switch {
	case p.life.Err() != nil:
		p.mu.Unlock()
		return nil, context.Cause(p.life)
	case len(p.warm) > 0:
		b := p.warm[0]
		p.warm = p.warm[1:]
		p.spares--
		p.nudge()
		p.mu.Unlock()
		return b, nil
	case p.used < p.options.Slots:
		p.take()
		p.mu.Unlock()
		return nil, nil
	case len(p.line) >= p.options.Line:
		p.mu.Unlock()
		return nil, ErrBusy
	}
	w := &waiter{turn: make(chan *Browser, 1), moved: make(chan struct{}, 1)}
	p.line = append(p.line, w)
	p.mu.Unlock()
	if place == nil {
		place = func(int) {}
	}
	return p.wait(ctx, w, place)
}

// wait stands in line until it is w's turn.
func (p *Pool) wait(ctx context.Context, w *waiter, place func(int)) (*Browser, error) {
	ctx, cancel := merge(ctx, p.life)
	defer cancel()
	last := 0
	for {
		if n := p.placeOf(w); n > 0 && n != last {
			place(n)
			last = n
		}
		select {
		case b := <-w.turn:
			place(0)
			return b, nil
		case <-w.moved:
		case <-ctx.Done():
			p.leave(w)
			place(0)
			return nil, context.Cause(ctx)
		}
	}
}

// placeOf returns w's place in line, from 1, or 0.
func (p *Pool) placeOf(w *waiter) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Index(p.line, w) + 1
}

// leave takes w out of the line. If its turn came meanwhile, that goes on to
// the next.
func (p *Pool) leave(w *waiter) {
	p.mu.Lock()
	at := slices.Index(p.line, w)
	if at >= 0 {
		p.line = slices.Delete(p.line, at, at+1)
		p.tellLine()
	}
	p.mu.Unlock()
	if at >= 0 {
		return
	}
	if b := <-w.turn; b != nil {
		b.Close() // gives the slot on
		return
	}
	p.release()
}

// next takes the first out of the line; p.mu is held.
func (p *Pool) next() *waiter {
	if len(p.line) == 0 {
		return nil
	}
	first := p.line[0]
	p.line = p.line[1:]
	p.tellLine()
	return first
}

// tellLine has everybody in line look at their place; p.mu is held.
func (p *Pool) tellLine() {
	for _, w := range p.line {
		select {
		case w.moved <- struct{}{}:
		default:
		}
	}
}
