package connect

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"passage/db/notify"
	view "passage/views/connect"
	"passage/web/follow"
	"passage/web/problem"
)

// How a stream is kept up: proxies close a silent one, and a reader that does
// not read must not be waited for.
const (
	keepAlive    = 15 * time.Second
	writeTimeout = 10 * time.Second
	retryAfter   = time.Second
)

// StreamSession follows a session with server-sent events. Each “live” event is the
// whole live region at a revision; “notice” is the question of another device;
// “end” says that nothing more will come. Connecting sends the present state.
// A browser that does not hold the session learns when it gets it.
func (h *Handler) StreamSession(w http.ResponseWriter, r *http.Request) error {
	v, err := h.visit(r)
	if err != nil {
		return err
	}
	return h.stream(w, r, v.link.ID, sessionPage{v.requester, v.session.ID})
}

// sessionPage is the page of a session while it lasts.
type sessionPage struct {
	requester
	sessionID string
}

func (p sessionPage) state(ctx context.Context, h *Handler) (pageState, error) {
	v, err := h.loadVisit(ctx, p.sessionID, p.requester)
	if err != nil {
		return pageState{}, err
	}
	layout, model, err := h.screen(ctx, v, nil)
	return pageState{layout, model, v.session.Status.Ended()}, err
}

// page is what a stream follows. It holds all that the stream needs of its
// request: the request is over long before the stream is, and the router reuses
// its parts for others.
type page interface {
	// present reads what the page shows now.
	state(context.Context, *Handler) (pageState, error)
}

// pageState is what a page shows; done says that it will not change any more.
type pageState struct {
	layout view.Layout
	model view.Model
	done  bool
}

// stream follows a page that is known to exist, until it is done or its reader
// is gone.
func (h *Handler) stream(w http.ResponseWriter, r *http.Request, linkID string, p page) error {
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead { // wants to know no more
		return nil
	}
	place, err := h.Followers.Enter(r, r.URL.Path+h.visitor(r)) // a stranger takes no place of the holder's
	if err != nil {
		return err
	}
	out, err := openStream(w)
	if err != nil {
		place.Leave()
		return err
	}
	place.Serve(r.Context(), func(ctx context.Context) {
		defer out.close()
		var last sentState
		err := h.DB.Follow(ctx, linkID, follow.Apart(func(ctx context.Context) (time.Duration, error) {
			now, err := p.state(ctx, h)
			if err != nil {
				return 0, err
			}
			return out.send(ctx, now, &last)
		}))
		if err != nil && !errors.Is(err, errClientGone) && ctx.Err() == nil {
			_ = problem.Report(ctx, err) // the reply has begun
		}
	})
	return nil
}

// sentState is what a stream has sent already.
type sentState struct {
	revision        int64
	transferRequest view.TransferRequest
}

// send sends what is new.
func (s *stream) send(ctx context.Context, now pageState, last *sentState) (again time.Duration, err error) {
	if now.layout.TransferRequest != last.transferRequest {
		if err := s.event(ctx, "notice", view.Notice(now.layout)); err != nil {
			return 0, err
		}
		last.transferRequest = now.layout.TransferRequest
	}
	if now.layout.Revision != last.revision {
		if err := s.event(ctx, "live", view.Live(now.layout, now.model)); err != nil {
			return 0, err
		}
		last.revision = now.layout.Revision
	}
	if now.done {
		return 0, cmp.Or(s.event(ctx, "end", templ.NopComponent), notify.ErrDone)
	}
	return s.heartbeat()
}

// errClientGone is the usual end of a stream.
var errClientGone = errors.New("the reader is gone")

// stream writes server-sent events.
type stream struct {
	conn  net.Conn
	wrote time.Time
}

// openStream takes the connection from the HTTP server, which would hold buffers
// and goroutines for it as long as it lasts.
func openStream(w http.ResponseWriter) (*stream, error) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, fmt.Errorf("open stream: %w", err)
	}
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would collect it
	header.Set("Connection", "close")     // the end of the reply is that of the connection
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	var head bytes.Buffer
	fmt.Fprintf(&head, "HTTP/1.1 %d %s\r\n", http.StatusOK, http.StatusText(http.StatusOK))
	if err := header.Write(&head); err != nil {
		return nil, errors.Join(fmt.Errorf("open stream: %w", err), conn.Close())
	}
	head.WriteString("\r\n")
	s := &stream{conn: conn}
	_ = s.write(head.Bytes()) // the first event meets the same error
	return s, nil
}

func (s *stream) close() { _ = s.conn.Close() } // whatever was wrong, it is over

func (s *stream) event(ctx context.Context, name string, content templ.Component) error {
	var html bytes.Buffer
	if err := content.Render(ctx, &html); err != nil {
		return fmt.Errorf("render event: %w", err)
	}
	var message bytes.Buffer
	fmt.Fprintf(&message, "event: %s\nretry: %d\n", name, retryAfter.Milliseconds())
	for line := range bytes.SplitSeq(html.Bytes(), []byte("\n")) {
		fmt.Fprintf(&message, "data: %s\n", line)
	}
	message.WriteByte('\n')
	return s.write(message.Bytes())
}

// heartbeat writes a sign of life once nothing was written for a while, and returns
// when the next one is due.
func (s *stream) heartbeat() (again time.Duration, err error) {
	if time.Since(s.wrote) >= keepAlive {
		err = s.write([]byte(": still here\n\n"))
	}
	return keepAlive - time.Since(s.wrote), err
}

func (s *stream) write(message []byte) error {
	s.wrote = time.Now()
	if err := s.conn.SetWriteDeadline(s.wrote.Add(writeTimeout)); err != nil {
		return fmt.Errorf("%w: %w", errClientGone, err)
	}
	if _, err := s.conn.Write(message); err != nil {
		return fmt.Errorf("%w: %w", errClientGone, err)
	}
	return nil
}
