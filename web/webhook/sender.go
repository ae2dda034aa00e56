package webhook

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"passage/db"
)

const (
	attemptTimeout = 10 * time.Second // from dialing to the end of the reply
	leaseDuration  = 30 * time.Second // longer than an attempt and the wait for a worker before it
	batchSize      = 32               // deliveries that are leased in one transaction
	// maxWait bounds how long the loop trusts its timer: writes of another process
	// on the same database notify nobody here.
	maxWait = time.Minute
	// retryDatabase is the wait after the database failed.
	retryDatabase = 5 * time.Second
)

// Options are what a Sender needs. It takes the time from the database.
type Options struct {
	DB     *db.DB
	Allow  Allow // the zero value allows public addresses over https only
	Logger *slog.Logger
	// Dial replaces the network in tests, and with it the checks of Allow.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Sender delivers webhooks. Several Senders may share one database.
type Sender struct {
	db             *db.DB
	logger         *slog.Logger
	secure         *http.Client // for https
	plain          *http.Client // for http
	attemptTimeout time.Duration
	recorded       chan struct{} // receives after each recorded attempt: the next due time may have changed
}

// New makes a Sender; Run starts it.
func New(options Options) *Sender {
	secure := options.Allow.dialer(net.DefaultResolver, options.Allow.checkSecure)
	plain := options.Allow.dialer(net.DefaultResolver, options.Allow.checkPlain)
	if options.Dial != nil {
		secure, plain = options.Dial, options.Dial
	}
	return &Sender{
		db:             options.DB,
		logger:         options.Logger,
		secure:         newClient(secure),
		plain:          newClient(plain),
		attemptTimeout: attemptTimeout,
		recorded:       make(chan struct{}, 1),
	}
}

// Run delivers what is due until the context ends. It then waits for the attempts
// that have begun, about ten seconds at most, and returns nil. It logs errors of
// the database and continues.
func (s *Sender) Run(ctx context.Context) error {
	notifications, stop := s.db.Subscribe(db.TopicDeliveries)
	defer stop()
	workers := s.startWorkers(ctx)
	defer workers.running.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-notifications:
		case <-s.recorded:
		case <-timer.C:
		}
		wait, err := s.dispatch(ctx, workers)
		if err != nil && ctx.Err() == nil {
			s.logger.ErrorContext(ctx, "cannot read webhooks from the database", "error", err)
			wait = retryDatabase
		}
		timer.Reset(wait)
	}
}

// startWorkers returns the workers. When the context ends they begin no more jobs
// and finish those that have begun; the others are due again when their leases
// end.
func (s *Sender) startWorkers(ctx context.Context) *workers {
	return newWorkers(func(j job) {
		if ctx.Err() == nil {
			s.deliver(context.WithoutCancel(ctx), j)
		}
	})
}

// dispatch leases everything that is due, passes it to the workers, and returns
// how long to wait for more. It leases all of it, however much one merchant has,
// so that no other merchant's delivery waits behind it.
func (s *Sender) dispatch(ctx context.Context, workers *workers) (time.Duration, error) {
	for {
		next, ok, err := s.db.NextDelivery(ctx)
		if err != nil {
			return 0, err
		}
		if !ok {
			return maxWait, nil
		}
		if wait := time.Duration(next-s.db.Now()) * time.Millisecond; wait > 0 {
			return min(wait, maxWait), nil
		}
		startBy := s.db.Now() + (leaseDuration - attemptTimeout - attemptTimeout/2).Milliseconds()
		leased, err := s.db.LeaseDeliveries(ctx, batchSize, leaseDuration)
		if err != nil {
			return 0, err
		}
		for _, delivery := range leased {
			workers.add(s.merchant(ctx, delivery), job{delivery, startBy})
		}
	}
}

// merchant returns whose workers deliver a delivery. Events that cannot be read
// share workers: their attempts record why.
func (s *Sender) merchant(ctx context.Context, delivery db.Delivery) string {
	event, _, err := s.db.Event(ctx, delivery.EventID)
	if err != nil {
		return ""
	}
	return event.OrganizationID
}
