package pool

import (
	"context"
	"errors"

	"passage/automation/browser"
	"passage/automation/outcome"
)

// ErrQueueFull means that every slot is taken and the queue is full.
var ErrQueueFull = errors.New("every browser is busy and the queue is full")

// Ticket is a session's position in the queue and, once it was served, its
// right to a browser. Its holder calls either Take or Cancel.
type Ticket struct {
	pool         *Pool
	organization string
	round        int
	assigned     chan *browser.Browser // holds one: a warm browser, or nil for a slot to start one in
	moved        chan struct{}         // the position may have changed
	done         bool                  // taken or cancelled
}

// Enqueue returns a ticket for a session of an organization, which may have been
// served already. The error is ErrQueueFull when the queue is full. An
// organization without a queued session always gets one in, however full the
// queue is.
func (p *Pool) Enqueue(organization string) (*Ticket, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.life.Err() != nil {
		return nil, context.Cause(p.life)
	}
	t := &Ticket{pool: p, organization: organization, assigned: make(chan *browser.Browser, 1), moved: make(chan struct{}, 1)}
	p.queue.push(t)
	p.assign()
	full := len(p.queue.tickets) > p.options.Queue && (p.options.Queue == 0 || p.queue.count(organization) > 1)
	if full && p.queue.remove(t) {
		p.refused++
		return nil, ErrQueueFull
	}
	p.demand.record(p.now(), p.launchTime)
	p.wakeRun()
	return t, nil
}

// Take waits until the ticket is served and returns a browser with the session's
// policy. It calls position whenever the ticket's position changes, 1 being the
// next to be served, and with 0 at the end of a wait; position may be nil. The
// caller closes the browser.
func (t *Ticket) Take(ctx context.Context, policy browser.Policy, position func(n int)) (*browser.Browser, error) {
	b, err := t.wait(ctx, position)
	if err != nil {
		return nil, err
	}
	p := t.pool
	// Warm browsers have the default locale, which a running browser cannot change.
	if b != nil && (b.Locale() != policy.Locale.OrDefault() || !b.Healthy(ctx)) {
		if !b.Discard() {
			p.stopWork()
			return nil, b.Cause()
		}
		p.replace(b)
		b = nil
	}
	if b == nil {
		if b, err = p.launch(ctx, policy.Locale); err != nil {
			p.stopWork()
			p.releaseSlot()
			return nil, launchError(ctx, err)
		}
	}
	p.give(b, t.organization)
	b.Allow(policy)
	return b, nil
}

// Acquire is Enqueue and Take in one, for a caller without an organization.
func (p *Pool) Acquire(ctx context.Context, policy browser.Policy, position func(n int)) (*browser.Browser, error) {
	t, err := p.Enqueue("")
	if err != nil {
		return nil, err
	}
	return t.Take(ctx, policy, position)
}

// launchError returns the cause of ctx's end, or else says that no browser
// could be started.
func launchError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return outcome.Wrap(outcome.ConnectionFailed, err, "no browser could be started")
}

// wait returns what was assigned to the ticket.
func (t *Ticket) wait(ctx context.Context, position func(int)) (*browser.Browser, error) {
	last := 0
	defer func() {
		if last > 0 && position != nil {
			position(0)
		}
	}()
	for {
		if n := t.position(); n > 0 && n != last && position != nil {
			position(n)
			last = n
		}
		select {
		case b := <-t.assigned:
			t.accept()
			return b, nil
		case <-t.moved:
		case <-ctx.Done():
			t.Cancel()
			return nil, context.Cause(ctx)
		case <-t.pool.life.Done():
			t.Cancel()
			return nil, context.Cause(t.pool.life)
		}
	}
}

func (t *Ticket) accept() {
	t.pool.mu.Lock()
	defer t.pool.mu.Unlock()
	t.done = true
}

func (t *Ticket) position() int {
	t.pool.mu.Lock()
	defer t.pool.mu.Unlock()
	return t.pool.queue.position(t)
}

// Cancel gives the ticket up. What was assigned to it goes to the next one. It
// does nothing once the browser is taken.
func (t *Ticket) Cancel() {
	p := t.pool
	p.mu.Lock()
	done := t.done || p.queue.remove(t)
	t.done = true
	p.mu.Unlock()
	if done {
		return
	}
	b := <-t.assigned
	p.stopWork()
	if b != nil {
		b.Close() // gives its slot back
		return
	}
	p.launched()
	p.releaseSlot()
}
