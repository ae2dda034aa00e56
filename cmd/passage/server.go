package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"passage/automation"
	"passage/automation/browser/chrome"
	"passage/automation/browser/pool"
	"passage/automation/resources"
	"passage/db"
	"passage/static"
	"passage/web"
	"passage/web/admin"
	"passage/web/api"
	"passage/web/branding"
	"passage/web/connect"
	"passage/web/follow"
	"passage/web/webhook"
	"passage/web/webhook/verifiers"
)

// server is everything that serve runs, made and not yet started.
type server struct {
	db        *db.DB
	catalog   *automation.Catalog
	pool      *pool.Pool
	runner    *automation.Runner
	sender    *webhook.Sender
	publicURL *url.URL
	followers *follow.Followers
	public    listener
	admin     listener
	beside    []*listener // sites of this machine, for the sessions
	console   *console
	cleanup   []func() error // in reverse order
}

// listener is a bound address with what it will answer.
type listener struct {
	net.Listener
	handler http.Handler
}

// newServer opens the data folder, binds the addresses and connects the rooms.
// The demo adds the gallery.
func newServer(ctx context.Context, settings config, out *console, gallery http.Handler) (*server, error) {
	s := &server{console: out, catalog: settings.catalog}
	if err := s.open(ctx, settings); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if err := s.wire(ctx, settings, gallery); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *server) later(cleanup func() error) { s.cleanup = append(s.cleanup, cleanup) }

// close gives back what was opened, the last first.
func (s *server) close() error {
	var errs []error
	for n := len(s.cleanup) - 1; n >= 0; n-- {
		errs = append(errs, s.cleanup[n]())
	}
	s.cleanup = nil
	return errors.Join(errs...)
}

// open takes what can be refused: the folder, the addresses.
func (s *server) open(ctx context.Context, settings config) (err error) {
	unlock, err := db.LockFolder(settings.flags.Data)
	if err != nil {
		return err
	}
	s.later(unlock)
	if s.db, err = db.Open(ctx, db.Options{Folder: settings.flags.Data}); err != nil {
		return err
	}
	s.later(s.db.Close)
	if s.public.Listener, err = s.bind("--addr", settings.addr); err != nil {
		return err
	}
	if s.admin.Listener, err = s.bind("--admin-addr", settings.adminAddr); err != nil {
		return err
	}
	s.publicURL = settings.publicURL
	if s.publicURL == nil {
		s.publicURL = &url.URL{Scheme: "http", Host: s.public.Addr().String()}
	}
	return nil
}

// serveBeside takes over listeners that have to answer as long as sessions run.
func (s *server) serveBeside(beside []*listener) {
	s.beside = append(s.beside, beside...)
	s.later(func() error { return closeAll(beside) })
}

