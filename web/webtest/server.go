// Package webtest serves both listeners of web over a real database.
//
// It owns nothing that ships: only tests of web and of the packages below it
// import it. What they share is here once: the server, an integration that is
// never run, links, an operator, and requests as a browser makes them.
package webtest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"passage/automation"
	"passage/automation/catalog"
	"passage/automation/outcome"
	"passage/automation/resources"
	"passage/db"
	"passage/db/dbtest"
	"passage/static"
	"passage/web"
	"passage/web/admin"
	"passage/web/api"
	"passage/web/branding"
	"passage/web/connect"
	"passage/web/follow"
)

// shop is an integration that is never run here: only its manifest counts.
const shop = `
integration(
    id = "shop",
    name = "Shop",
    site = "https://shop.example",
    hosts = ["shop.example"],
    credentials = [field("username", label = "phone_or_email"), field("password", label = "password", secret = True)],
)

def login(page, user):
    pass

def nothing(page, arguments):
    return {}

operations = {"paymentMethod.read": nothing, "paymentMethod.write": nothing}
`

// MetricName and MetricValue are the one metric that the server has.
const (
	MetricName  = "passage_test_gauge"
	MetricValue = 3
)

// Server is both listeners. Its clock moves only when the test moves it.
type Server struct {
	testing.TB
	DB      *db.DB
	Clock   *dbtest.Clock
	Logs    *Logs
	Options web.Options // what both listeners were made of; see Change

	Public http.Handler
	Admin  http.Handler

	CloseFollowers func() // ends streams and sockets, as the server does when it stops

	Folder   string // of the database
	dbClosed bool   // by the test, while the runner is at work
}

// New starts a server whose public URL is http://passage.example.
func New(t testing.TB) *Server { return NewAt(t, "http://passage.example") }

// NewAt starts a server with a public URL.
func NewAt(t testing.TB, publicURL string) *Server {
	t.Helper()
	s := &Server{TB: t, Clock: dbtest.NewClock(), Logs: &Logs{}, Folder: t.TempDir()}
	s.DB = dbtest.OpenFolder(t, s.Folder, s.Clock.Now)
	logger := slog.New(slog.NewTextHandler(s.Logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	loaded, err := catalog.Load(catalog.Options{
		Folder: fstest.MapFS{"shop/integration.star": {Data: []byte(shop)}}})
	s.Must(err)
	set, err := resources.Load()
	s.Must(err)
	runner := automation.NewRunner(automation.Options{DB: s.DB, Catalog: loaded, Resources: set, Logger: logger,
		Limits: automation.DefaultLimits()})
	s.run(runner)
	public, err := url.Parse(publicURL)
	s.Must(err)
	followers := follow.New(0)
	s.CloseFollowers = s.run(followers)
	hosted, err := connect.New(t.Context(), connect.Options{DB: s.DB, Runner: runner, Catalog: loaded, Retention: automation.DefaultRetention(), PublicURL: public, Followers: followers, Logger: logger})
	s.Must(err)
	dashboard := admin.New(admin.Options{DB: s.DB, Catalog: loaded, Logger: logger})
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: MetricName}, func() float64 { return MetricValue }))
	s.Options = web.Options{
		API:     api.New(api.Options{DB: s.DB, Runner: runner, Catalog: loaded, Resources: set, PublicURL: public, Followers: followers, Logger: logger}),
		Connect: hosted, Admin: dashboard, Static: static.Handler(), Branding: &branding.Server{DB: s.DB}, Metrics: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
		Ready: s.ready, Warnings: func() error { return nil }, PublicURL: public, Guard: web.Guard{Hosts: []string{"passage.example"}, Open: true}, Logger: logger,
	}
	s.Change(func(*web.Options) {})
	return s
}

func (s *Server) ready(ctx context.Context) error {
	return errors.Join(s.DB.Ping(ctx), s.DB.Health().Err)
}

// Change builds both listeners with other options.
func (s *Server) Change(change func(*web.Options)) {
	s.Helper()
	change(&s.Options)
	var err error
	s.Public, err = web.Public(s.Options)
	s.Must(err)
	s.Admin, err = web.Admin(s.Options)
	s.Must(err)
}

// run keeps a loop at work until stop, or the test's end.
func (s *Server) run(loop interface{ Run(context.Context) error }) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- loop.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil && !s.dbClosed {
			s.Error(err)
		}
	})
	s.Cleanup(stop)
	return stop
}

// CloseDB closes the database under the server: from then on whatever reads it
// gets an internal error.
func (s *Server) CloseDB() {
	s.Helper()
	s.dbClosed = true
	s.Must(s.DB.Close())
}

// Must ends the test if there is an error.
func (s *Server) Must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// Link creates a link of the organization acme with the integration shop.
func (s *Server) Link(changes ...func(*db.NewLink)) db.Link {
	s.Helper()
	link := dbtest.NewLink(dbtest.Organization(s, s.DB, "acme").ID)
	link.IntegrationID = "shop"
	for _, change := range changes {
		change(&link)
	}
	return dbtest.Link(s, s.DB, link)
}

// FailSession claims a new link and fails its session, a second later than what
// was before.
func (s *Server) FailSession(code outcome.Code) {
	s.Helper()
	s.Clock.Advance(time.Second)
	script, _ := s.Options.Connect.Catalog.Get("shop")
	claim := dbtest.NewClaim(s.Link().ClaimCode, "boot")
	claim.Script.Hash = script.Hash
	claimed, err := s.DB.ClaimLink(s.Context(), claim)
	s.Must(err)
	s.Must(s.DB.FailSession(s.Context(), claimed.Session.Lease(), db.Failure{Code: string(code)}))
}
