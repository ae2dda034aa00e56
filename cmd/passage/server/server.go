// Package server wires Passage together: the database, the browsers, the runner,
// the webhooks, and the public and admin listeners. It decides nothing about
// links, sessions or pages. Its invariant: everything that Run starts has ended
// when Run returns, and Close gives back all that New has opened.
package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"golang.org/x/net/netutil"
	"golang.org/x/sync/errgroup"

	"passage/automation"
	"passage/automation/browser/chrome"
	"passage/automation/browser/pool"
	"passage/automation/catalog"
	"passage/automation/resources"
	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
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

// Server is everything that serve runs, ready to run.
type Server struct {
	DB        *db.DB
	Catalog   *catalog.Catalog
	Pool      *pool.Pool
	Runner    *automation.Runner
	sender    *webhook.Sender
	retention *automation.Retention
	PublicURL *url.URL
	followers *follow.Followers
	Public    Listener
	Admin     Listener
	sites     []*Listener // of the sandbox, for the sessions
	console   *console.Console
	cleanup   []func() error // in reverse order
}

// Extras are what only the demo serves; the zero value is passage serve.
type Extras struct {
	Gallery   http.Handler // every screen with fixture data; nil: none
	AssetsDir string       // read the assets from this folder on every request; "": those of the binary
}

func (e Extras) assets() http.Handler {
	if e.AssetsDir != "" {
		return static.Dir(e.AssetsDir)
	}
	return static.Handler()
}

// New opens the data folder, binds the addresses and connects the packages.
func New(ctx context.Context, settings config.Settings, out *console.Console, extras Extras) (*Server, error) {
	s := &Server{console: out, Catalog: settings.Catalog}
	if err := s.open(ctx, settings); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.wire(ctx, settings, extras); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Open makes a server, and its sandbox if the flags want one, at the address for
// merchants and their users. It is ready to Run.
func Open(ctx context.Context, addr string, flags config.Flags, out *console.Console) (*Server, error) {
	var beside []*Listener
	if flags.Sandbox {
		carrier, err := bindSandbox(&flags)
		if err != nil {
			return nil, err
		}
		beside = carrier.Listeners()
	}
	settings, err := flags.Check(addr, out.Logger)
	var s *Server
	if err == nil {
		s, err = New(ctx, settings, out, Extras{})
	}
	if err != nil {
		return nil, errors.Join(err, CloseAll(beside))
	}
	s.ServeBeside(beside)
	return s, nil
}

// OnClose adds a function that Close calls before those added earlier.
func (s *Server) OnClose(cleanup func() error) { s.cleanup = append(s.cleanup, cleanup) }

// Close undoes what New did, in reverse order.
func (s *Server) Close() error {
	var errs []error
	for n := len(s.cleanup) - 1; n >= 0; n-- {
		errs = append(errs, s.cleanup[n]())
	}
	s.cleanup = nil
	return errors.Join(errs...)
}

// open does what may fail: it locks the folder and binds the addresses.
func (s *Server) open(ctx context.Context, settings config.Settings) (err error) {
	unlock, err := db.LockFolder(settings.Flags.Data)
	if err != nil {
		return err
	}
	s.OnClose(unlock)
	if err := s.checkDatabase(ctx, settings.Flags.Data); err != nil {
		return err
	}
	if s.DB, err = db.Open(ctx, db.Options{Folder: settings.Flags.Data, Logger: s.console.Logger}); err != nil {
		return err
	}
	s.OnClose(s.DB.Close)
	if s.Public.Listener, err = s.bind("--addr", settings.Addr); err != nil {
		return err
	}
	if s.Admin.Listener, err = s.bind("--admin-addr", settings.AdminAddr); err != nil {
		return err
	}
	s.PublicURL = settings.PublicURL
	if s.PublicURL == nil {
		s.PublicURL = &url.URL{Scheme: "http", Host: s.Public.Addr().String()}
	}
	return nil
}

// maxCheck is how long the start may take longer to check the database.
const maxCheck = 10 * time.Second

// checkDatabase refuses a damaged database: to write to it would damage more, and lose
// what merchants were told is stored.
func (s *Server) checkDatabase(ctx context.Context, folder string) error {
	ctx, cancel := context.WithTimeout(ctx, maxCheck)
	defer cancel()
	err := db.QuickCheck(ctx, folder)
	if damaged, ok := errors.AsType[*db.DamagedFile](err); ok {
		return damaged
	}
	if err != nil { // it is large, or cannot be opened, which will be noticed
		s.console.Logger.Warn("the database was not checked; passage doctor checks it", "error", err)
	}
	return nil
}

// ServeBeside takes over listeners that must answer as long as sessions run.
func (s *Server) ServeBeside(beside []*Listener) {
	s.sites = append(s.sites, beside...)
	s.OnClose(func() error { return CloseAll(beside) })
}

func (s *Server) bind(flag, address string) (net.Listener, error) {
	bound, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w (is another server running? choose another %s)", address, err, flag)
	}
	bound = netutil.LimitListener(bound, maxConnections())
	s.OnClose(func() error { return CloseAll([]*Listener{{Listener: bound}}) })
	return bound, nil
}

