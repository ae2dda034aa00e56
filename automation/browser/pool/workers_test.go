package pool

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"passage/automation/browser"
)

// acquire takes a browser in the background.
func acquire(t *testing.T, p *Pool, organization string) <-chan *browser.Browser {
	t.Helper()
	ticket, err := p.Enqueue(organization)
	if err != nil {
		t.Fatal(err)
	}
	taken := make(chan *browser.Browser, 1)
	go func() {
		b, err := ticket.Take(context.WithoutCancel(t.Context()), browser.Policy{}, nil)
		if err != nil {
			t.Error(err)
		}
		taken <- b
	}()
	return taken
}

func TestPause_LetsOthersWork(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Browsers, o.Workers, o.Queue = 3, 1, 10
	p := newPool(t, o)
	run(t, p)
	first := <-acquire(t, p, "a")
	second, third := acquire(t, p, "a"), acquire(t, p, "a")
	if got := p.Stats(); got != (Stats{Browsers: 3, Workers: 1, Busy: 1, Working: 1, Queued: 2}) {
		t.Fatalf("while one works: %+v", got)
	}
	p.Pause(first, nil)
	next := <-second
	if got := p.Stats(); got != (Stats{Browsers: 3, Workers: 1, Busy: 2, Working: 1, Queued: 1}) {
		t.Fatalf("while one waits for its user: %+v", got)
	}
	resumed := make(chan error, 1)
	go func() { resumed <- p.Resume(context.WithoutCancel(t.Context()), first) }()
	eventually(t, "an answer waits", func() bool { return p.Stats().Queued == 2 })
	next.Close()
	if err := <-resumed; err != nil {
		t.Fatal(err)
	}
	select {
	case <-third:
		t.Fatal("a newcomer came before the one with an answer")
	default:
	}
	first.Close()
	last := <-third
	p.Pause(last, nil)
	last.Close()
	eventually(t, "nobody works", func() bool { s := p.Stats(); return s.Working == 0 && s.Busy == 0 })
}

func TestResume_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Browsers, o.Workers, o.Queue = 2, 1, 10
	p := newPool(t, o)
	run(t, p)
	first := <-acquire(t, p, "a")
	p.Pause(first, nil)
	second := <-acquire(t, p, "b")
	ended, end := context.WithCancelCause(t.Context())
	cause := errors.New("the session ended")
	end(cause)
	if err := p.Resume(ended, first); !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
	first.Close()
	second.Close()
	if got := p.Stats(); got.Working != 0 || got.Queued != 0 {
		t.Errorf("%+v", got)
	}
}

// Of those who wait, the one who has kept a browser for longest is asked, of the
// organization that keeps most.
func TestPool_HurriesTheLongestPause(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Browsers, o.Workers, o.Queue = 3, 3, 10
	p := newPool(t, o) // without Run, which would ask too
	hurried := make(chan string, 3)
	now := time.Now()
	p.mu.Lock()
	p.now = func() time.Time { return now }
	p.mu.Unlock()
	pause := func(b *browser.Browser, name string, ago time.Duration) {
		p.mu.Lock()
		p.now = func() time.Time { return now.Add(-ago) }
		p.mu.Unlock()
		p.Pause(b, func() { hurried <- name })
	}
	pause(<-acquire(t, p, "small"), "small", 9*time.Minute)
	pause(<-acquire(t, p, "large"), "large, later", 2*time.Minute)
	pause(<-acquire(t, p, "large"), "large, first", 3*time.Minute)
	p.mu.Lock()
	p.now = func() time.Time { return now }
	p.hurryLongestPause()
	p.mu.Unlock()
	if len(hurried) > 0 {
		t.Error("a user is asked though nobody waits")
	}
	waiting := acquire(t, p, "new")
	for _, want := range []string{"large, first", "large, later", "small"} {
		p.mu.Lock()
		p.hurryLongestPause()
		p.mu.Unlock()
		if got := <-hurried; got != want {
			t.Errorf("%s is asked, want %s", got, want)
		}
	}
	p.mu.Lock()
	held := slices.Collect(maps.Keys(p.browsers))
	p.mu.Unlock()
	for _, b := range held {
		b.Close()
	}
	(<-waiting).Close()
}

func TestWorkers_FollowTheProcessor(t *testing.T) {
	t.Parallel()
	w := newWorkers(Capacity{Workers: 4, Browsers: 9})
	if share, ok := w.processor.share(); ok {
		t.Errorf("%v without an earlier measurement", share)
	}
	fixed := newWorkers(Capacity{Workers: 4, Browsers: 9, workersSet: true})
	fixed.measure(true)
	if fixed.limit != 4 || w.most != 9 {
		t.Errorf("%+v, %+v", fixed, w)
	}
}
