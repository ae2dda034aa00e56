package connect

import (
	"context"
	"errors"
	"net/http"
	"time"

	view "passage/views/connect"
	"passage/web/follow"
	"passage/web/problem"
)

// StreamSession follows a session with server-sent events. Each “live” event is
// the whole live region at a revision, “notice” is the transfer request of
// another device, and “end” says that nothing more will come. The first events
// are the present state. Visitors who do not hold the session may follow it too.
func (h *Handler) StreamSession(w http.ResponseWriter, r *http.Request) error {
	v, err := h.visit(r)
	if err != nil {
		return err
	}
	return h.stream(w, r, v.link.ID, sessionPage{v.requester, v.session.ID, nil})
}

// sessionPage is the page of a session.
type sessionPage struct {
	requester
	sessionID string
	rejected  *rejectedAnswer // shown with the prompt; may be nil
}

func (p sessionPage) state(ctx context.Context, h *Handler) (pageState, error) {
	v, err := h.loadVisit(ctx, p.sessionID, p.requester)
	if err != nil {
		return pageState{}, err
	}
	layout, model, err := h.screen(ctx, v, p.rejected)
	return pageState{layout, model, v.session.Status.Ended()}, err
}

// page is a page that can be read again, without its request: a stream follows it
// long after the request, and a rejected form is shown on it.
type page interface {
	// state reads what the page shows now.
	state(context.Context, *Handler) (pageState, error)
}

// pageState is what a page shows. Once it is done, it does not change any more.
type pageState struct {
	layout view.Layout
	model  view.Model
	done   bool
}

// stream follows a page that is known to exist, until it is done or the client is
// gone.
func (h *Handler) stream(w http.ResponseWriter, r *http.Request, linkID string, p page) error {
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead {
		return nil
	}
	place, err := h.Followers.Enter(r, r.URL.Path+h.visitor(r)) // visitors are counted apart
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
		err := h.DB.Follow(ctx, linkID, follow.Isolate(func(ctx context.Context) (time.Duration, error) {
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