// wire makes the parts of the server and connects them.
func (s *Server) wire(ctx context.Context, settings config.Settings, extras Extras) error {
	logger := s.console.Logger
	rules, err := resources.Load()
	if err != nil {
		return err
	}
	s.Pool, err = settings.Flags.NewPool(chrome.Options{
		Dir: filepath.Join(settings.Flags.Data, "browsers"), Logger: logger,
		Forbidden: []string{s.Public.Addr().String(), s.Admin.Addr().String()},
	})
	if err != nil {
		return err
	}
	logger.Info("browsers", "capacity", s.Pool.Capacity().String())
	allow, err := webhook.ParseAllow(settings.Flags.WebhookAllow)
	if err != nil {
		return fmt.Errorf("--webhook-allow: %w", err)
	}
	s.sender = webhook.New(webhook.Options{DB: s.DB, Allow: allow, Logger: logger})
	s.Runner = automation.NewRunner(automation.Options{
		DB: s.DB, Pool: s.Pool, Catalog: s.Catalog, Resources: rules, Logger: logger,
		Limits: automation.DefaultLimits(),
	})
	keep := automation.DefaultRetention()
	keep.Links = time.Duration(settings.Flags.RetainLinks)
	s.retention = &automation.Retention{DB: s.DB, Keep: keep, Logger: logger}
	s.followers = follow.New(settings.Flags.AddressRate)
	hosted, err := connect.New(ctx, connect.Options{
		DB: s.DB, Runner: s.Runner, Catalog: s.Catalog, Retention: s.retention.Keep, PublicURL: s.PublicURL,
		OperatorName: settings.Flags.OperatorName, PrivacyURL: settings.Flags.PrivacyURL, Followers: s.followers, Logger: logger,
	})
	if err != nil {
		return err
	}
	dashboard := admin.New(admin.Options{DB: s.DB, Catalog: s.Catalog, Logger: logger})
	options := web.Options{
		API: api.New(api.Options{DB: s.DB, Runner: s.Runner, Catalog: s.Catalog, Resources: rules,
			PublicURL: s.PublicURL, Development: s.development(), PlainWebhook: allow.Plain,
			KeyRate: settings.Flags.APIRate, Followers: s.followers, Sandbox: sandboxReference(settings.Flags), Verifiers: verifiers.Files,
			Logger: logger}),
		Connect: hosted, Admin: dashboard, Static: extras.assets(), Branding: &branding.Server{DB: s.DB}, Gallery: extras.Gallery, Metrics: s.metrics(), Debug: debugEndpoints(settings.Flags.DebugEndpoints),
		Ready: s.ready, Warnings: s.Catalog.Err, PublicURL: s.PublicURL, TrustedProxies: settings.TrustedProxies, AddressRate: settings.Flags.AddressRate, Guard: s.guard(settings), Logger: logger,
	}
	if s.Public.Handler, err = web.Public(options); err != nil {
		return err
	}
	s.Admin.Handler, err = web.Admin(options)
	return err
}

// guard is who may reach what of the admin listener.
func (s *Server) guard(settings config.Settings) web.Guard {
	guard := web.Guard{Hosts: settings.AdminHosts, Token: settings.Flags.MetricsToken, Open: config.IsLoopback(s.Admin.Addr().String())}
	if guard.Token == "" && !guard.Open {
		s.console.Logger.Warn("metrics are off: the admin listener is not on loopback, and --metrics-token is not set", "address", s.Admin.Addr().String())
	}
	return guard
}

// development reports whether only this machine can reach the server. Plain HTTP
// is allowed then.
func (s *Server) development() bool {
	return config.IsLoopback(s.Public.Addr().String()) && s.PublicURL.Scheme == "http"
}

func (s *Server) ready(ctx context.Context) error {
	return errors.Join(s.Runner.Ready(), s.DB.Ping(ctx), s.DB.Health().Err)
}

// Run serves until the context ends. Then it accepts no more sessions, lets the
// running ones reach a safe point while their pages stay up, and stops the others.
func (s *Server) Run(ctx context.Context) error {
	rest, stopRest := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRest()
	group, rest := errgroup.WithContext(rest)
	sessions, stopSessions := context.WithCancel(ctx)
	defer stopSessions()
	group.Go(func() error {
		defer stopRest() // the runner needs the others to the end
		return s.Runner.Run(sessions)
	})
	context.AfterFunc(rest, stopSessions) // and ends if one of them fails
	group.Go(func() error { return s.Pool.Run(rest) })
	group.Go(func() error { return s.Catalog.Run(rest) })
	group.Go(func() error { return s.DB.Watch(rest, s.console.Logger) })
	group.Go(func() error { return s.retention.Run(rest) })
	group.Go(func() error { return s.sender.Run(rest) })
	group.Go(func() error { return s.followers.Run(rest) })
	for _, one := range append(s.sites, &s.Public, &s.Admin) {
		group.Go(func() error { return one.Serve(rest, s.console) })
	}
	return group.Wait()
}
