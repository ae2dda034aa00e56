package connect

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/a-h/templ"

	view "passage/views/connect"
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
	// From here on the reply has begun: an error can only be reported.
	if err := h.sendChanges(r, openStream(w), linkID, see); err != nil && !errors.Is(err, errReaderGone) {
		_ = problem.Report(r.Context(), err)
	}
	return nil
}

// sendChanges sends every change until the last or until the reader leaves.
func (h *Handler) sendChanges(r *http.Request, out *stream, linkID string, see look) error {
	rings, stop := h.DB.Watch(linkID)
	defer stop()
	beat := time.NewTicker(keepAlive)
	defer beat.Stop()
	var last seen
	for {
		done, err := send(r, out, see, &last)
		if done || err != nil {
			return err
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-rings:
		case <-beat.C:
			if err := out.comment("still here"); err != nil {
				return err
			}
		}
	}
}

// seen is what a stream has sent already.
type seen struct {
	revision int64
	knock    view.Knock
}

// send sends what changed; done is true once there is nothing more to follow.
func send(r *http.Request, out *stream, see look, last *seen) (done bool, err error) {
	frame, model, done, err := see(r)
	if err != nil {
		return true, err
	}
	if frame.Knock != last.knock {
		if err := out.event(r, "notice", view.Notice(frame)); err != nil {
			return true, err
		}
		last.knock = frame.Knock
	}
	if frame.Revision != last.revision {
		if err := out.event(r, "live", view.Live(frame, model)); err != nil {
			return true, err
		}
		last.revision = frame.Revision
	}
	if done {
		return true, out.event(r, "end", templ.NopComponent)
	}
	return false, nil
}

// errReaderGone is the usual end of a stream.
var errReaderGone = errors.New("the reader is gone")

// stream writes server-sent events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func openStream(w http.ResponseWriter) *stream {
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would collect it
	control := http.NewResponseController(w)
	// The server's limit for reading a request would end the stream with it. A
	// writer without deadlines has no such limit.
	_ = control.SetReadDeadline(time.Time{})
	w.WriteHeader(http.StatusOK)
	return &stream{w, control}
}

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

func (s *stream) comment(text string) error { return s.write([]byte(": " + text + "\n\n")) }

func (s *stream) write(message []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return fmt.Errorf("%w: %w", errReaderGone, err)
	}
	if _, err := s.w.Write(message); err != nil {
		return fmt.Errorf("%w: %w", errReaderGone, err)
	}
	if err := s.control.Flush(); err != nil {
		return fmt.Errorf("%w: %w", errReaderGone, err)
	}
	return nil
}
