package socket

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"
)

func TestConn_FailsHeartbeatWithoutPong(t *testing.T) {
	t.Parallel()
	conns := make(chan *websocket.Conn, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
		}
		conns <- conn
		conn.CloseRead(context.Background())
	}))
	defer server.Close()
	peer, _, err := websocket.Dial(t.Context(), server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &conn{ws: <-conns, lastPong: time.Now()}
	defer func() { _ = c.ws.CloseNow(); _ = peer.CloseNow() }()
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if again, err := c.heartbeat(impatient); err != nil || again <= 0 {
		t.Errorf("a peer that was there just now: %s, %v", again, err)
	}
	c.lastPong = time.Now().Add(-time.Hour)
	reading := peer.CloseRead(t.Context())
	if again, err := c.heartbeat(t.Context()); err != nil || again <= 0 || time.Since(c.lastPong) > time.Hour/2 || reading.Err() != nil {
		t.Errorf("a peer that answers: %s, %v", again, err)
	}
	c.lastPong = time.Now().Add(-time.Hour)
	if _, err := c.heartbeat(impatient); !errors.Is(err, errPeerGone) {
		t.Errorf("a peer that did not answer in time: %v", err)
	}
}
