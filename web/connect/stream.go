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

// Stream follows a session with server-sent events. Each “live” event is the
// whole live region at a revision; “notice” is the question of another device;
// “end” says that nothing more will come. Connecting sends the present state.
// A browser that does not hold the session learns when it gets it.
func (h *Handler) Stream(w http.ResponseWriter, r *http.Request) error {
	v, err := h.visit(r)
	if err != nil {
		return err
	}
	return h.follow(w, r, v.link.ID, h.seeSession)
}

// look gives what a stream's reader is to see now; done says that it will not
// change any more.
type look func(r *http.Request) (frame view.Frame, model view.Model, done bool, err error)

func (h *Handler) seeSession(r *http.Request) (view.Frame, view.Model, bool, error) {
	v, err := h.visit(r)
	if err != nil {
		return view.Frame{}, nil, true, err
	}
	frame, model, err := h.screen(r, v, nil)
	return frame, model, v.session.Status.Ended(), err
}

// follow streams what a link's person is to see.
func (h *Handler) follow(w http.ResponseWriter, r *http.Request, linkID string, see look) error {
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead { // wants to know no more
		return nil
	}
	place, err := h.Followers.Enter(r, r.URL.Path+h.browser(r)) // a stranger takes no place of the holder's
	if err != nil {
		return err
	}
	out, err := openStream(w)
	if err != nil {
		place.Leave()
		return err
	}
	r = r.WithContext(problem.Continue(context.Background(), r.Context())) // its own is over with the request
	place.Serve(r, func(ctx context.Context) {
		defer out.close()
		var last seen
		err := h.DB.Follow(ctx, linkID, follow.Apart(func(ctx context.Context) (time.Duration, error) {
			return send(r.WithContext(ctx), out, see, &last)
		}))
		if err != nil && !errors.Is(err, errReaderGone) && ctx.Err() == nil {
			_ = problem.Report(ctx, err) // the reply has begun
		}
	})
	return nil
}

// seen is what a stream has sent already.
type seen struct {
	revision int64
	knock    view.Knock
}

// send sends what is new.
func send(r *http.Request, out *stream, see look, last *seen) (again time.Duration, err error) {
	frame, model, done, err := see(r)
	if err != nil {
		return 0, err
	}
	if frame.Knock != last.knock {
		if err := out.event(r, "notice", view.Notice(frame)); err != nil {
			return 0, err
		}
		last.knock = frame.Knock
	}
	if frame.Revision != last.revision {
		if err := out.event(r, "live", view.Live(frame, model)); err != nil {
			return 0, err
		}
		last.revision = frame.Revision
	}
	if done {
		return 0, cmp.Or(out.event(r, "end", templ.NopComponent), notify.ErrDone)
	}
	return out.beat()
}

// errReaderGone is the usual end of a stream.
var errReaderGone = errors.New("the reader is gone")

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

func (s *stream) event(r *http.Request, name string, content templ.Component) error {
	var html bytes.Buffer
	if err := content.Render(r.Context(), &html); err != nil {
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

// beat writes a sign of life once nothing was written for a while, and returns
// when the next one is due.
func (s *stream) beat() (again time.Duration, err error) {
	if time.Since(s.wrote) >= keepAlive {
		err = s.write([]byte(": still here\n\n"))
	}
	return keepAlive - time.Since(s.wrote), err
}

func (s *stream) write(message []byte) error {
	s.wrote = time.Now()
	if err := s.conn.SetWriteDeadline(s.wrote.Add(writeTimeout)); err != nil {
		return fmt.Errorf("%w: %w", errReaderGone, err)
	}
	if _, err := s.conn.Write(message); err != nil {
		return fmt.Errorf("%w: %w", errReaderGone, err)
	}
	return nil
}
