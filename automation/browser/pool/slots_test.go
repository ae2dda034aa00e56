package pool

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"passage/automation/browser"
)

// limitMemory lets a test set a pool's memory. Every running browser uses
// browserMemory of it.
func limitMemory(p *Pool) (total *atomic.Uint64) {
	total = &atomic.Uint64{}
	p.memory = func() (memory, error) { // p.mu is held
		held := uint64(p.used-p.starting) * browserMemory
		return memory{total.Load(), total.Load() - min(total.Load(), held)}, nil
	}
	return total
}

func TestPool_StartsABrowserOnlyIfMemoryIsLeft(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Browsers, o.Warm, o.Queue = 4, 1, 10
	p := newPool(t, o)
	total := limitMemory(p)
	first, err := p.Acquire(t.Context(), browser.Policy{}, nil)
	if err != nil {
		t.Fatalf("the first browser: %v", err)
	}
	taken := make(chan *browser.Browser, 2)
	var waiting sync.WaitGroup
	t.Cleanup(waiting.Wait)
	for n := range 2 {
		waiting.Go(func() {
			b, err := p.Acquire(t.Context(), browser.Policy{}, nil)
			if err != nil {
				t.Error(err)
			}
			taken <- b
		})
		eventually(t, "queued", func() bool { return p.Stats().Queued == n+1 })
	}
	total.Store(reserveMemory + 3*browserMemory - 1) // for a second browser, not for a third
	run(t, p)
	second := <-taken
	p.rebalance()
	if got := p.Stats(); got != (Stats{Browsers: 4, Workers: 4, Busy: 2, Working: 2, Queued: 1}) {
		t.Errorf("%+v", got)
	}
	total.Store(reserveMemory)
	first.Close()
	if got := p.Stats(); got != (Stats{Browsers: 4, Workers: 4, Busy: 1, Working: 1, Queued: 1}) {
		t.Errorf("after a slot was given back, but no memory: %+v", got)
	}
	second.Close() // no other browser runs: the next one may start with any memory
	third := <-taken
	if got := p.Stats(); got != (Stats{Browsers: 4, Workers: 4, Busy: 1, Working: 1}) {
		t.Errorf("without memory for a warm browser: %+v", got)
	}
	total.Store(reserveMemory + 2*browserMemory)
	eventually(t, "a warm browser", func() bool { return p.Stats().Warm == 1 })
	third.Close()
}

func TestPool_FullQueueRefusesOnlyOrganizationsThatWaitAlready(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Browsers, o.Queue = 1, 3
	p := newPool(t, o)
	var tickets []*Ticket
	enqueue := func(organization string) error {
		ticket, err := p.Enqueue(organization)
		if err == nil {
			tickets = append(tickets, ticket)
		}
		return err
	}
	for range 4 { // a slot, and the whole queue
		if err := enqueue("crowd"); err != nil {
			t.Fatal(err)
		}
	}
	if err := enqueue("crowd"); !errors.Is(err, ErrQueueFull) {
		t.Errorf("another session of the crowd was not refused: %v", err)
	}
	if err := enqueue("small"); err != nil {
		t.Errorf("the first session of a small organization was refused: %v", err)
	}
	if err := enqueue("small"); !errors.Is(err, ErrQueueFull) {
		t.Errorf("a second session of the small organization was not refused: %v", err)
	}
	if got := p.Stats(); got != (Stats{Browsers: 1, Workers: 1, Busy: 1, Working: 1, Queued: 4, Refused: 2}) {
		t.Errorf("%+v", got)
	}
	if position := tickets[4].position(); position != 1 {
		t.Errorf("the small organization's only session has position %d behind a crowd that was served last", position)
	}
	for _, ticket := range tickets {
		ticket.Cancel()
		ticket.Cancel()
	}
	if got := p.Stats(); got != (Stats{Browsers: 1, Workers: 1, Refused: 2}) {
		t.Errorf("after all were cancelled: %+v", got)
	}
}

func TestTicket_CancelServesTheNext(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Browsers, o.Queue = 1, 3
	p := newPool(t, o)
	first, err := p.Enqueue("a")
	if err != nil {
		t.Fatal(err)
	}
	next, err := p.Enqueue("b")
	if err != nil {
		t.Fatal(err)
	}
	first.Cancel()
	b, err := next.Take(t.Context(), browser.Policy{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	next.Cancel() // taken already: changes nothing
	if got := p.Stats(); got != (Stats{Browsers: 1, Workers: 1, Busy: 1, Working: 1}) {
		t.Errorf("%+v", got)
	}
	b.Close()
	if got := p.Stats(); got != (Stats{Browsers: 1, Workers: 1}) {
		t.Errorf("%+v", got)
	}
}

func TestPool_KeepsBrowsersWarmByDemand(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Browsers, o.Warm = 3, 2
	p := newPool(t, o)
	var now clock
	p.now = now.get
	run(t, p)
	eventually(t, "one warm browser before any demand", func() bool { return p.Stats().Warm == 1 })
	for range 2 {
		ticket, err := p.Enqueue("a")
		if err != nil {
			t.Fatal(err)
		}
		ticket.Cancel()
	}
	eventually(t, "as many warm browsers as sessions came at once", func() bool { return p.Stats() == Stats{Browsers: 3, Workers: 3, Warm: 2} })
	now.advance(10 * peakHalfLife)
	eventually(t, "one warm browser after a quiet time", func() bool { return p.Stats() == Stats{Browsers: 3, Workers: 3, Warm: 1} })
	if entries, err := os.ReadDir(o.Chrome.Dir); len(entries) != 1 || err != nil {
		t.Errorf("%d profiles for one warm browser: %v", len(entries), err)
	}
}
