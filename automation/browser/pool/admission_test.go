package pool

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"passage/automation/browser"
)

// limit gives a pool only so much memory, of which every browser that runs
// holds what it is reckoned at. Who asks holds p.mu.
func limit(p *Pool) (total *atomic.Uint64) {
	total = &atomic.Uint64{}
	p.memory = func() (memory, error) {
		held := uint64(p.used-p.starting) * browserMemory
		return memory{total.Load(), total.Load() - min(total.Load(), held)}, nil
	}
	return total
}

func TestBrowserStartsOnlyWhereMemoryIsLeft(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Slots, o.Warm, o.Queue = 4, 1, 10
	p := newPool(t, o)
	total := limit(p)
	first, err := p.Acquire(t.Context(), browser.Policy{}, nil)
	if err != nil {
		t.Fatalf("one may always run: %v", err)
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
		eventually(t, "in line", func() bool { return p.Stats().Queued == n+1 })
	}
	total.Store(reserveMemory + 3*browserMemory - 1) // for a second browser, not for a third
	run(t, p)
	second := <-taken
	p.rebalance()
	if got := p.Stats(); got != (Stats{Slots: 4, Busy: 2, Queued: 1}) {
		t.Errorf("%+v", got)
	}
	total.Store(reserveMemory)
	first.Close()
	if got := p.Stats(); got != (Stats{Slots: 4, Busy: 1, Queued: 1}) {
		t.Errorf("a slot was given back, but no memory: %+v", got)
	}
	second.Close() // the last one: the next may run whatever is available
	third := <-taken
	if got := p.Stats(); got != (Stats{Slots: 4, Busy: 1}) {
		t.Errorf("no memory is left for a spare: %+v", got)
	}
	total.Store(reserveMemory + 2*browserMemory)
	eventually(t, "a spare", func() bool { return p.Stats().Warm == 1 })
	third.Close()
}

func TestFullLineTurnsAwayTheCrowdAndNobodyElse(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Slots, o.Queue = 1, 3
	p := newPool(t, o)
	var turns []*Ticket
	join := func(owner string) error {
		turn, err := p.Enqueue(owner)
		if err == nil {
			turns = append(turns, turn)
		}
		return err
	}
	for range 4 { // a slot, and the whole line
		if err := join("crowd"); err != nil {
			t.Fatal(err)
		}
	}
	if err := join("crowd"); !errors.Is(err, ErrQueueFull) {
		t.Errorf("the crowd got one more in: %v", err)
	}
	if err := join("small"); err != nil {
		t.Errorf("one of a small organization was refused: %v", err)
	}
	if err := join("small"); !errors.Is(err, ErrQueueFull) {
		t.Errorf("a full line took a second one of the small organization: %v", err)
	}
	if got := p.Stats(); got != (Stats{Slots: 1, Busy: 1, Queued: 4, Refused: 2}) {
		t.Errorf("%+v", got)
	}
	if place := turns[4].position(); place != 1 {
		t.Errorf("the small organization's only session has place %d behind a crowd that was served last", place)
	}
	for _, turn := range turns {
		turn.Cancel()
		turn.Cancel()
	}
	if got := p.Stats(); got != (Stats{Slots: 1, Refused: 2}) {
		t.Errorf("after all have left: %+v", got)
	}
}

func TestTurnThatIsNotTakenGoesToTheNext(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Slots, o.Queue = 1, 3
	p := newPool(t, o)
	given, err := p.Enqueue("a")
	if err != nil {
		t.Fatal(err)
	}
	next, err := p.Enqueue("b")
	if err != nil {
		t.Fatal(err)
	}
	given.Cancel()
	b, err := next.Take(t.Context(), browser.Policy{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	next.Cancel() // taken: it changes nothing
	if got := p.Stats(); got != (Stats{Slots: 1, Busy: 1}) {
		t.Errorf("%+v", got)
	}
	b.Close()
	if got := p.Stats(); got != (Stats{Slots: 1}) {
		t.Errorf("%+v", got)
	}
}

func TestSparesComeWithDemandAndGo(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Slots, o.Warm = 3, 2
	p := newPool(t, o)
	var now clock
	p.now = now.get
	run(t, p)
	eventually(t, "one spare before anybody comes", func() bool { return p.Stats().Warm == 1 })
	for range 2 {
		turn, err := p.Enqueue("a")
		if err != nil {
			t.Fatal(err)
		}
		turn.Cancel()
	}
	eventually(t, "as many spares as came at once", func() bool { return p.Stats() == Stats{Slots: 3, Warm: 2} })
	now.pass(10 * peakHalfLife)
	eventually(t, "one spare after a quiet time", func() bool { return p.Stats() == Stats{Slots: 3, Warm: 1} })
	if entries, err := os.ReadDir(o.Chrome.Dir); len(entries) != 1 || err != nil {
		t.Errorf("%d profiles for one spare: %v", len(entries), err)
	}
}
