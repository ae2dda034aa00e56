package connect

import (
	"context"
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"passage/automation"
	"passage/db"
	"passage/web/problem"
)

// requester is what a request says about the person who makes it.
type requester struct {
	visitor   string // the id in the cookie; empty without one
	languages string // the header Accept-Language
}

func (h *Handler) requester(r *http.Request) requester { return requester{h.visitor(r), languages(r)} }

func languages(r *http.Request) string { return r.Header.Get("Accept-Language") }

// visit is a session together with the visitor who looks at it.
type visit struct {
	requester
	session db.Session
	link    db.Link
	held    bool // the session is bound to this visitor
}

func newVisit(session db.Session, link db.Link, by requester) visit {
	return visit{by, session, link, session.HeldBy(by.visitor)}
}

func (h *Handler) visit(r *http.Request) (visit, error) {
	id, err := h.sessionID(chi.URLParam(r, "sessionCode"))
	if err != nil {
		return visit{}, err
	}
	return h.loadVisit(r.Context(), id, h.requester(r))
}

func (h *Handler) loadVisit(ctx context.Context, sessionID string, by requester) (visit, error) {
	session, link, err := h.DB.Session(ctx, sessionID)
	if err != nil {
		return visit{}, err
	}
	return newVisit(session, link, by), nil
}

// ShowSession shows the screen that fits the state of the session.
func (h *Handler) ShowSession(w http.ResponseWriter, r *http.Request) error {
	v, err := h.visit(r)
	if err != nil {
		return err
	}
	if v.session.Status.Ended() && v.link.CurrentSessionID != v.session.ID && v.held {
		return redirect(w, r, claimPath(v.link.ClaimCode)) // the back button: there is a newer attempt
	}
	if !v.held {
		if v.session.Status.Ended() {
			return problem.NotFound()
		}
		return h.showOtherDevice(w, r, v)
	}
	return h.show(w, r, http.StatusOK, v)
}

// showOtherDevice shows a session that another visitor holds. It sets the cookie
// that a form of the page must come with.
func (h *Handler) showOtherDevice(w http.ResponseWriter, r *http.Request, v visit) error {
	if _, err := h.ensureVisitor(w, r); err != nil {
		return err
	}
	return h.show(w, r, http.StatusConflict, v)
}

// show renders the page of a session.
func (h *Handler) show(w http.ResponseWriter, r *http.Request, status int, v visit) error {
	layout, model, err := h.screen(r.Context(), v, nil)
	if err != nil {
		return err
	}
	return render(w, r, status, layout, model)
}

// rejectedAnswer is an answer that was not accepted, and why.
type rejectedAnswer struct {
	values map[string]string
	errors map[string]string // field → reason
	reason string            // for the whole form; "" the reason of the prompt
}

// SubmitAnswer passes an answer to the session. An answer counts once.
func (h *Handler) SubmitAnswer(w http.ResponseWriter, r *http.Request) (next string, err error) {
	return h.asHolder(w, r, func(v visit, values map[string]string) error {
		prompt := values["promptId"]
		delete(values, "promptId")
		err := h.Runner.Answer(r.Context(), v.session.ID, prompt, values)
		answer := rejectedAnswer{values: values}
		status := http.StatusUnprocessableEntity
		if invalid, ok := errors.AsType[*automation.InvalidAnswer](err); ok {
			answer.errors = invalid.Fields
		} else if errors.Is(err, automation.ErrQueueFull) {
			answer.reason, status = "busy", http.StatusServiceUnavailable
		} else if _, ok := errors.AsType[*db.LockoutNear](err); !ok { // the session knows until when the lock-out lasts
			return err
		}
		return &rejected{status, sessionPage{v.requester, v.session.ID, &answer}}
	})
}

// SubmitCancel ends the session at the person's wish.
func (h *Handler) SubmitCancel(w http.ResponseWriter, r *http.Request) (next string, err error) {
	return h.asHolder(w, r, func(v visit, _ map[string]string) error {
		return h.Runner.Cancel(r.Context(), v.session.ID)
	})
}

// SubmitStillHere extends the time for the open prompt. Its path ends in /stay.
func (h *Handler) SubmitStillHere(w http.ResponseWriter, r *http.Request) (next string, err error) {
	return h.asHolder(w, r, func(v visit, _ map[string]string) error { return h.Runner.Stay(v.session.ID) })
}

// SubmitRetry claims the link again, which starts a new session.
func (h *Handler) SubmitRetry(w http.ResponseWriter, r *http.Request) (next string, err error) {
	v, err := h.visit(r)
	if err != nil {
		return "", err
	}
	if !v.held {
		return "", problem.NotFound()
	}
	return h.claim(w, r, &v.link)
}
