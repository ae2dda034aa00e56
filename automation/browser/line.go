package browser

import (
	"context"
	"errors"
	"slices"

	"passage/automation/outcome"
)

// ErrBusy means that every slot is taken and the line is full.
var ErrBusy = errors.New("every browser is busy and the line is full")

// Turn is a session's place in line and then, when its turn has come, its right
// to a browser. Who has one either takes the browser or leaves.
type Turn struct {
	pool  *Pool
	owner string
	round int
	given chan *Browser // holds one: a warm browser, or nil for a slot to start one in
	moved chan struct{} // the place may have changed
	over  bool          // taken or left
}

// line is who waits, in the order in which they are served: in rounds, each of
// which takes one session of every organization that waits. So nobody's crowd
// holds up another, and among those who wait the order never changes: a place
// only gets worse when somebody comes whose organization has had less.
type line struct {
	waiting []*Turn
	round   int                 // of the one served last
	served  map[string]struct{} // the organizations served in that round
}

// add puts a newcomer behind the last of its organization, and behind whoever
// is of the same round already.
func (l *line) add(t *Turn) {
	t.round = l.round
	if _, had := l.served[t.owner]; had {
		t.round++
	}
	for _, other := range l.waiting {
		if other.owner == t.owner {
			t.round = other.round + 1
		}
	}
	at := len(l.waiting)
	for at > 0 && l.waiting[at-1].round > t.round {
		at--
	}
	l.waiting = slices.Insert(l.waiting, at, t)
	l.tell()
}

// next takes the first out of the line.
func (l *line) next() *Turn {
	first := l.waiting[0]
	l.waiting = slices.Delete(l.waiting, 0, 1)
	if first.round > l.round || l.served == nil {
		l.round, l.served = first.round, map[string]struct{}{}
	}
	l.served[first.owner] = struct{}{}
	l.tell()
	return first
}

// remove takes one out who does not want to wait any more.
func (l *line) remove(t *Turn) bool {
	at := slices.Index(l.waiting, t)
	if at < 0 {
		return false
	}
	l.waiting = slices.Delete(l.waiting, at, at+1)
	l.tell()
	return true
}

// of counts an organization's sessions in line.
func (l *line) of(owner string) (count int) {
	for _, t := range l.waiting {
		if t.owner == owner {
			count++
		}
	}
	return count
}

// tell has everybody in line look at their place.
func (l *line) tell() {
	for _, t := range l.waiting {
		select {
		case t.moved <- struct{}{}:
		default:
		}
	}
}

// Join puts a session of an organization in line, or finds its turn come at
// once. It is ErrBusy when the line is full; but an organization that has nobody
// in a line always gets one in, however many others fill it.
func (p *Pool) Join(owner string) (*Turn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.life.Err() != nil {
		return nil, context.Cause(p.life)
	}
	t := &Turn{pool: p, owner: owner, given: make(chan *Browser, 1), moved: make(chan struct{}, 1)}
	p.line.add(t)
	p.serve()
	full := len(p.line.waiting) > p.options.Line && (p.options.Line == 0 || p.line.of(owner) > 1)
	if full && p.line.remove(t) {
		p.refused++
		return nil, ErrBusy
	}
	p.wanted.note(p.now(), p.launchTime)
	p.nudge()
	return t, nil
}

// Take waits for the turn and returns a browser with the session's policy. The
// place is told whenever it changes, 1 being the next, and 0 at the end of a
// wait. The caller closes the browser.
func (t *Turn) Take(ctx context.Context, policy Policy, place func(n int)) (*Browser, error) {
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
		p.begin()
		b = nil
	}
	if b == nil {
		if b, err = p.launch(ctx); err != nil {
			p.release()
			return nil, acquireError(ctx, err)
		}
	}
	b.Allow(policy)
	return b, nil
}

// Acquire is Join and Take in one, for who belongs to no organization.
func (p *Pool) Acquire(ctx context.Context, policy Policy, place func(n int)) (*Browser, error) {
	t, err := p.Join("")
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
func (t *Turn) wait(ctx context.Context, place func(int)) (*Browser, error) {
	last := 0
	defer func() {
		if last > 0 && place != nil {
			place(0)
		}
	}()
	for {
		if n := t.place(); n > 0 && n != last && place != nil {
			place(n)
			last = n
		}
		select {
		case b := <-t.given:
			t.accept()
			return b, nil
		case <-t.moved:
		case <-ctx.Done():
			t.Leave()
			return nil, context.Cause(ctx)
		case <-t.pool.life.Done():
			t.Leave()
			return nil, context.Cause(t.pool.life)
		}
	}
}

func (t *Turn) accept() {
	t.pool.mu.Lock()
	defer t.pool.mu.Unlock()
	t.over = true
}

// place returns how many are served up to this one, itself included; 0 when its
// turn has come.
func (t *Turn) place() int {
	t.pool.mu.Lock()
	defer t.pool.mu.Unlock()
	return slices.Index(t.pool.line.waiting, t) + 1
}

// Leave gives the turn up. If it has come, it goes on to the next; once the
// browser is taken, Leave does nothing.
func (t *Turn) Leave() {
	p := t.pool
	p.mu.Lock()
	over := t.over || p.line.remove(t)
	t.over = true
	p.mu.Unlock()
	if over {
		return
	}
	if b := <-t.given; b != nil {
		b.Close() // gives the slot on
		return
	}
	p.settle()
	p.release()
}
