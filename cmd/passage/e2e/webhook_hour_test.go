package e2e

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"

	"passage/automation/resources"
	"passage/db"
	"passage/db/dbtest"
	"passage/web/api"
	"passage/web/webhook"
	"passage/web/webhook/verifiers"
)

// An hour at a merchant whose server fails at random. The time is the test's
// own and goes on when nobody has anything to do. Database, loop, retries and
// signatures are the real ones, and so is HTTP, over pipes in place of sockets.
const (
	hourEvents   = 25
	hourFailures = 0.7 // of the requests
)

// hour is the merchant's server, and what it saw.
type hour struct {
	t        *testing.T
	db       *db.DB
	merchant string // the organization
	secret   string // the one before the keys change
	keySet   http.Handler
	ends     time.Time
	news     chan struct{}

	mu       sync.Mutex
	arrived  []signedCase
	accepted map[string]bool // by event
	failures int
}

// ways are those in which the server fails, in turns. It has taken the event all the same
// where it broke off only after the work was done.
var ways = []struct {
	name string
	fail http.HandlerFunc
	took bool
}{
	{"a fault", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, false},
	{"too many", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, false},
	{"a redirect", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/new", http.StatusPermanentRedirect)
	}, false},
	{"no reply in time", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, false},
	{"dropped before the work", hangUp, false},
	{"dropped after the work", hangUp, true},
	{"a reply that does not end", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "tak")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}, true},
}

func hangUp(http.ResponseWriter, *http.Request) {
	panic(http.ErrAbortHandler)
}

// ServeHTTP takes an event or fails. A signature has to fit at every try.
func (h *hour) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.t.Error(err)
	}
	h.verify(r, body)
	answer, took := h.decide(r, body)
	if took {
		h.mu.Lock()
		h.accepted[r.Header.Get("webhook-id")] = true
		h.mu.Unlock()
	}
	defer func() {
		select {
		case h.news <- struct{}{}:
		default:
		}
	}()
	answer(w, r)
}

// verify checks both signatures with the two public libraries, at the time at
// which the delivery arrives.
func (h *hour) verify(r *http.Request, body []byte) {
	keys := verifiers.Keys{URL: "http://passage/.well-known/jwks.json", Organization: h.merchant,
		Client: &http.Client{Transport: inProcess{h.keySet}}}
	if err := errors.Join(verifiers.VerifyShared(h.secret, r.Header, body), keys.Verify(r.Context(), r.Header, body)); err != nil {
		h.t.Errorf("a delivery of %s: %v", r.Header.Get("webhook-id"), err)
	}
}

// decide keeps what arrived and draws what becomes of it.
func (h *hour) decide(r *http.Request, body []byte) (answer http.HandlerFunc, took bool) {
	c := signedCase{Name: r.Header.Get("webhook-id"), Body: body, At: time.Now().UnixMilli(), Headers: map[string]string{}, Shared: true, Signed: true}
	for header := range r.Header {
		c.Headers[strings.ToLower(header)] = r.Header.Get(header)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.arrived = append(h.arrived, c)
	if time.Now().After(h.ends) || rand.Float64() > hourFailures {
		return func(http.ResponseWriter, *http.Request) {}, true
	}
	way := ways[h.failures%len(ways)]
	h.failures++
	return way.fail, way.took
}

// failingHour lets the hour pass, and then the time until nothing waits to be
// delivered. It is for a bubble of package synctest.
func failingHour(t *testing.T) *hour {
	t.Helper()
	h := &hour{t: t, db: dbtest.Open(t, time.Now),
		ends: time.Now().Add(time.Hour), news: make(chan struct{}, 1), accepted: map[string]bool{}}
	h.merchant = dbtest.Organization(t, h.db, "Unlucky").ID
	h.keySet = keySetOf(t, h.db)
	h.rotate(0)
	secrets, err := h.db.EnsureWebhookSecrets(t.Context(), h.merchant)
	if err != nil {
		t.Fatal(err)
	}
	h.secret = secrets[0]
	stop := h.deliver()
	defer stop()
	var events []string
	create := time.NewTimer(0)
	defer create.Stop()
	for len(events) < hourEvents || h.waits() {
		select {
		case <-h.news:
			synctest.Wait() // what it led to is written down
		case <-create.C:
			events = append(events, h.event())
			if len(events) == hourEvents/2 {
				h.rotate(48 * time.Hour)
			}
			if len(events) < hourEvents {
				create.Reset(rand.N(2 * time.Hour / hourEvents))
			}
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range events {
		if !h.accepted[id] {
			t.Errorf("%s never came", id)
		}
	}
	return h
}

func (h *hour) rotate(overlap time.Duration) {
	if _, err := h.db.RotateWebhookKeys(h.t.Context(), h.merchant, overlap, "the operator"); err != nil {
		h.t.Fatal(err)
	}
}

// event ends a link, and returns the id of what is to be delivered about it.
func (h *hour) event() string {
	wanted := dbtest.NewLink(h.merchant)
	wanted.WebhookURL = "http://merchant.example/hooks"
	link := dbtest.Link(h.t, h.db, wanted)
	if err := h.db.CancelLink(h.t.Context(), h.merchant, link.ID); err != nil {
		h.t.Fatal(err)
	}
	events, err := h.db.EventsOfLink(h.t.Context(), link.ID)
	if err != nil || len(events) != 1 {
		h.t.Fatalf("%d events, %v", len(events), err)
	}
	return events[0].ID
}

// waits reports whether anything is still to be delivered.
func (h *hour) waits() bool {
	_, waits, err := h.db.NextDelivery(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return waits
}

// deliver starts the server and the sender, over pipes between them.
func (h *hour) deliver() (stop func()) {
	network := &pipes{connections: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	sender := webhook.New(webhook.Options{DB: h.db, Logger: slog.New(slog.DiscardHandler), Dial: network.dial})
	ctx, cancel := context.WithCancel(h.t.Context())
	ended := make(chan error, 2)
	go func() { ended <- sender.Run(ctx) }()
	go func() {
		err := server.Serve(network)
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		ended <- err
	}()
	return func() {
		cancel()
		if err := errors.Join(server.Close(), <-ended, <-ended); err != nil {
			h.t.Error(err)
		}
	}
}

// pipes is a network with one server.
type pipes struct {
	connections chan net.Conn
	closed      chan struct{}
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.connections <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case one := <-p.connections:
		return one, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// inProcess calls a handler without any network.
type inProcess struct{ http.Handler }

func (h inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// keySetOf is the API over a database, as far as its public keys go.
func keySetOf(t *testing.T, database *db.DB) http.Handler {
	t.Helper()
	rules, err := resources.Load()
	if err != nil {
		t.Fatal(err)
	}
	router := chi.NewRouter()
	if err := api.New(api.Options{DB: database, Resources: rules, PublicURL: &url.URL{Scheme: "http", Host: "passage"}}).Mount(router); err != nil {
		t.Fatal(err)
	}
	return router
}

func TestWebhooks_AllArriveSignedThoughTheReceiverFailsForAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		if h := failingHour(t); h.failures < len(ways) {
			t.Errorf("of %d requests %d failed", len(h.arrived), h.failures)
		}
	})
}
