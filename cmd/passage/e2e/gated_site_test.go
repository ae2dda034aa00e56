package e2e

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"passage/automation/sandbox"
)

// gatedSite is the carrier, in the process of the test: it outlives the servers
// that work on it, and remembers what really happened.
type gatedSite struct {
	*sandbox.Carrier
	flag string // for --site

	mu    sync.Mutex
	gates []*requestGate
}

// requestGate holds one request of the site.
type requestGate struct {
	request string        // METHOD /path
	after   bool          // the site has acted; its reply is held
	reached chan struct{} // closed when the request is held
	opened  chan struct{}
	once    sync.Once
	used    bool
}

func (g *requestGate) open() { g.once.Do(func() { close(g.opened) }) }

func newGatedSite(t *testing.T) *gatedSite {
	t.Helper()
	s := &gatedSite{}
	var frame *httptest.Server
	s.Carrier = sandbox.NewCarrier(sandbox.CarrierOptions{
		FrameURL: func() string { return "http://" + localhostOf(frame) },
		Slow:     time.Second, Approval: time.Minute,
	})
	frame = httptest.NewServer(s.CardFrame())
	t.Cleanup(frame.Close)
	site := httptest.NewServer(s.guard(s.Site()))
	t.Cleanup(site.Close)
	t.Cleanup(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, gate := range s.gates {
			gate.open()
		}
	})
	s.flag = "demo=" + site.URL + "," + localhostOf(frame)
	return s
}

// localhostOf names a server so that it is another site than 127.0.0.1.
func localhostOf(s *httptest.Server) string {
	return strings.Replace(s.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
}

// hold has the next request of its kind wait at the site's door.
func (s *gatedSite) hold(request string) *requestGate { return s.add(request, false) }

// holdReply has the site act on the next request of its kind, but not answer.
func (s *gatedSite) holdReply(request string) *requestGate { return s.add(request, true) }

func (s *gatedSite) add(request string, after bool) *requestGate {
	gate := &requestGate{request: request, after: after, reached: make(chan struct{}), opened: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gates = append(s.gates, gate)
	return gate
}

func (s *gatedSite) gate(r *http.Request) *requestGate {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, gate := range s.gates {
		if gate.request != r.Method+" "+r.URL.Path {
			continue
		}
		if !gate.used {
			gate.used = true // for one request only
			return gate
		}
	}
	return nil
}

func (s *gatedSite) guard(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reply := httptest.NewRecorder()
		held := s.gate(r)
		if held == nil {
			site.ServeHTTP(w, r)
			return
		}
		if held.after {
			site.ServeHTTP(reply, r)
		}
		close(held.reached)
		select {
		case <-held.opened:
		case <-r.Context().Done(): // the browser is gone
			return
		}
		if !held.after {
			site.ServeHTTP(reply, r)
		}
		maps.Copy(w.Header(), reply.Header())
		w.WriteHeader(reply.Code)
		_, _ = reply.Body.WriteTo(w)
	})
}

// processReceiver takes a merchant's webhooks.
type processReceiver struct {
	*httptest.Server
	got chan processWebhook
}

// processWebhook is one try at a delivery, as it came.
type processWebhook struct {
	At                        time.Time
	Header                    http.Header
	ID, Event, LinkID, Status string
	Final                     bool
	Error                     *processError
}

func (w processWebhook) code() string {
	if w.Error == nil {
		return ""
	}
	return w.Error.Code
}

// newProcessReceiver answers each try with what reply says, which may take its time.
func newProcessReceiver(t *testing.T, reply func(r *http.Request) (status int)) *processReceiver {
	t.Helper()
	receiver := &processReceiver{got: make(chan processWebhook, 100)}
	receiver.Server = httptest.NewServer(receiver.handler(reply))
	t.Cleanup(receiver.Close)
	return receiver
}

func (c *processReceiver) handler(reply func(r *http.Request) (status int)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		got := processWebhook{At: time.Now(), Header: r.Header}
		if err != nil || json.Unmarshal(body, &got) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		c.got <- got
		w.WriteHeader(reply(r))
	})
}

func acceptAll(*http.Request) int { return http.StatusNoContent }

// next waits for the next try.
func (c *processReceiver) next(t *testing.T) processWebhook {
	t.Helper()
	return awaitSignal(t, "a webhook", c.got)
}
