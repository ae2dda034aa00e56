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

// Options configure a Pool.
type Options struct {
	Chrome   chrome.Options
	Browsers int // how many browsers may run at once; 0: as many as the memory holds
	Workers  int // how many sessions may work at once; 0: as many as the cores do, found by measuring
	Warm     int // how many browsers may run unused, ahead of demand
	Queue    int // how many sessions may wait for a browser; see Enqueue
}

func (o Options) check() error {
	if min(o.Browsers, o.Workers, o.Warm, o.Queue) < 0 {
		return errors.New("a browser pool cannot have a negative number of browsers, workers, warm browsers or queued sessions")
	}
	return nil
}

// Pool hands out browsers, each to one session. Two resources limit it: memory
// limits how many browsers run, and cores limit how many sessions work. A session
// that waits for its user keeps its browser and lets others work; see Pause.
type Pool struct {
	options   Options
	capacity  Capacity
	maxMemory uint64 // see endOversized
	launcher  *chrome.Launcher
	logger    *slog.Logger
	memory    func() (memory, error)
	now       func() time.Time
	launching chan struct{} // as many as may start at a time
	wake      chan struct{} // tells Run to check whether a warm browser is wanted
	life      context.Context
	end       context.CancelCauseFunc

	mu         sync.Mutex
	used       int // slots for browsers that are taken
	starting   int // of these, slots whose browser does not run yet
	warming    int // of these, slots of warm browsers and of one that starts
	workers    workers
	warm       []*browser.Browser // oldest first
	queue      queue
	demand     demand
	launchTime time.Duration  // of the last browser
	refused    int            // sessions that found the queue full
	slotsTaken sync.WaitGroup // Run waits until all are given back
	browsers   map[*browser.Browser]*holder
}

// New checks the options, reports every error in them, and removes the profiles
// that an earlier process left behind.
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
		browsers:  map[*browser.Browser]*holder{},
	}
	p.measureCapacity()
	p.life, p.end = context.WithCancelCause(context.Background())
	return p, nil
}

// measureCapacity decides on the numbers of browsers and workers.
func (p *Pool) measureCapacity() {
	capacity, read, err := measureCapacity(p.options.Browsers, p.options.Workers)
	if err != nil {
		p.logger.Warn("browsers start without regard to memory", "error", err)
	}
	p.capacity, p.memory, p.maxMemory = capacity, read, capacity.browserLimit()
	p.options.Browsers = capacity.Browsers
	p.options.Warm = min(p.options.Warm, p.options.Browsers)
	p.workers = newWorkers(capacity)
}

// Capacity says how many browsers may run and how many sessions may work at once,
// and why.
func (p *Pool) Capacity() Capacity { return p.capacity }

// AvailableMemory returns how many bytes of memory are available for browsers,
// or 0 if the system does not say.
func (p *Pool) AvailableMemory() uint64 {
	now, err := p.memory()
	if err != nil {
		return 0
	}
	return now.available
}

// Stats are a Pool's numbers at one moment.
type Stats struct {
	Browsers int // how many browsers may run at once
	Workers  int // how many sessions may work at once
	Busy     int // browsers that serve a session, or start for one
	Working  int // sessions that work; the other busy browsers wait for their users
	Warm     int // browsers that run and serve nobody yet
	Queued   int // sessions that wait for a browser, or to go on after an answer
	Refused  int // sessions that found the queue full, since New
}

// Stats returns the present numbers.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Stats{Browsers: p.options.Browsers, Workers: p.workers.limit, Busy: p.used - p.warming, Working: p.workers.busy,
		Warm: len(p.warm), Queued: len(p.queue.tickets) + len(p.workers.returning), Refused: p.refused}
}

// How often Run removes profiles that no browser uses, and how often it checks
// whether memory has become available, fewer warm browsers are wanted, or a browser
// holds too much.
const (
	sweepEvery     = 10 * time.Minute
	rebalanceEvery = time.Second
)

// Run keeps browsers warm, serves the queue when memory becomes available, and
// removes leftover profiles, until ctx ends. Then it closes every browser,
// those in use too, refuses the queued sessions, and returns nil.
func (p *Pool) Run(ctx context.Context) error {
	sweep, rebalance := time.NewTicker(sweepEvery), time.NewTicker(rebalanceEvery)
	defer sweep.Stop()
	defer rebalance.Stop()
	for ctx.Err() == nil {
		p.rebalance()
		if err := p.launchWarm(ctx); err != nil && ctx.Err() == nil {
			p.logger.Error("start a warm browser", "error", err) // the next round tries again
		}
		select {
		case <-ctx.Done():
		case <-p.wake:
		case <-rebalance.C:
			p.endOversized()
		case <-sweep.C:
			p.launcher.SweepProfiles()
		}
	}
	p.close()
	return nil
}

// close closes every browser and waits until every slot is given back.
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
