package pool

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"passage/automation/browser"
	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// Options say how a Pool runs its browsers.
type Options struct {
	Chrome chrome.Options
	Slots  int // processes at most; 0: as many as this machine can run
	Warm   int // of these, warm and unused at most; how many there are is up to recent demand
	Queue  int // how many may wait for a slot; see Join
}

func (o Options) check() error {
	if min(o.Slots, o.Warm, o.Queue) < 0 {
		return errors.New("a browser pool has no negative number of slots, spares or places in line")
	}
	return nil
}

// Pool hands out browsers: a limited number of processes, each used once.
type Pool struct {
	options   Options
	capacity  Capacity
	launcher  *chrome.Launcher
	logger    *slog.Logger
	memory    func() (memory, error)
	now       func() time.Time
	launching chan struct{} // as many as may start at a time
	wake      chan struct{} // to Run: look whether a spare is wanted
	life      context.Context
	end       context.CancelCauseFunc

	mu         sync.Mutex
	used       int                // slots taken, by whom ever
	starting   int                // of these, whose browser does not run yet
	warming    int                // of these, by spares: warm ones and one that starts
	warm       []*browser.Browser // oldest first
	queue      queue
	demand     demand
	launchTime time.Duration  // of the last browser
	refused    int            // sessions that found the line full
	slotsTaken sync.WaitGroup // slots taken; Run waits for them to be given back
	browsers   map[*browser.Browser]struct{}
}

// Stats are a Pool's numbers at one moment; Refused counts from the start.
type Stats struct{ Slots, Busy, Warm, Queued, Refused int }

// New checks the options, and sweeps what an earlier process left in the
// folder of profiles.
func New(o Options) (*Pool, error) {
	if o.Chrome.Logger == nil {
		o.Chrome.Logger = slog.New(slog.DiscardHandler)
	}
	launcher, err := chrome.NewLauncher(o.Chrome)
	if err := errors.Join(err, o.check()); err != nil {
		return nil, fmt.Errorf("set up browsers: %w", err)
	}
	p := &Pool{
		options:   o,
		launcher:  launcher,
		logger:    o.Chrome.Logger,
		now:       time.Now,
		launching: make(chan struct{}, max(1, runtime.GOMAXPROCS(0))),
		wake:      make(chan struct{}, 1),
		browsers:  map[*browser.Browser]struct{}{},
	}
	p.measureCapacity()
	p.life, p.end = context.WithCancelCause(context.Background())
	return p, nil
}

// measureCapacity decides on the number of slots.
func (p *Pool) measureCapacity() {
	found, read, err := measureCapacity(p.options.Slots)
	if err != nil {
		p.logger.Warn("browsers start without regard to memory", "error", err)
	}
	p.capacity, p.memory = found, read
	p.options.Slots = found.Slots
	p.options.Warm = min(p.options.Warm, p.options.Slots)
}

// Capacity says how many browsers may run at once, and why.
func (p *Pool) Capacity() Capacity { return p.capacity }

// Available returns how many bytes of memory are available for browsers, 0
// where the system does not say.
func (p *Pool) Available() uint64 {
	now, err := p.memory()
	if err != nil {
		return 0
	}
	return now.available
}

// Stats returns how many slots there are, how many are in use by sessions, how
// many browsers are warm, how many sessions wait and how many were refused.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Stats{Slots: p.options.Slots, Busy: p.used - p.warming, Warm: len(p.warm), Queued: len(p.queue.tickets), Refused: p.refused}
}

// How often profiles are looked for that no browser owns, and whether memory
// has become available or fewer spares are wanted.
const (
	sweepEvery = 10 * time.Minute
	lookEvery  = time.Second
)

// Run keeps spares warm, serves the line when memory becomes available, and
// sweeps profiles until ctx ends. Then it closes every browser, the lent ones
// too, refuses whoever waits, and returns nil.
func (p *Pool) Run(ctx context.Context) error {
	sweep, look := time.NewTicker(sweepEvery), time.NewTicker(lookEvery)
	defer sweep.Stop()
	defer look.Stop()
	for ctx.Err() == nil {
		p.rebalance()
		if err := p.launchWarm(ctx); err != nil && ctx.Err() == nil {
			p.logger.Error("start a spare browser", "error", err) // tried again at the next occasion
		}
		select {
		case <-ctx.Done():
		case <-p.wake:
		case <-look.C:
		case <-sweep.C:
			p.launcher.SweepProfiles()
		}
	}
	p.close()
	return nil
}

// launch starts a browser in a slot that the caller has taken. Closing the
// browser gives the slot back.
func (p *Pool) launch(ctx context.Context) (*browser.Browser, error) {
	defer p.started()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(p.life, func() { cancel(context.Cause(p.life)) })()
	select {
	case p.launching <- struct{}{}:
		defer func() { <-p.launching }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	begun := p.now()
	b, err := browser.Launch(ctx, p.launcher)
	if err != nil {
		return nil, err
	}
	b.OnClose(func() {
		p.forget(b)
		p.releaseSlot()
	})
	p.mu.Lock()
	p.browsers[b] = struct{}{}
	p.launchTime = p.now().Sub(begun)
	ended := p.life.Err() != nil // shut has not seen this one
	p.mu.Unlock()
	if ended {
		b.Discard()
		p.forget(b)
		return nil, context.Cause(p.life)
	}
	return b, nil
}

// forget drops a browser that has been closed.
func (p *Pool) forget(b *browser.Browser) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.browsers, b)
}

// close closes everything and waits until every slot is given back.
func (p *Pool) close() {
	p.mu.Lock()
	p.end(outcome.New(outcome.ConnectionFailed, "the browsers are being shut down"))
	browsers := make([]*browser.Browser, 0, len(p.browsers))
	for b := range p.browsers {
		browsers = append(browsers, b)
	}
	p.warm = nil
	p.mu.Unlock()
	var closing sync.WaitGroup
	for _, b := range browsers {
		closing.Go(b.Close)
	}
	closing.Wait()
	p.slotsTaken.Wait()
}
