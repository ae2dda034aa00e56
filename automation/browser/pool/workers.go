package pool

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"

	"passage/automation/browser"
)

// workers limits how many sessions work at once. Unless the operator has set a
// number, it follows the processor: it grows while sessions wait and cores idle,
// and shrinks while the cores are busy.
type workers struct {
	limit     int
	least     int // that measuring goes down to
	most      int // that measuring goes up to
	busy      int // sessions that work
	returning []*returning
	processor processor
}

// returning is a session that has an answer and waits to go on.
type returning struct{ admitted chan struct{} }

func newWorkers(c Capacity) workers {
	w := workers{limit: c.Workers, least: c.Workers, most: c.Workers}
	if !c.workersSet {
		w.most = min(c.Workers*4, c.Browsers)
	}
	return w
}

func (w *workers) free() bool { return w.busy < w.limit }

// admit lets the first session that returns go on.
func (w *workers) admit() {
	first := w.returning[0]
	w.returning = w.returning[1:]
	w.busy++
	close(first.admitted)
}

// The share of its time in which the processor works, below which another session
// may work, and above which one fewer.
const (
	idleProcessor = 0.85
	fullProcessor = 0.97
)

// measure adapts the limit, by one a call. It is called once a second.
func (w *workers) measure(queued bool) {
	if w.least == w.most {
		return
	}
	share, ok := w.processor.share()
	wanted := (queued || len(w.returning) > 0) && !w.free()
	switch {
	case !ok:
	case wanted && share < idleProcessor:
		w.limit = min(w.limit+1, w.most)
	case share > fullProcessor:
		w.limit = max(w.limit-1, w.least)
	}
}

// processor measures how much of its time the processor works.
type processor struct{ worked, passed uint64 }

// share returns the share since the call before. ok is false at the first call,
// and where the system does not say.
func (p *processor) share() (share float64, ok bool) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, false
	}
	line, _, _ := strings.Cut(string(text), "\n")
	var worked, passed uint64
	for n, field := range strings.Fields(line) {
		ticks, err := strconv.ParseUint(field, 10, 64)
		if err != nil || n > 8 { // the name, and what guests use, which counts already
			continue
		}
		passed += ticks
		if n != 4 && n != 5 { // idle, and waiting for a disk
			worked += ticks
		}
	}
	before := *p
	*p = processor{worked, passed}
	if before.passed == 0 || passed <= before.passed {
		return 0, false
	}
	return float64(worked-before.worked) / float64(passed-before.passed), true
}

// holder is the session that a browser was given to.
type holder struct {
	organization string
	works        bool
	pausedAt     time.Time // zero: it works
	hurry        func()    // asks its user whether they are still there; nil once it was called
}

// give notes which session has a browser. It works, since its ticket was served.
func (p *Pool) give(b *browser.Browser, organization string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if held := p.browsers[b]; held != nil {
		held.organization, held.works = organization, true
		return
	}
	p.workers.busy-- // it has been closed meanwhile
}

// stopWork ends the work of a session that has got no browser.
func (p *Pool) stopWork() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.workers.busy--
	p.assign()
}

// Pause says that the session of a browser waits for its user, so that another one
// can work. While others need a browser, hurry may be called, once, from another
// goroutine: it asks the user whether they are still there.
func (p *Pool) Pause(b *browser.Browser, hurry func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	held := p.browsers[b]
	if held == nil || !held.works {
		return
	}
	held.works, held.pausedAt, held.hurry = false, p.now(), hurry
	p.workers.busy--
	p.assign()
}

// Resume waits until the session of a browser may go on. It comes before those
// that wait for a browser.
func (p *Pool) Resume(ctx context.Context, b *browser.Browser) error {
	p.mu.Lock()
	held := p.browsers[b]
	if held == nil || held.works {
		p.mu.Unlock()
		return ctx.Err()
	}
	held.pausedAt, held.hurry = time.Time{}, nil
	waiting := &returning{make(chan struct{})}
	p.workers.returning = append(p.workers.returning, waiting)
	p.assign()
	p.mu.Unlock()
	var err error
	select {
	case <-waiting.admitted:
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-p.life.Done():
		err = context.Cause(p.life)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil && p.workers.leave(waiting) {
		return err
	}
	if held = p.browsers[b]; held == nil || err != nil { // it was admitted for nothing
		p.workers.busy--
		p.assign()
		return err
	}
	held.works = true
	return nil
}

// leave removes a session that does not wait any more, and reports whether it had
// not been admitted.
func (w *workers) leave(waiting *returning) bool {
	for n, each := range w.returning {
		if each == waiting {
			w.returning = append(w.returning[:n:n], w.returning[n+1:]...)
			return true
		}
	}
	return false
}

// pauseBeforeHurry is how long a session may wait for its user, however many
// others need a browser, before the user is asked whether they are still there.
const pauseBeforeHurry = time.Minute

// hurryLongestPause asks one user whether they are still there, if a session in the
// queue could work but no browser can start: the one who has kept a browser for
// longest, of the organization that keeps the most; p.mu is held.
func (p *Pool) hurryLongestPause() {
	if len(p.queue.tickets) == 0 || !p.workers.free() || p.mayStart() {
		return
	}
	paused := map[string]int{}
	for _, held := range p.browsers {
		if !held.pausedAt.IsZero() {
			paused[held.organization]++
		}
	}
	var longest *holder
	for _, held := range p.browsers {
		if held.hurry == nil || p.now().Sub(held.pausedAt) < pauseBeforeHurry {
			continue
		}
		if longest == nil || paused[held.organization] > paused[longest.organization] ||
			paused[held.organization] == paused[longest.organization] && held.pausedAt.Before(longest.pausedAt) {
			longest = held
		}
	}
	if longest != nil {
		go longest.hurry()
		longest.hurry = nil
	}
}
