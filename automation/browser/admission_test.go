package browser

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
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
	o.Slots, o.Spares, o.Line = 4, 1, 10
	p := newPool(t, o)
	total := limit(p)
	first, err := p.Acquire(t.Context(), Policy{}, nil)
	if err != nil {
		t.Fatalf("one may always run: %v", err)
	}
	taken := make(chan *Browser, 2)
	var waiting sync.WaitGroup
	t.Cleanup(waiting.Wait)
	for n := range 2 {
		waiting.Go(func() {
			b, err := p.Acquire(t.Context(), Policy{}, nil)
			if err != nil {
				t.Error(err)
			}
			taken <- b
		})
		eventually(t, "in line", func() bool { return p.Stats().Waiting == n+1 })
	}
	total.Store(reserveMemory + 3*browserMemory - 1) // for a second browser, not for a third
	run(t, p)
	second := <-taken
	p.look()
	if got := p.Stats(); got != (Stats{Slots: 4, Busy: 2, Waiting: 1}) {
		t.Errorf("%+v", got)
	}
	total.Store(reserveMemory)
	first.Close()
	if got := p.Stats(); got != (Stats{Slots: 4, Busy: 1, Waiting: 1}) {
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
	o.Slots, o.Line = 1, 3
	p := newPool(t, o)
	var turns []*Turn
	join := func(owner string) error {
		turn, err := p.Join(owner)
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
	if err := join("crowd"); !errors.Is(err, ErrBusy) {
		t.Errorf("the crowd got one more in: %v", err)
	}
	if err := join("small"); err != nil {
		t.Errorf("one of a small organization was refused: %v", err)
	}
	if err := join("small"); !errors.Is(err, ErrBusy) {
		t.Errorf("a full line took a second one of the small organization: %v", err)
	}
	if got := p.Stats(); got != (Stats{Slots: 1, Busy: 1, Waiting: 4, Refused: 2}) {
		t.Errorf("%+v", got)
	}
	if place := turns[4].place(); place != 1 {
		t.Errorf("the small organization's only session has place %d behind a crowd that was served last", place)
	}
	for _, turn := range turns {
		turn.Leave()
		turn.Leave()
	}
	if got := p.Stats(); got != (Stats{Slots: 1, Refused: 2}) {
		t.Errorf("after all have left: %+v", got)
	}
}

func TestTurnThatIsNotTakenGoesToTheNext(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Slots, o.Line = 1, 3
	p := newPool(t, o)
	given, err := p.Join("a")
	if err != nil {
		t.Fatal(err)
	}
	next, err := p.Join("b")
	if err != nil {
		t.Fatal(err)
	}
	given.Leave()
	b, err := next.Take(t.Context(), Policy{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	next.Leave() // taken: it changes nothing
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
	o.Slots, o.Spares = 3, 2
	p := newPool(t, o)
	var now clock
	p.now = now.get
	run(t, p)
	eventually(t, "one spare before anybody comes", func() bool { return p.Stats().Warm == 1 })
	for range 2 {
		turn, err := p.Join("a")
		if err != nil {
			t.Fatal(err)
		}
		turn.Leave()
	}
	eventually(t, "as many spares as came at once", func() bool { return p.Stats() == Stats{Slots: 3, Warm: 2} })
	now.pass(10 * peakHalf)
	eventually(t, "one spare after a quiet time", func() bool { return p.Stats() == Stats{Slots: 3, Warm: 1} })
	if entries, err := os.ReadDir(o.Chrome.Dir); len(entries) != 1 || err != nil {
		t.Errorf("%d profiles for one spare: %v", len(entries), err)
	}
}
