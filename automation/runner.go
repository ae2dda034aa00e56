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
	"passage/automation/prompt"
	"passage/automation/resources"
	"passage/automation/script"
	"passage/db"
)

// Limits bound a session in time, whatever the person's browser does.
type Limits struct {
	Idle     time.Duration // for an answer of the person
	Absolute time.Duration // from the claim to the end
	Grace    time.Duration // for a safe point, once a session has to stop
}

// DefaultLimits are those of the design.
func DefaultLimits() Limits {
	return Limits{Idle: 10 * time.Minute, Absolute: 20 * time.Minute, Grace: 20 * time.Second}
}

// DefaultRetention is how long results and recordings are kept.
func DefaultRetention() db.Retention {
	return db.Retention{Results: 30 * 24 * time.Hour, Recordings: 14 * 24 * time.Hour}
}

// Options are what a Runner needs.
type Options struct {
	DB        *db.DB
	Pool      *pool.Pool
	Catalog   *catalog.Catalog
	Resources *resources.Set
	Logger    *slog.Logger
	Limits    Limits
	Retention db.Retention
}

// Runner runs the sessions that were claimed in this process.
type Runner struct {
	Options
	boot string // names this process; it owns the sessions

	mu       sync.Mutex
	sessions map[string]*session
	stopping bool
	halt     chan struct{}  // closed once stopping is set
	running  sync.WaitGroup // every session's goroutine
}

// NewRunner makes a Runner; Run makes it work.
func NewRunner(options Options) *Runner {
	return &Runner{Options: options, boot: "boot_" + rand.Text(), sessions: map[string]*session{},
		halt: make(chan struct{})}
}

// How often the loops look.
const (
	sweepEvery  = time.Second
	retainEvery = time.Hour
)

// Run fails what an earlier process left behind, then keeps the leases alive
// and sweeps until the context ends. It returns once every session has ended:
// the running ones get Limits.Grace to reach a safe point.
func (r *Runner) Run(ctx context.Context) error {
	// Even if the stop comes at once: nobody else ends those sessions.
	lost, err := r.DB.FailOrphans(context.WithoutCancel(ctx), r.boot)
	if err != nil {
		return fmt.Errorf("take over: %w", err)
	}
	if lost > 0 {
		r.Logger.Warn("failed sessions of a process that is gone", "sessions", lost)
	}
	r.loop(ctx)
	r.drain()
	return nil
}

func (r *Runner) loop(ctx context.Context) {
	renew, sweep, retain := time.NewTicker(db.RenewInterval), time.NewTicker(sweepEvery), time.NewTicker(retainEvery)
	defer renew.Stop()
	defer sweep.Stop()
	defer retain.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-renew.C:
			err = r.DB.RenewLeases(ctx, r.boot)
		case <-sweep.C:
			err = r.sweep(ctx)
		case <-retain.C:
			err = r.DB.DestroyOld(ctx, r.Retention)
		}
		if err != nil && ctx.Err() == nil {
			r.Logger.Error("keep sessions", "error", err)
		}
	}
}

func (r *Runner) sweep(ctx context.Context) error {
	lost, err := r.DB.FailLost(ctx)
	if err != nil {
		return err
	}
	if lost > 0 {
		r.Logger.Warn("failed sessions whose lease ran out", "sessions", lost)
		r.dropEnded(ctx)
	}
	_, err = r.DB.ExpireLinks(ctx)
	return err
}

// dropEnded ends the work on sessions that somebody else has ended, as happens
// to a process that was frozen for longer than its leases hold.
func (r *Runner) dropEnded(ctx context.Context) {
	for _, s := range r.all() {
		stored, _, err := r.DB.Session(ctx, s.lease.SessionID)
		if err == nil && stored.Status.Ended() {
			s.cancel(db.ErrStale)
		}
	}
}