func closeAll(bound []*listener) error {
	var errs []error
	for _, one := range bound {
		if err := one.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (s *server) bind(flag, address string) (net.Listener, error) {
	bound, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w (is another server running? choose another %s)", address, err, flag)
	}
	s.later(func() error { return closeAll([]*listener{{Listener: bound}}) })
	return bound, nil
}

// wire makes the rooms and tells them of each other.
func (s *server) wire(ctx context.Context, settings config, gallery http.Handler) error {
	logger := s.console.logger
	rules, err := resources.Load()
	if err != nil {
		return err
	}
	s.pool, err = settings.flags.pool(chrome.Options{
		Dir: filepath.Join(settings.flags.Data, "browsers"), Logger: logger,
		Forbidden: []string{s.public.Addr().String(), s.admin.Addr().String()},
	})
	if err != nil {
		return err
	}
	logger.Info("browsers", "slots", s.pool.Capacity().String())
	allow, err := webhook.ParseAllow(settings.flags.WebhookAllow)
	if err != nil {
		return fmt.Errorf("--webhook-allow: %w", err)
	}
	s.sender = webhook.New(webhook.Options{DB: s.db, Allow: allow, Logger: logger})
	s.runner = automation.NewRunner(automation.Options{
		DB: s.db, Pool: s.pool, Catalog: s.catalog, Resources: rules, Logger: logger,
		Limits: automation.DefaultLimits(), Retention: automation.DefaultRetention(),
	})
	s.followers = follow.New(settings.flags.AddressRate)
	hosted, err := connect.New(ctx, connect.Options{
		DB: s.db, Runner: s.runner, Catalog: s.catalog, PublicURL: s.publicURL,
		OperatorName: settings.flags.OperatorName, PrivacyURL: settings.flags.PrivacyURL, Followers: s.followers, Logger: logger,
	})
	if err != nil {
		return err
	}
	dashboard, err := admin.New(ctx, admin.Options{DB: s.db, Catalog: s.catalog, Logger: logger})
	if err != nil {
		return err
	}
	options := web.Options{
		API: api.New(api.Options{DB: s.db, Runner: s.runner, Catalog: s.catalog, Resources: rules,
			PublicURL: s.publicURL, Development: s.development(), PlainWebhook: allow.Plain,
			KeyRate: settings.flags.APIRate, Followers: s.followers, Sandbox: settings.flags.sandbox(), Verifiers: verifiers.Files,
			Logger: logger}),
		Connect: hosted, Admin: dashboard, Static: static.Handler(), Branding: &branding.Server{DB: s.db}, Gallery: gallery, Metrics: s.metrics(),
		Ready: s.ready, Warnings: s.catalog.Err, PublicURL: s.publicURL, TrustedProxies: settings.trusted, AddressRate: settings.flags.AddressRate, Logger: logger,
	}
	if s.public.handler, err = web.Public(options); err != nil {
		return err
	}
	s.admin.handler, err = web.Admin(options)
	return err
}

// development is a server that nobody outside this machine can reach: there,
// plain http is as good as it gets.
func (s *server) development() bool {
	return isLoopback(s.public.Addr().String()) && s.publicURL.Scheme == "http"
}

func (s *server) ready(ctx context.Context) error {
	return errors.Join(s.runner.Ready(), s.db.Ping(ctx))
}

// metrics is what operators scrape.
func (s *server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	gauge := func(name, help string, value func(pool.Stats) int) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "passage", Name: name, Help: help},
			func() float64 { return float64(value(s.pool.Stats())) }))
	}
	gauge("browser_slots", "Browsers that may run at once.", func(b pool.Stats) int { return b.Slots })
	gauge("browsers_busy", "Browsers that work for a session.", func(b pool.Stats) int { return b.Busy })
	gauge("browsers_warm", "Browsers that wait for a session.", func(b pool.Stats) int { return b.Warm })
	gauge("sessions_in_line", "Sessions that wait for a browser.", func(b pool.Stats) int { return b.Queued })
	registry.MustRegister(
		prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "passage", Name: "sessions_refused_total",
			Help: "Sessions that found the line for a browser full."}, func() float64 { return float64(s.pool.Stats().Refused) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "passage", Name: "browser_memory_available_bytes",
			Help: "Memory that is available for browsers; 0 where the system does not say."}, func() float64 { return float64(s.pool.Available()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "passage", Name: "webhook_endpoints_paused",
			Help: "Merchants' hosts that have taken no webhook for long, and are tried once an hour."}, s.pausedEndpoints))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// pausedEndpoints is not a number while the database does not answer.
func (s *server) pausedEndpoints() float64 {
	paused, err := s.db.PausedEndpoints(context.Background())
	if err != nil {
		return math.NaN()
	}
	return float64(len(paused))
}

// How long a stop may take once no session runs any more, and what the
// listeners put up with.
const (
	shutdownTime  = 5 * time.Second
	headerTime    = 10 * time.Second
	bodyTime      = 30 * time.Second
	idleTime      = 2 * time.Minute
	maxHeaderSize = 64 << 10
)

// run serves until the context ends. Then it takes no more sessions, lets the
// running ones reach a safe point while their pages stay up, and stops the rest.
func (s *server) run(ctx context.Context) error {
	rest, stopRest := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRest()
	group, rest := errgroup.WithContext(rest)
	sessions, stopSessions := context.WithCancel(ctx)
	defer stopSessions()
	group.Go(func() error {
		defer stopRest() // the runner is the last to need the others
		return s.runner.Run(sessions)
	})
	context.AfterFunc(rest, stopSessions) // and ends if one of them fails
	group.Go(func() error { return s.pool.Run(rest) })
	group.Go(func() error { return s.catalog.Run(rest) })
	group.Go(func() error { return s.sender.Run(rest) })
	group.Go(func() error { return s.followers.Run(rest) })
	for _, one := range append(s.beside, &s.public, &s.admin) {
		group.Go(func() error { return one.serve(rest, s.console) })
	}
	return group.Wait()
}

func (l listener) serve(ctx context.Context, out *console) error {
	requests, stopRequests := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRequests()
	httpServer := &http.Server{
		Handler: l.handler, ReadHeaderTimeout: headerTime, ReadTimeout: bodyTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeaderSize, ErrorLog: quiet(out.logger),
		BaseContext: func(net.Listener) context.Context { return requests },
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		stopRequests() // streams would go on for ever
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		stopped <- httpServer.Shutdown(within)
	})
	err := httpServer.Serve(l.Listener)
	if !stop() {
		return errors.Join(ignoreClosed(err), <-stopped)
	}
	return ignoreClosed(err)
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
