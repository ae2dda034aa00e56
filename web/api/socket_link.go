package api

import (
	"context"
	"net/http"
	"time"

	"passage/db/notify"
	"passage/web/api/wire"
	"passage/web/follow"
	"passage/web/problem"
)

// followLink tells how a link stands, at once and at every change, until it can
// change no more.
func (a *API) followLink(r *http.Request) (purpose, error) {
	code := r.URL.Query().Get("code")
	if code == "" {
		return purpose{}, problem.Invalid(problem.Issue{Path: "code", Message: "is required"})
	}
	link, err := a.DB.LinkByCode(r.Context(), code)
	if err != nil {
		return purpose{}, err
	}
	id := link.ID
	return purpose{about: id, serve: func(ctx context.Context, s *socket) error {
		heard := s.listen(ctx, func(context.Context, []byte) error { return nil }) // nothing is expected
		var last wire.LinkStatus
		return a.DB.Follow(heard, id, follow.Apart(func(ctx context.Context) (time.Duration, error) {
			return a.tellLink(ctx, s, code, &last)
		}))
	}}, nil
}

// tellLink sends how the link stands where that is not what was said last.
func (a *API) tellLink(ctx context.Context, s *socket, code string, last *wire.LinkStatus) (again time.Duration, err error) {
	link, err := a.DB.LinkByCode(ctx, code)
	if err != nil {
		return 0, err
	}
	now := wire.LinkStatus{Type: "link.status", LinkID: link.ID, Status: link.Status, Error: wire.NewSessionError(link.Error), Timestamp: link.StatusSince()}
	if last.Status != now.Status || last.Timestamp != now.Timestamp || last.Code() != now.Code() {
		if err := s.send(now); err != nil {
			return 0, err
		}
		*last = now
	}
	if link.Final() {
		return 0, notify.ErrDone
	}
	again, err = s.beat(ctx)
	if left := link.ExpiresAt - a.DB.Now(); left > 0 { // time alone changes it then
		again = min(again, time.Duration(left)*time.Millisecond)
	}
	return again, err
}
