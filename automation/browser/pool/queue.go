package pool

import (
	"context"
	"errors"
	"slices"

	"passage/automation/browser"
	"passage/automation/outcome"
)

// ErrQueueFull means that every slot is taken and the line is full.
var ErrQueueFull = errors.New("every browser is busy and the line is full")

// Ticket is a session's place in line and then, when its turn has come, its right
// to a browser. Who has one either takes the browser or leaves.
type Ticket struct {
	pool         *Pool
	organization string
	round        int
	assigned     chan *browser.Browser // holds one: a warm browser, or nil for a slot to start one in
	moved        chan struct{}         // the place may have changed
	done         bool                  // taken or left
}

// queue is who waits, in the order in which they are served: in rounds, each of
// which takes one session of every organization that waits. So nobody's crowd
// holds up another, and among those who wait the order never changes: a place
// only gets worse when somebody comes whose organization has had less.
type queue struct {
	tickets []*Ticket
	round   int                 // of the one served last
	served  map[string]struct{} // the organizations served in that round
}

// push puts a newcomer behind the last of its organization, and behind whoever
// is of the same round already.
func (l *queue) push(t *Ticket) {
	t.round = l.round
	if _, had := l.served[t.organization]; had {
		t.round++
	}
	for _, other := range l.tickets {
		if other.organization == t.organization {
			t.round = other.round + 1
		}
	}
	at := len(l.tickets)
	for at > 0 && l.tickets[at-1].round > t.round {
		at--
	}
	l.tickets = slices.Insert(l.tickets, at, t)
	l.notify()
}

// pop takes the first out of the line.
func (l *queue) pop() *Ticket {
	first := l.tickets[0]
	l.tickets = slices.Delete(l.tickets, 0, 1)
	if first.round > l.round || l.served == nil {
		l.round, l.served = first.round, map[string]struct{}{}
	}
	l.served[first.organization] = struct{}{}
	l.notify()
	return first
}

// remove takes one out who does not want to wait any more.
func (l *queue) remove(t *Ticket) bool {
	at := slices.Index(l.tickets, t)
	if at < 0 {
		return false
	}
	l.tickets = slices.Delete(l.tickets, at, at+1)
	l.notify()
	return true
}

// count counts an organization's sessions in line.
func (l *queue) count(owner string) (count int) {
	for _, t := range l.tickets {
		if t.organization == owner {
			count++
		}
	}
	return count
}

// notify has everybody in line look at their place.
func (l *queue) notify() {
	for _, t := range l.tickets {
		select {
		case t.moved <- struct{}{}:
		default:
		}
	}
}

// Enqueue puts a session of an organization in line, or finds its turn come at
// once. It is ErrBusy when the line is full; but an organization that has nobody
// in a line always gets one in, however many others fill it.
func (p *Pool) Enqueue(owner string) (*Ticket, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.life.Err() != nil {
		return nil, context.Cause(p.life)
	}
	t := &Ticket{pool: p, organization: owner, assigned: make(chan *browser.Browser, 1), moved: make(chan struct{}, 1)}
	p.queue.push(t)
	p.assign()
	full := len(p.queue.tickets) > p.options.Queue && (p.options.Queue == 0 || p.queue.count(owner) > 1)
	if full && p.queue.remove(t) {
		p.refused++
		return nil, ErrQueueFull
	}
	p.demand.record(p.now(), p.launchTime)
	p.wakeRun()
	return t, nil
}

// Take waits for the turn and returns a browser with the session's policy. The
// place is told whenever it changes, 1 being the next, and 0 at the end of a
// wait. The caller closes the browser.
func (t *Ticket) Take(ctx context.Context, policy browser.Policy, place func(n int)) (*browser.Browser, error) {
	b, err := t.wait(ctx, place)
	if err != nil {
		return nil, err
	}
	p := t.pool
	if b != nil && !b.Healthy(ctx) {
		if !b.Discard() {
			return nil, b.Cause()
		}
		p.forget(b)
		p.startAgain()
		b = nil
	}
	if b == nil {
		if b, err = p.launch(ctx); err != nil {
			p.releaseSlot()
			return nil, acquireError(ctx, err)
		}
	}
	b.Allow(policy)
	return b, nil
}

// Acquire is Join and Take in one, for who belongs to no organization.
func (p *Pool) Acquire(ctx context.Context, policy browser.Policy, place func(n int)) (*browser.Browser, error) {
	t, err := p.Enqueue("")
	if err != nil {
		return nil, err
	}
	return t.Take(ctx, policy, place)
}

// acquireError says why no browser could be had: the caller's own end, or a
// browser that did not start.
func acquireError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return outcome.Wrap(outcome.ConnectionFailed, err, "no browser could be started")
}

// wait stands in line until the turn has come.
func (t *Ticket) wait(ctx context.Context, place func(int)) (*browser.Browser, error) {
	last := 0
	defer func() {
		if last > 0 && place != nil {
			place(0)
		}
	}()
	for {
		if n := t.position(); n > 0 && n != last && place != nil {
			place(n)
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

// position returns how many are served up to this one, itself included; 0 when its
// turn has come.
func (t *Ticket) position() int {
	t.pool.mu.Lock()
	defer t.pool.mu.Unlock()
	return slices.Index(t.pool.queue.tickets, t) + 1
}

// Cancel gives the turn up. If it has come, it goes on to the next; once the
// browser is taken, Leave does nothing.
func (t *Ticket) Cancel() {
	p := t.pool
	p.mu.Lock()
	over := t.done || p.queue.remove(t)
	t.done = true
	p.mu.Unlock()
	if over {
		return
	}
	if b := <-t.assigned; b != nil {
		b.Close() // gives the slot on
		return
	}
	p.started()
	p.releaseSlot()
}
