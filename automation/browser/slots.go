package browser

import "context"

// serve hands browsers and slots to those in line, as far as there are any;
// p.mu is held.
func (p *Pool) serve() {
	for len(p.line.waiting) > 0 && p.life.Err() == nil {
		switch {
		case len(p.warm) > 0:
			p.line.next().given <- p.takeWarm()
		case p.mayStart():
			p.take()
			p.line.next().given <- nil
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

// take takes a free slot for a browser that is to be started; p.mu is held.
func (p *Pool) take() {
	p.used++
	p.starting++
	p.open.Add(1)
}

// begin counts a browser that starts in a slot that had one already.
func (p *Pool) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starting++
}

// settle counts a browser that runs now, or will not.
func (p *Pool) settle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starting--
	p.serve()
}

// release gives a slot back, for the first in line.
func (p *Pool) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used--
	p.open.Done()
	p.serve()
	p.nudge()
}

// nudge has Run look again.
func (p *Pool) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// takeWarm takes the oldest spare; p.mu is held.
func (p *Pool) takeWarm() *Browser {
	b := p.warm[0]
	p.warm = p.warm[1:]
	p.spares--
	return b
}

// look serves the line, for which there may be memory now, and closes a spare
// that is wanted no more.
func (p *Pool) look() {
	p.mu.Lock()
	p.serve()
	var surplus *Browser
	if len(p.warm) > 0 && p.spares > p.sparesWanted() {
		surplus = p.takeWarm()
	}
	p.mu.Unlock()
	if surplus != nil {
		surplus.Close() // has Run look again
	}
}

// sparesWanted is how many browsers should be warm; p.mu is held.
func (p *Pool) sparesWanted() int { return min(p.wanted.spares(p.now()), p.options.Spares) }

// fill starts spares, one after the other, while any is wanted.
func (p *Pool) fill(ctx context.Context) error {
	for p.takeSpareSlot() {
		b, err := p.launch(ctx)
		if err != nil {
			p.mu.Lock()
			p.spares--
			p.mu.Unlock()
			p.release()
			return err
		}
		p.offer(b)
	}
	return nil
}

// takeSpareSlot takes a slot for a spare, unless somebody waits: what there is
// is theirs.
func (p *Pool) takeSpareSlot() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.life.Err() != nil || len(p.line.waiting) > 0 || p.spares >= p.sparesWanted() || !p.mayStart() {
		return false
	}
	p.take()
	p.spares++
	return true
}

// offer gives a new spare to the first in line, or keeps it warm.
func (p *Pool) offer(b *Browser) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.warm = append(p.warm, b)
	p.serve()
}