// drain stops every session at its next safe point and waits for all, keeping
// their leases meanwhile.
func (r *Runner) drain() {
	r.mu.Lock()
	r.stopping = true
	close(r.halt)
	r.mu.Unlock()
	for _, s := range r.all() {
		s.stopSoon(outcome.New(outcome.WorkerLost, "the server was stopped"))
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
			if err := r.DB.RenewLeases(context.Background(), r.boot); err != nil {
				r.Logger.Error("keep sessions", "error", err)
			}
		}
	}
}

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
		return nil, ErrElsewhere
	}
	return s, nil
}

// Ready reports whether new sessions are taken.
func (r *Runner) Ready() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopping {
		return ErrStopping
	}
	return nil
}

// Claim is a person's decision to let a link be worked on.
type Claim struct {
	Code    string
	Browser string // the id of the person's browser; empty for a claim through the API
	Consent db.Consent
}

// Claim claims the link and starts its session, which begins by waiting for
// credentials. Of any number of concurrent claims exactly one succeeds; the
// errors are those of db.ClaimLink, ErrUnknownIntegration and ErrStopping.
func (r *Runner) Claim(ctx context.Context, claim Claim) (db.Claimed, error) {
	link, err := r.DB.LinkByCode(ctx, claim.Code)
	if err != nil {
		return db.Claimed{}, err
	}
	integration, ok := r.Catalog.Get(link.IntegrationID)
	if !ok {
		return db.Claimed{}, catalog.ErrUnknown
	}
	asked := prompt.Prompt{Kind: prompt.Credentials, Fields: integration.Credentials}
	question, err := newPrompt(asked)
	if err != nil {
		return db.Claimed{}, err
	}
	if err := r.enter(); err != nil {
		return db.Claimed{}, err
	}
	claimed, err := r.DB.ClaimLink(ctx, db.Claim{Code: claim.Code, Node: r.boot, Visitor: claim.Browser,
		Consent: claim.Consent, Prompt: question,
		Script: db.Script{Hash: integration.Hash, IntegrationID: integration.ID, Source: string(integration.Source)}})
	if err != nil {
		r.running.Done()
		return db.Claimed{}, err
	}
	r.start(claimed, integration, asked)
	return claimed, nil
}

// enter reserves a place among the running sessions, unless the server stops.
func (r *Runner) enter() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopping {
		return ErrStopping
	}
	r.running.Add(1)
	return nil
}

func (r *Runner) start(claimed db.Claimed, integration *script.Integration, asked prompt.Prompt) {
	s := newSession(r, claimed, integration, asked)
	r.mu.Lock()
	r.sessions[s.lease.SessionID] = s
	stopping := r.stopping
	r.mu.Unlock()
	if stopping { // drain has passed by between enter and here
		s.stopSoon(outcome.New(outcome.WorkerLost, "the server was stopped"))
	}
	go func() {
		defer r.running.Done()
		s.run()
		r.mu.Lock()
		delete(r.sessions, s.lease.SessionID)
		r.mu.Unlock()
		close(s.done)
	}()
}

// CancelLink ends a link for its merchant. A session at work is stopped at its
// next safe point, for which this waits as long as Limits.Grace. db.ErrComplete
// and db.ErrExpired say that the link had ended already; ErrComplete also that
// its last operation was not to be stopped any more.
func (r *Runner) CancelLink(ctx context.Context, link *db.Link) error {
	s, err := r.find(link.CurrentSessionID)
	if errors.Is(err, ErrElsewhere) || link.Status != db.LinkActive {
		return r.DB.CancelLink(ctx, link.OrganizationID, link.ID)
	}
	s.stop(outcome.New(outcome.LinkCancelled, "the merchant cancelled"))
	select {
	case <-s.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	// The session may have come to another end first: complete, which stands,
	// or failed, which leaves the link to be ended.
	err = r.DB.CancelLink(ctx, link.OrganizationID, link.ID)
	if errors.Is(err, db.ErrExpired) {
		return nil
	}
	return err
}
