package socket

import (
	"context"
	"net/http"
	"time"

	"passage/db/notify"
	"passage/web/api/wire"
	"passage/web/follow"
	"passage/web/problem"
)

// linkSubject is a link, by the code in the query. The connection tells how the
// link stands, at once and at every change, until it can change no more.
func (s *Server) linkSubject(r *http.Request) (subject, error) {
	code := r.URL.Query().Get("code")
	if code == "" {
		return subject{}, problem.Invalid(problem.Issue{Path: "code", Message: "is required"})
	}
	link, err := s.DB.LinkByCode(r.Context(), code)
	if err != nil {
		return subject{}, err
	}
	return subject{key: link.ID, serve: func(ctx context.Context, c *conn) error {
		listening := c.listen(ctx, ignore)
		var sent wire.LinkStatus
		return s.DB.Follow(listening, link.ID, follow.Isolate(func(ctx context.Context) (time.Duration, error) {
			return s.sendLinkStatus(ctx, c, code, &sent)
		}))
	}}, nil
}

// ignore handles the messages of a client that has nothing to say.
func ignore(context.Context, []byte) error { return nil }

// sendLinkStatus sends how the link stands, unless that was sent last.
func (s *Server) sendLinkStatus(ctx context.Context, c *conn, code string, sent *wire.LinkStatus) (again time.Duration, err error) {
	link, err := s.DB.LinkByCode(ctx, code)
	if err != nil {
		return 0, err
	}
	now := wire.LinkStatus{Type: "link.status", LinkID: link.ID, Status: link.Status, Error: wire.NewSessionError(link.Error), Timestamp: link.StatusSince()}
	if sent.Status != now.Status || sent.Timestamp != now.Timestamp || sent.ErrorCode() != now.ErrorCode() {
		if err := c.send(now); err != nil {
			return 0, err
		}
		*sent = now
	}
	if link.Final() {
		return 0, notify.ErrDone
	}
	again, err = c.heartbeat(ctx)
	if left := link.ExpiresAt - s.DB.Now(); left > 0 { // no other change announces the expiry
		again = min(again, time.Duration(left)*time.Millisecond)
	}
	return again, err
}
