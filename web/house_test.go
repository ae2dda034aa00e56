package web_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/alexedwards/argon2id"
	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/goleak"

	"passage/automation"
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

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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

// house is both listeners over a real database.
type house struct {
	testing.TB
	db      *db.DB
	clock   *dbtest.Clock
	logs    *logs
	folder  string
	broken  bool // the test closes the database under the runner
	options web.Options
	public  http.Handler
	admin   http.Handler
	hangUp  func() // ends streams and sockets, as the server does when it stops
}

type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newHouse(t testing.TB) *house { return newHouseAt(t, "http://passage.example") }

func newHouseAt(t testing.TB, publicURL string) *house {
	t.Helper()
	h := &house{TB: t, clock: dbtest.NewClock(), logs: &logs{}, folder: t.TempDir()}
	h.db = dbtest.OpenFolder(t, h.folder, h.clock.Now)
	logger := slog.New(slog.NewTextHandler(h.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	catalog, err := automation.LoadCatalog(automation.CatalogOptions{
		Folder: fstest.MapFS{"shop/integration.star": {Data: []byte(shop)}}})
	h.must(err)
	set, err := resources.Load()
	h.must(err)
	runner := automation.NewRunner(automation.Options{DB: h.db, Catalog: catalog, Resources: set, Logger: logger,
		Limits: automation.DefaultLimits(), Retention: automation.DefaultRetention()})
	h.run(runner)
	public, err := url.Parse(publicURL)
	h.must(err)
	followers := follow.New(0)
	h.hangUp = h.run(followers)
	hosted, err := connect.New(t.Context(), connect.Options{DB: h.db, Runner: runner, Catalog: catalog, PublicURL: public, Followers: followers, Logger: logger})
	h.must(err)
	dashboard, err := admin.New(t.Context(), admin.Options{DB: h.db, Catalog: catalog, Logger: logger})
	h.must(err)
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "passage_rooms"}, func() float64 { return 3 }))
	h.options = web.Options{
		API:     api.New(api.Options{DB: h.db, Runner: runner, Catalog: catalog, Resources: set, PublicURL: public, Followers: followers, Logger: logger}),
		Connect: hosted, Admin: dashboard, Static: static.Handler(), Branding: &branding.Server{DB: h.db}, Metrics: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
		Ready: h.db.Ping, Wrong: func() error { return nil }, PublicURL: public, Logger: logger,
	}
	h.change(func(*web.Options) {})
	return h
}

// change builds both listeners with other options.
func (h *house) change(change func(*web.Options)) {
	h.Helper()
	change(&h.options)
	var err error
	h.public, err = web.Public(h.options)
	h.must(err)
	h.admin, err = web.Admin(h.options)
	h.must(err)
}

// run keeps the runner or the followers at work until stop, or the test's end.
func (h *house) run(loop interface{ Run(context.Context) error }) (stop func()) {
	ctx, end := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- loop.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		end()
		if err := <-done; err != nil && !h.broken {
			h.Error(err)
		}
	})
	h.Cleanup(stop)
	return stop
}

// breakDown closes the database: whatever asks it gets an error of the inside.
func (h *house) breakDown() {
	h.Helper()
	h.broken = true
	h.must(h.db.Close())
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// link is a fresh link of the shop's.
func (h *house) link() db.Link {
	h.Helper()
	new := dbtest.NewLink(dbtest.Organization(h, h.db, "acme").ID)
	new.IntegrationID = "shop"
	return dbtest.Link(h, h.db, new)
}

const (
	email    = "ada@passage.example"
	password = "correct horse battery"
)

// operator adds an operator whose password is hashed as cheaply as can be: what
// a real hash costs is db's to test.
func (h *house) operator() {
	h.Helper()
	hashed, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 8, KeyLength: 16})
	h.must(err)
	_, err = dbtest.Raw(h, h.folder).ExecContext(h.Context(), `INSERT INTO operators VALUES ('op_1', $1, $2, 1, 1)`, email, hashed)
	h.must(err)
}

// logIn gives an operator's cookie.
func (h *house) logIn() string {
	h.Helper()
	h.operator()
	reply := h.ask(h.admin, "POST", "/login", form("email", email, "password", password))
	if reply.Code != http.StatusSeeOther {
		h.Fatalf("log in: %d %s", reply.Code, reply.Body)
	}
	cookie, _, _ := strings.Cut(reply.Header().Get("Set-Cookie"), ";")
	return cookie
}

// form is a body of name and value pairs.
func form(pairs ...string) string {
	values := url.Values{}
	for n := 0; n < len(pairs); n += 2 {
		values.Add(pairs[n], pairs[n+1])
	}
	return values.Encode()
}

// ask sends a request as a person's browser does; headers are pairs, of which
// one without a value takes the header away.
func (h *house) ask(to http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	h.Helper()
	request := httptest.NewRequestWithContext(h.Context(), method, target, strings.NewReader(body))
	request.Host = "passage.example"
	request.Header.Set("Accept", "text/html,application/xhtml+xml")
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for n := 0; n < len(headers); n += 2 {
		if headers[n] == "peer" {
			request.RemoteAddr = headers[n+1]
			continue
		}
		request.Header.Del(headers[n])
		if headers[n+1] != "" {
			request.Header.Set(headers[n], headers[n+1])
		}
	}
	recorder := httptest.NewRecorder()
	to.ServeHTTP(recorder, request)
	return recorder
}

// route is one address as the router lists it, and with ids in it.
type route struct{ method, pattern, path string }

// routes lists every route of a listener.
func (h *house) routes(listener http.Handler) (found []route) {
	h.Helper()
	h.must(chi.Walk(listener.(chi.Routes), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		path := strings.NewReplacer("{claimCode}", "clm_canaryclaim", "{sessionID}", "sess_canarysession", "{phoneCode}", "hnd_canaryphone", "{phoneID}", "phn_canaryphone", "{artifactID}", "art_canaryartifact",
			"{id}", "canaryid", "{logo}", "00ff", "{accent}", "12594a", "{organizationID}", "org_canary", "{keyID}", "key_canary", "{eventID}", "evt_canary",
			"{form:answer|cancel|stay|retry|take-over|knock|allow|refuse}", "answer", "*", "canarypath").Replace(pattern)
		found = append(found, route{method, pattern, path})
		return nil
	}))
	return found
}

func (r route) String() string { return r.method + " " + r.pattern }

// ours reports whether a route is below one of these.
func (r route) below(prefixes ...string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(r.pattern, prefix) {
			return true
		}
	}
	return false
}

// programs are the addresses of the API.
var programs = []string{"/v1", "/link/", "/webhook_verification_key", "/.well-known", "/openapi.json", "/sessions/*", "/sessions/{id}/ws"}

func assetPath(name string) string { return filepath.ToSlash(static.Path(name)) }
