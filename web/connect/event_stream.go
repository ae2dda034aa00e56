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
)

// Proxies close a silent stream, and a client that does not read must not hold
// the server up.
const (
	keepAlive    = 15 * time.Second
	writeTimeout = 10 * time.Second
	retryAfter   = time.Second
)

// errClientGone is the usual end of a stream.
var errClientGone = errors.New("the client is gone")

// stream writes server-sent events.
type stream struct {
	conn  net.Conn
	wrote time.Time
}

// openStream takes the connection over from the HTTP server, which would hold
// buffers and goroutines for it until the end.
func openStream(w http.ResponseWriter) (*stream, error) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, fmt.Errorf("open stream: %w", err)
	}
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // tells nginx not to buffer
	header.Set("Connection", "close")     // the reply ends with the connection
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	var head bytes.Buffer
	fmt.Fprintf(&head, "HTTP/1.1 %d %s\r\n", http.StatusOK, http.StatusText(http.StatusOK))
	if err := header.Write(&head); err != nil {
		return nil, errors.Join(fmt.Errorf("open stream: %w", err), conn.Close())
	}
	head.WriteString("\r\n")
	s := &stream{conn: conn}
	_ = s.write(head.Bytes()) // the first event fails with the same error
	return s, nil
}

func (s *stream) close() { _ = s.conn.Close() } // there is nobody to tell

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

// heartbeat writes a comment if nothing was written for a while, and returns when
// the next one is due.
func (s *stream) heartbeat() (next time.Duration, err error) {
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

// sentState is what a stream has sent.
type sentState struct {
	revision        int64
	transferRequest view.TransferRequest
}

// send sends what has changed since the last call, and returns when to call it
// again at the latest.
func (s *stream) send(ctx context.Context, now pageState, last *sentState) (next time.Duration, err error) {
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
