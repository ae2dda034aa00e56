package automation

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"passage/automation/browser/pool"
	"passage/automation/catalog"
	"passage/automation/outcome"
	"passage/automation/resources"
	"passage/db"
)

// Limits bound a session in time, whatever the user's browser does.
type Limits struct {
	Idle     time.Duration // waiting for an answer of the user
	Absolute time.Duration // from the claim to the end
	Grace    time.Duration // reaching a safe point, once a session has to stop
}

// DefaultLimits returns the limits that a server has unless it is told otherwise.
func DefaultLimits() Limits {
	return Limits{Idle: 10 * time.Minute, Absolute: 20 * time.Minute, Grace: 20 * time.Second}
}

// Options are what a Runner needs.
type Options struct {
	DB        *db.DB
	Pool      *pool.Pool
	Catalog   *catalog.Catalog
	Resources *resources.Set
	Logger    *slog.Logger
	Limits    Limits
}

// Runner runs the sessions that were claimed in this process.
type Runner struct {
	Limits Limits // may be changed before Run

	db        *db.DB
	pool      *pool.Pool
	catalog   *catalog.Catalog
	resources *resources.Set
	logger    *slog.Logger
	node      string // identifies this process; its sessions bear the name

	mu       sync.Mutex
	sessions map[string]*session
	stopping bool
	halt     chan struct{}  // closed once stopping is set
	running  sync.WaitGroup // every session's goroutine
}

// NewRunner makes a Runner. It takes claims at once, and Run keeps its sessions
// alive.
func NewRunner(o Options) *Runner {
	return &Runner{
		Limits: o.Limits,
		db:     o.DB, pool: o.Pool, catalog: o.Catalog, resources: o.Resources, logger: o.Logger,
		node:     "node_" + rand.Text(),
		sessions: map[string]*session{},
		halt:     make(chan struct{}),
	}
}

// sweepEvery is how often lost sessions and expired links are looked for.
const sweepEvery = time.Second

// Run fails the sessions that an earlier process left behind. Then it renews the
// leases of its own, fails sessions whose lease has run out and expires links,
// until the context ends. It returns once every session has ended: they get
// Limits.Grace to reach a safe point.
func (r *Runner) Run(ctx context.Context) error {
	// Even if the context has ended already: nobody else fails those sessions.
	lost, err := r.db.FailOrphans(context.WithoutCancel(ctx), r.node)
	if err != nil {
		return fmt.Errorf("fail the sessions of an earlier process: %w", err)
	}
	if lost > 0 {
		r.logger.Warn("failed the sessions of an earlier process", "sessions", lost)
	}
	r.loop(ctx)
	r.drain()
	return nil
}

func (r *Runner) loop(ctx context.Context) {
	renew, sweep := time.NewTicker(db.RenewInterval), time.NewTicker(sweepEvery)
	defer renew.Stop()
	defer sweep.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-renew.C:
			err = r.db.RenewLeases(ctx, r.node)
		case <-sweep.C:
			err = r.sweep(ctx)
		}
		if err != nil && ctx.Err() == nil {
			r.logger.Error("sessions could not be kept alive", "error", err)
		}
	}
}

func (r *Runner) sweep(ctx context.Context) error {
	lost, err := r.db.FailLost(ctx)
	if err != nil {
		return err
	}
	if lost > 0 {
		r.logger.Warn("failed sessions whose lease ran out", "sessions", lost)
		r.abandonEnded(ctx)
	}
	_, err = r.db.ExpireLinks(ctx)
	return err
}

// abandonEnded stops working on sessions that have ended in the database without
// this process. That happens to a process that was frozen for longer than its
// leases last.
func (r *Runner) abandonEnded(ctx context.Context) {
	for _, s := range r.all() {
		stored, _, err := r.db.Session(ctx, s.lease.SessionID)
		if err == nil && stored.Status.Ended() {
			s.cancel(db.ErrStale)
		}
	}
}

// drain stops every session at its next safe point and waits for all of them. It
// renews their leases meanwhile.
func (r *Runner) drain() {
	r.mu.Lock()
	r.stopping = true
	close(r.halt)
	r.mu.Unlock()
	for _, s := range r.all() {
		s.stopAtSafePoint(errStopped())
	}
	done := make(chan struct{})
	go func() { r.running.Wait(); close(done) }()
	renew := time.NewTicker(db.RenewInterval)
	defer renew.Stop()
	for {
		select {
		case <-done:
			return
		case <-renew.C:
			if err := r.db.RenewLeases(context.Background(), r.node); err != nil {
				r.logger.Error("sessions could not be kept alive", "error", err)
			}
		}
	}
}

// errStopped is how a session ends when the server stops.
func errStopped() error { return outcome.New(outcome.WorkerLost, "the server was stopped") }

func (r *Runner) all() []*session {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]*session, 0, len(r.sessions))
	for _, s := range r.sessions {
		all = append(all, s)
	}
	return all
}

func (r *Runner) find(sessionID string) (*session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.sessions[sessionID]
	if !ok {
		return nil, ErrNotRunning
	}
	return s, nil
}

// Ready reports whether new sessions can be started; ErrStopping if not.
func (r *Runner) Ready() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopping {
		return ErrStopping
	}
	return nil
}

// CancelLink ends a link for its merchant. A session that is running is stopped
// at its next safe point, and CancelLink waits for that. db.ErrComplete and
// db.ErrExpired say that the link had ended already, or ended first.
func (r *Runner) CancelLink(ctx context.Context, link *db.Link) error {
	s, err := r.find(link.CurrentSessionID)
	if errors.Is(err, ErrNotRunning) || link.Status != db.LinkActive {
		return r.db.CancelLink(ctx, link.OrganizationID, link.ID)
	}
	s.stop(outcome.New(outcome.LinkCancelled, "the merchant cancelled"))
	select {
	case <-s.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	// The session may have come to another end first: a complete link stays
	// complete, and a failed one still has to be ended.
	err = r.db.CancelLink(ctx, link.OrganizationID, link.ID)
	if errors.Is(err, db.ErrExpired) {
		return nil
	}
	return err
}
