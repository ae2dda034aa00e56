package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"passage/web/follow"
	"passage/web/problem"
)

// How a socket is kept up. A peer that does not read, or does not answer, must
// not be waited for.
const (
	socketWriteTime  = 10 * time.Second
	socketPingEvery  = 25 * time.Second // proxies close what is silent for a minute, some for half of one
	socketPongWithin = 10 * time.Second
)

// errPeerGone is the usual end of a socket.
var errPeerGone = errors.New("the peer is gone")

// farewell ends a socket with a status and a reason for the peer.
type farewell struct {
	code   websocket.StatusCode
	reason string
}

func (f *farewell) Error() string { return "close: " + f.reason }

// purpose is what a socket is opened for.
type purpose struct {
	about string                               // what it follows; empty where that is not known yet
	serve func(context.Context, *socket) error // until nil, which closes it normally, or why it ends
}

// socket serves a WebSocket. What is wrong with the request is told before the
// upgrade, as everywhere in the API.
func (a *API) socket(prepare func(*http.Request) (purpose, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		purpose, err := prepare(r)
		if err == nil {
			err = checkUpgrade(r)
		}
		var place *follow.Place
		if err == nil {
			place, err = a.Followers.Enter(r, purpose.about)
		}
		if err != nil {
			problem.WriteJSON(w, r, err)
			return
		}
		// Any origin: the code or the token is the authority, and no cookie is read.
		conn, err := websocket.Accept(follow.Lean{ResponseWriter: w}, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil { // and Accept has said so
			place.Leave()
			return
		}
		conn.SetReadLimit(maxBody)
		place.Serve(r.Context(), func(ctx context.Context) {
			s := &socket{conn: conn, place: place, alive: time.Now()}
			s.close(ctx, problem.Contain(func() error { return purpose.serve(ctx, s) }))
		})
	}
}

// checkUpgrade turns away what is no WebSocket's handshake.
func checkUpgrade(r *http.Request) error {
	if r.Header.Get("Sec-WebSocket-Key") == "" || r.Header.Get("Sec-WebSocket-Version") != "13" {
		return problem.UpgradeRequired()
	}
	return nil
}

// socket is an open WebSocket.
type socket struct {
	conn      *websocket.Conn
	place     *follow.Place
	alive     time.Time // when the peer answered last
	flood     flood
	listening sync.WaitGroup
}

// send writes a message, which a peer that does not read cannot hold up for
// long.
func (s *socket) send(message any) error {
	text, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), socketWriteTime)
	defer cancel()
	if err := s.conn.Write(ctx, websocket.MessageText, text); err != nil {
		return fmt.Errorf("%w: %w", errPeerGone, err)
	}
	return nil
}

// beat makes sure that the peer is there once it did not answer for a while, and
// returns when to do so again.
func (s *socket) beat(ctx context.Context) (again time.Duration, err error) {
	if time.Since(s.alive) >= socketPingEvery {
		ctx, cancel := context.WithTimeout(ctx, socketPongWithin)
		defer cancel()
		if err := s.conn.Ping(ctx); err != nil {
			return 0, fmt.Errorf("%w: %w", errPeerGone, err)
		}
		s.alive = time.Now()
	}
	return socketPingEvery - time.Since(s.alive), nil
}

// receive waits for a message.
func (s *socket) receive() ([]byte, error) {
	// Without a deadline: the library would drop the connection without a word.
	// Whoever ends the socket closes it.
	_, text, err := s.conn.Read(context.Background())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPeerGone, err)
	}
	if s.flood.rises(time.Now()) {
		return nil, &farewell{websocket.StatusPolicyViolation, "too many messages"}
	}
	return text, nil
}

// listen hands every message to take until that fails, or the peer is gone. The
// context that it returns ends with it, for that reason.
func (s *socket) listen(ctx context.Context, take func(context.Context, []byte) error) context.Context {
	heard, end := context.WithCancelCause(ctx)
	s.listening.Go(func() {
		end(problem.Contain(func() error {
			for {
				text, err := s.receive()
				if err == nil {
					err = take(heard, text)
				}
				if err != nil {
					return err
				}
			}
		}))
	})
	return heard
}

// close tells the peer why a socket ends, and waits for the end.
func (s *socket) close(ctx context.Context, why error) {
	s.part(ctx, why)
	_ = s.conn.CloseNow()
	s.listening.Wait()
}

func (s *socket) part(ctx context.Context, why error) {
	if end := farewellTo(ctx, why); end != nil {
		_ = s.conn.Close(end.code, end.reason) // a peer that is gone does not hear it
	}
}

// farewellTo is what the peer is told; nil where nobody would hear it.
func farewellTo(ctx context.Context, why error) *farewell {
	end, told := errors.AsType[*farewell](why)
	switch {
	case told:
		return end
	case why == nil:
		return &farewell{websocket.StatusNormalClosure, "nothing more will come"}
	case errors.Is(why, websocket.ErrMessageTooBig):
		return &farewell{websocket.StatusMessageTooBig, "a message is larger than 64 KiB"}
	case errors.Is(why, errPeerGone):
		return nil
	case ctx.Err() != nil:
		return &farewell{websocket.StatusGoingAway, "the server is being restarted"}
	default:
		_ = problem.Report(ctx, why)
		return &farewell{websocket.StatusInternalError, "something went wrong on our side"}
	}
}
