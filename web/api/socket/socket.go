// Package socket serves the two WebSockets: one tells how a link stands, the
// other drives a session as the hosted page does.
//
// It owns the life of a connection: upgrade, heartbeat, limits, close codes; and
// what is said on it. It does not own the fields of messages (web/api/wire), how
// many connections there may be (web/follow), or what is true (db, automation).
// Its invariant: a peer that is slow or gone holds nothing up, and the code or
// the token is the only authority.
package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/net/http/httpguts"

	"passage/automation"
	"passage/automation/catalog"
	"passage/db"
	"passage/web/api/wire"
	"passage/web/follow"
	"passage/web/problem"
)

// Limits of what the server waits for: a peer may stop reading or answering.
const (
	writeTimeout = 10 * time.Second
	pingInterval = 25 * time.Second // some proxies close a connection that is silent for half a minute
	pongTimeout  = 10 * time.Second
)

// Server opens the WebSockets.
type Server struct {
	DB        *db.DB
	Runner    *automation.Runner
	Catalog   *catalog.Catalog
	Followers *follow.Followers
}

// FollowLink serves GET /link/ws.
func (s *Server) FollowLink() http.HandlerFunc { return s.handler(s.linkSubject) }

// DriveSession serves GET /sessions/{id}/ws.
func (s *Server) DriveSession() http.HandlerFunc { return s.handler(s.sessionSubject) }

// errPeerGone is the usual end of a connection.
var errPeerGone = errors.New("the peer is gone")

// closeError closes a connection with a status and a reason for the peer.
type closeError struct {
	code   websocket.StatusCode
	reason string
}

func (e *closeError) Error() string { return "close: " + e.reason }

// subject is what a connection is about. It holds all that the connection needs
// of its request, which ends before the connection does.
type subject struct {
	key   string                             // under which connections are counted; empty where it is not known yet
	serve func(context.Context, *conn) error // returns nil to close normally, or why the connection ends
}

// handler upgrades a request to a connection. An error of the request is replied
// before the upgrade, as everywhere in the API.
func (s *Server) handler(resolve func(*http.Request) (subject, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var subject subject
		var slot *follow.Slot
		err := checkUpgrade(r) // before a code or a token is looked at
		if err == nil {
			subject, err = resolve(r)
		}
		if err == nil {
			slot, err = s.Followers.Enter(r, subject.key)
		}
		if err != nil {
			problem.WriteJSON(w, r, err)
			return
		}
		// Any origin: the code or the token is the authority, and no cookie is read.
		ws, err := websocket.Accept(follow.SmallBuffers{ResponseWriter: w}, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil { // Accept has replied
			slot.Leave()
			return
		}
		ws.SetReadLimit(wire.MaxBody)
		slot.Serve(r.Context(), func(ctx context.Context) {
			c := &conn{ws: ws, slot: slot, lastPong: time.Now()}
			c.close(ctx, problem.RecoverToError(func() error { return subject.serve(ctx, c) }))
		})
	}
}

// checkUpgrade refuses a request that is not the handshake of a WebSocket.
func checkUpgrade(r *http.Request) error {
	asks := httpguts.HeaderValuesContainsToken(r.Header["Connection"], "upgrade") && httpguts.HeaderValuesContainsToken(r.Header["Upgrade"], "websocket")
	if !asks || r.Header.Get("Sec-WebSocket-Key") == "" || r.Header.Get("Sec-WebSocket-Version") != "13" {
		return problem.UpgradeRequired()
	}
	return nil
}

// conn is an open WebSocket.
type conn struct {
	ws        *websocket.Conn
	slot      *follow.Slot
	lastPong  time.Time // when the peer was last known to be there
	limiter   limiter
	listening sync.WaitGroup
}

// send writes a message. A peer that does not read delays it by writeTimeout at
// most.
func (c *conn) send(message any) error {
	text, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	if err := c.ws.Write(ctx, websocket.MessageText, text); err != nil {
		return fmt.Errorf("%w: %w", errPeerGone, err)
	}
	return nil
}

// heartbeat pings the peer when pingInterval has passed, and returns when it is
// to be called again.
func (c *conn) heartbeat(ctx context.Context) (again time.Duration, err error) {
	if time.Since(c.lastPong) >= pingInterval {
		ctx, cancel := context.WithTimeout(ctx, pongTimeout)
		defer cancel()
		if err := c.ws.Ping(ctx); err != nil {
			return 0, fmt.Errorf("%w: %w", errPeerGone, err)
		}
		c.lastPong = time.Now()
	}
	return pingInterval - time.Since(c.lastPong), nil
}

// receive waits for a message.
func (c *conn) receive() ([]byte, error) {
	// No deadline: the library would drop the connection without a close code.
	// Whatever ends the connection closes it, which ends the read.
	_, text, err := c.ws.Read(context.Background())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPeerGone, err)
	}
	if !c.limiter.allow(time.Now()) {
		return nil, &closeError{websocket.StatusPolicyViolation, "too many messages"}
	}
	return text, nil
}

// listen passes every message to handle until that fails or the peer is gone. The
// context that it returns ends then, with the error as its cause.
func (c *conn) listen(ctx context.Context, handle func(context.Context, []byte) error) context.Context {
	listening, end := context.WithCancelCause(ctx)
	c.listening.Go(func() {
		end(problem.RecoverToError(func() error {
			for {
				text, err := c.receive()
				if err == nil {
					err = handle(listening, text)
				}
				if err != nil {
					return err
				}
			}
		}))
	})
	return listening
}

// close closes the connection, and waits until nothing uses it any more.
func (c *conn) close(ctx context.Context, cause error) {
	c.closeWith(ctx, cause)
	_ = c.ws.CloseNow()
	c.listening.Wait()
}

// closeWith tells the peer why the connection ends.
func (c *conn) closeWith(ctx context.Context, cause error) {
	if end := closeErrorFor(ctx, cause); end != nil {
		_ = c.ws.Close(end.code, end.reason) // a peer that is gone does not receive it
	}
}

// closeErrorFor returns what the peer is told, or nil where the peer is gone.
func closeErrorFor(ctx context.Context, cause error) *closeError {
	end, ok := errors.AsType[*closeError](cause)
	switch {
	case ok:
		return end
	case cause == nil:
		return &closeError{websocket.StatusNormalClosure, "nothing more will come"}
	case errors.Is(cause, websocket.ErrMessageTooBig):
		return &closeError{websocket.StatusMessageTooBig, "a message is larger than 64 KiB"}
	case errors.Is(cause, errPeerGone):
		return nil
	case ctx.Err() != nil:
		return &closeError{websocket.StatusGoingAway, "the server is being restarted"}
	default:
		_ = problem.Report(ctx, cause)
		return &closeError{websocket.StatusInternalError, "something went wrong on our side"}
	}
}
