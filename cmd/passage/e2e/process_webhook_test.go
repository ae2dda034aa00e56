package e2e

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
)

// end makes a link and cancels it, which costs no browser and is told to the
// merchant.
func (m *processMerchant) end() (id string) {
	m.t.Helper()
	link := m.create("read")
	if status := m.call(http.MethodPost, "/v1/links/"+link.LinkID+"/cancel", nil, nil); status != http.StatusOK {
		m.t.Fatalf("cancel a link: %d", status)
	}
	return link.LinkID
}

func TestWebhook_ReachesAFailingReceiver(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	m := enrolMerchant(t, folder, "")
	m.server = startServer(t, folder, "--site", newGatedSite(t).flag, "--webhook-allow", "127.0.0.1", "--browser-spares", "0")

	var tries atomic.Int32
	failing := newProcessReceiver(t, func(*http.Request) int {
		if tries.Add(1) < 3 {
			return http.StatusInternalServerError
		}
		return http.StatusOK
	})
	m.webhook = failing.URL
	failed := m.end()

	// A receiver that takes the request and says nothing is given up after ten
	// seconds, and asked again.
	asked := make(chan struct{}, 10)
	slow := newProcessReceiver(t, func(r *http.Request) int {
		asked <- struct{}{}
		if len(asked) == 1 {
			<-r.Context().Done()
		}
		return http.StatusOK
	})
	m.webhook = slow.URL
	hung := m.end()

	down, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := down.Addr().String()
	if err := down.Close(); err != nil {
		t.Fatal(err)
	}
	m.webhook = "http://" + address
	lost := m.end()

	quick := newProcessReceiver(t, acceptAll)
	m.webhook = quick.URL
	sameEvent(t, quick, m.end(), 1)

	eventually(t, "the receiver that is down was tried", func() bool { return logContains(m.server.log, "connection was refused") })
	up := &processReceiver{got: make(chan processWebhook, 10)}
	if down, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	up.Server = httptest.NewUnstartedServer(up.handler(acceptAll))
	up.Listener.Close()
	up.Listener = down
	up.Start()
	t.Cleanup(up.Close)
	sameEvent(t, up, lost, 1)
	sameEvent(t, failing, failed, 3)
	sameEvent(t, slow, hung, 2)
}

// sameEvent checks that all tries are for the same event, each signed afresh.
func sameEvent(t *testing.T, receiver *processReceiver, link string, tries int) {
	t.Helper()
	ids, signatures := map[string]bool{}, map[string]bool{}
	for range tries {
		got := receiver.next(t)
		if got.LinkID != link || got.Event != "link.expired" || !got.Final || got.ID != got.Header.Get("webhook-id") {
			t.Errorf("a webhook about %s says %s of %s, final %t, id %s and %s",
				link, got.Event, got.LinkID, got.Final, got.ID, got.Header.Get("webhook-id"))
		}
		ids[got.ID], signatures[got.Header.Get("X-Passage-Signature")] = true, true
	}
	if len(ids) != 1 || len(signatures) != tries || signatures[""] {
		t.Errorf("%d tries have the ids %v and %d signatures", tries, ids, len(signatures))
	}
}

func TestWebhook_OutlivesItsServer(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	m := enrolMerchant(t, folder, "")
	flags := []string{"--site", newGatedSite(t).flag, "--webhook-allow", "127.0.0.1", "--browser-spares", "0"}
	m.server = startServer(t, folder, flags...)
	var well atomic.Bool
	receiver := newProcessReceiver(t, func(*http.Request) int {
		if well.Load() {
			return http.StatusOK
		}
		return http.StatusServiceUnavailable
	})
	m.webhook = receiver.URL
	link := m.end()
	first := receiver.next(t)
	eventually(t, "the try is written down", func() bool { return logContains(m.server.log, "webhook attempt failed") })
	m.server.kill()
	well.Store(true)
	m.server = startServer(t, folder, flags...)
	if second := receiver.next(t); second.ID != first.ID || second.LinkID != link {
		t.Errorf("after the restart came %s of %s, not %s of %s", second.ID, second.LinkID, first.ID, link)
	}
}

func TestStop_WaitsForAWebhookInFlight(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	m := enrolMerchant(t, folder, "")
	flags := []string{"--site", newGatedSite(t).flag, "--webhook-allow", "127.0.0.1", "--browser-spares", "0"}
	m.server = startServer(t, folder, flags...)
	release := make(chan struct{})
	receiver := newProcessReceiver(t, func(r *http.Request) int {
		select {
		case <-release:
		case <-r.Context().Done():
		}
		return http.StatusOK
	})
	m.webhook = receiver.URL
	m.end()
	receiver.next(t)
	m.server.signal(syscall.SIGTERM)
	eventually(t, "the server answers nobody any more", func() bool {
		status, _ := m.server.send(http.MethodGet, m.server.url+"/readyz", "", "", nil)
		return status != http.StatusOK
	})
	close(release)
	if code := m.server.end(); code != 0 {
		t.Errorf("the server ended with %d", code)
	}
	m.server = startServer(t, folder, flags...)
	m.end()
	if got := receiver.next(t); got.Header.Get("webhook-id") == "" || len(receiver.got) > 0 {
		t.Error("the first webhook came again, though it had been taken")
	}
}
