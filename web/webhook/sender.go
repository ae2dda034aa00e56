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
	tryTime   = 10 * time.Second // from dialing to the end of the reply
	leaseTime = 30 * time.Second // longer than a try and the wait for a free place before it
	batch     = 32               // taken in one transaction
	// longestRest bounds how long the loop trusts its timer: another process
	// on the same database rings no bell here.
	longestRest = time.Minute
	// restAfterFault is the pause after the database failed.
	restAfterFault = 5 * time.Second
)

// Options say what a Sender works with. The time is the database's.
type Options struct {
	DB     *db.DB
	Allow  Allow // the zero value allows public addresses over https only
	Logger *slog.Logger
	// Dial replaces the network, with what Allow has to say about it, in tests.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Sender delivers webhooks. Several may work on one database.
type Sender struct {
	db      *db.DB
	logger  *slog.Logger
	secure  *http.Client // for https
	plain   *http.Client // for http
	tryTime time.Duration
	settled chan struct{} // receives after each settled try; the next due time may have changed
}

// New makes a Sender; Run starts it.
func New(options Options) *Sender {
	secure := options.Allow.dialer(net.DefaultResolver, options.Allow.checkSecure)
	plain := options.Allow.dialer(net.DefaultResolver, options.Allow.checkPlain)
	if options.Dial != nil {
		secure, plain = options.Dial, options.Dial
	}
	return &Sender{
		db:      options.DB,
		logger:  options.Logger,
		secure:  newClient(secure),
		plain:   newClient(plain),
		tryTime: tryTime,
		settled: make(chan struct{}, 1),
	}
}

// Run delivers what is due until the context ends, then waits for the tries
// that are under way, at most some ten seconds, and returns nil. A fault of the
// database is logged and does not end it.
func (s *Sender) Run(ctx context.Context) error {
	rings, stop := s.db.Subscribe(db.TopicDeliveries)
	defer stop()
	lanes := s.newLanes(ctx)
	defer lanes.work.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-rings:
		case <-s.settled:
		case <-timer.C:
		}
		rest, err := s.take(ctx, lanes)
		if err != nil && ctx.Err() == nil {
			s.logger.ErrorContext(ctx, "webhooks cannot be read from the database", "error", err)
			rest = restAfterFault
		}
		timer.Reset(rest)
	}
}

// newLanes makes the lanes in which deliveries run. When the context ends, none
// is begun any more, and those begun are finished: what waits is due again when
// its lease ends.
func (s *Sender) newLanes(ctx context.Context) *lanes {
	return newLanes(func(p parcel) {
		if ctx.Err() == nil {
			s.deliver(context.WithoutCancel(ctx), p)
		}
	})
}

// take hands everything that is due to the lanes and tells how long nothing
// else will be. All of it is taken, however much one merchant has, so that
// another's delivery never waits behind it.
func (s *Sender) take(ctx context.Context, lanes *lanes) (time.Duration, error) {
	for {
		next, ok, err := s.db.NextDelivery(ctx)
		if err != nil {
			return 0, err
		}
		if !ok {
			return longestRest, nil
		}
		if rest := time.Duration(next-s.db.Now()) * time.Millisecond; rest > 0 {
			return min(rest, longestRest), nil
		}
		startBy := s.db.Now() + (leaseTime - tryTime - tryTime/2).Milliseconds()
		taken, err := s.db.LeaseDeliveries(ctx, batch, leaseTime)
		if err != nil {
			return 0, err
		}
		for _, delivery := range taken {
			lanes.add(s.merchant(ctx, delivery), parcel{delivery, startBy})
		}
	}
}

// merchant names the lane of a delivery. Events that cannot be read share one:
// their try records why.
func (s *Sender) merchant(ctx context.Context, delivery db.Delivery) string {
	event, _, err := s.db.Event(ctx, delivery.EventID)
	if err != nil {
		return ""
	}
	return event.OrganizationID
}
