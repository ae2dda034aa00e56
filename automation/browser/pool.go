package browser

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"passage/automation/outcome"
)

// Options say how a Pool runs its browsers.
type Options struct {
	Path      string       // the browser's program; "" looks for one (see Find)
	NoSandbox bool         // run without Chromium's sandbox, as root must
	Headful   bool         // show windows: for a person who watches a script that is being written
	Dir       string       // profiles live in it, one folder per process; everything of ours in it is swept at start
	Slots     int          // processes at most
	Spares    int          // of these, warm and unused
	Line      int          // how many may wait for a slot
	Forbidden []string     // host:port of our own listeners
	Logger    *slog.Logger // nil: none
}

// check reports every fault at once, and fills in what may be left out.
func (o *Options) check() (forbidden, error) {
	var faults []error
	faults = append(faults, o.find())
	if o.Slots < 1 || o.Spares < 0 || o.Line < 0 {
		faults = append(faults, errors.New("a browser pool needs at least one slot, and no negative number of spares or places in line"))
	}
	o.Spares = min(o.Spares, o.Slots)
	if os.Geteuid() == 0 && !o.NoSandbox {
		faults = append(faults, errors.New("Chromium's sandbox does not run as root: run as a normal user, or set PASSAGE_BROWSER_NO_SANDBOX=1")) //nolint:staticcheck // a name
	}
	own, err := parseForbidden(o.Forbidden)
	faults = append(faults, err)
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		faults = append(faults, fmt.Errorf("make profile folder: %w", err))
	}
	o.Dir, err = filepath.Abs(o.Dir) // the browser runs in its profile
	faults = append(faults, err)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return own, errors.Join(faults...)
}

// ErrBusy means that every slot is taken and the line is full.
var ErrBusy = errors.New("every browser is busy and the line is full")

// Pool hands out browsers: a limited number of processes, each used once.
type Pool struct {
	options   Options
	forbidden forbidden
	launching chan struct{} // as many as may start at a time
	wake      chan struct{} // to Run: look whether a spare is wanted
	life      context.Context
	end       context.CancelCauseFunc

	mu       sync.Mutex
	used     int        // slots taken, by whom ever
	spares   int        // of these, by spares: warm ones and one that starts
	warm     []*Browser // oldest first
	line     []*waiter  // first come, first served
	profiles map[string]struct{}
	open     sync.WaitGroup // slots taken; Run waits for them to be given back
	browsers map[*Browser]struct{}
}

// Stats are a Pool's numbers at one moment.
type Stats struct{ Slots, Busy, Warm, Waiting int }

// NewPool checks the options, and sweeps what an earlier process left in Dir.
func NewPool(o Options) (*Pool, error) {
	own, err := o.check()
	if err != nil {
		return nil, fmt.Errorf("set up browsers: %w", err)
	}
	if o.NoSandbox {
		o.Logger.Warn("browsers run without a sandbox: a hostile site could take over this process's user")
	}
	p := &Pool{
		options:   o,
		forbidden: own,
		launching: make(chan struct{}, max(1, runtime.NumCPU())),
		wake:      make(chan struct{}, 1),
		profiles:  map[string]struct{}{},
		browsers:  map[*Browser]struct{}{},
	}
	p.life, p.end = context.WithCancelCause(context.Background())
	p.sweep()
	return p, nil
}

// Stats returns how many slots there are, how many are in use by sessions, how
// many browsers are warm, and how many sessions wait.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Stats{Slots: p.options.Slots, Busy: p.used - p.spares, Warm: len(p.warm), Waiting: len(p.line)}
}

// sweepEvery is how often profiles are looked for that no browser owns.
const sweepEvery = 10 * time.Minute

// Run keeps spares warm and sweeps profiles until ctx ends. Then it closes
// every browser, the lent ones too, refuses whoever waits, and returns nil.
func (p *Pool) Run(ctx context.Context) error {
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	for ctx.Err() == nil {
		if err := p.fill(ctx); err != nil && ctx.Err() == nil {
			p.options.Logger.Error("start a spare browser", "error", err) // tried again at the next occasion
		}
		select {
		case <-ctx.Done():
		case <-p.wake:
		case <-sweep.C:
			p.sweep()
		}
	}
	p.shut()
	return nil
}

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

func (p *Pool) takeSpareSlot() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.life.Err() != nil || p.spares >= p.options.Spares || p.used >= p.options.Slots {
		return false
	}
	p.take()
	p.spares++
	return true
}

// take takes a free slot; p.mu is held.
func (p *Pool) take() {
	p.used++
	p.open.Add(1)
}

// release gives a slot to the first in line, or back.
func (p *Pool) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if next := p.next(); next != nil {
		next.turn <- nil
		return
	}
	p.used--
	p.open.Done()
	p.nudge()
}

// nudge has Run look again.
func (p *Pool) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// offer gives a new spare to the first in line, or keeps it warm.
func (p *Pool) offer(b *Browser) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if next := p.next(); next != nil {
		p.spares--
		next.turn <- b
		return
	}
	p.warm = append(p.warm, b)
}

// launch starts a browser in a slot that the caller has taken. Closing the
// browser gives the slot back.
func (p *Pool) launch(ctx context.Context) (*Browser, error) {
	ctx, cancel := merge(ctx, p.life)
	defer cancel()
	select {
	case p.launching <- struct{}{}:
		defer func() { <-p.launching }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	profile, err := p.newProfile()
	if err != nil {
		return nil, err
	}
	b, err := launch(ctx, p.options, p.forbidden, profile)
	if err != nil {
		p.dropProfile(profile)
		return nil, err
	}
	b.release = func() {
		p.forget(b)
		p.release()
	}
	p.mu.Lock()
	p.browsers[b] = struct{}{}
	ended := p.life.Err() != nil // shut has not seen this one
	p.mu.Unlock()
	if ended {
		b.retire()
		p.forget(b)
		return nil, context.Cause(p.life)
	}
	return b, nil
}

// forget drops a browser that has been closed.
func (p *Pool) forget(b *Browser) {
	p.dropProfile(b.profile)
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.browsers, b)
}

const profilePrefix = "browser-"

func (p *Pool) newProfile() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	dir, err := os.MkdirTemp(p.options.Dir, profilePrefix)
	if err != nil {
		return "", fmt.Errorf("make profile: %w", err)
	}
	p.profiles[filepath.Base(dir)] = struct{}{}
	return dir, nil
}

func (p *Pool) dropProfile(dir string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.profiles, filepath.Base(dir))
}

// sweep removes the profiles that no browser of ours owns.
func (p *Pool) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	entries, err := os.ReadDir(p.options.Dir)
	if err != nil {
		p.options.Logger.Error("sweep profiles", "error", err)
		return
	}
	for _, entry := range entries {
		if _, owned := p.profiles[entry.Name()]; owned || !strings.HasPrefix(entry.Name(), profilePrefix) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(p.options.Dir, entry.Name())); err != nil {
			p.options.Logger.Error("sweep profile", "error", err)
		}
	}
}

// shut closes everything and waits until every slot is given back.
func (p *Pool) shut() {
	p.mu.Lock()
	p.end(outcome.New(outcome.ConnectionFailed, "the browsers are being shut down"))
	browsers := make([]*Browser, 0, len(p.browsers))
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
	p.open.Wait()
}
