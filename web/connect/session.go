package connect

import (
	"context"
	"errors"
	"net/http"

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
	return h.loadVisit(r.Context(), r.PathValue("sessionID"), h.requester(r))
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
		return h.show(w, r, http.StatusConflict, v, nil)
	}
	return h.show(w, r, http.StatusOK, v, nil)
}

// show renders the page of a session, with an answer that was rejected.
func (h *Handler) show(w http.ResponseWriter, r *http.Request, status int, v visit, sent *rejectedAnswer) error {
	layout, model, err := h.screen(r.Context(), v, sent)
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
func (h *Handler) SubmitAnswer(w http.ResponseWriter, r *http.Request) error {
	return h.submitAsHolder(w, r, func(v visit, values map[string]string) error {
		prompt := values["promptId"]
		delete(values, "promptId")
		err := h.Runner.Answer(r.Context(), v.session.ID, prompt, values)
		if errors.Is(err, automation.ErrBusy) {
			return &showAgain{problem.FromError(err).Status, rejectedAnswer{values: values, reason: "busy"}}
		}
		if invalid, ok := errors.AsType[*automation.InvalidAnswer](err); ok {
			return &showAgain{http.StatusUnprocessableEntity, rejectedAnswer{values: values, errors: invalid.Fields}}
		}
		if _, ok := errors.AsType[*db.LockoutNear](err); ok {
			return &showAgain{http.StatusUnprocessableEntity, rejectedAnswer{values: values}} // the session knows until when
		}
		return err
	})
}

// showAgain asks for the form to be shown again.
type showAgain struct {
	status int
	answer rejectedAnswer
}

func (*showAgain) Error() string { return "the answer was rejected" }

// SubmitCancel ends the session at the person's wish.
func (h *Handler) SubmitCancel(w http.ResponseWriter, r *http.Request) error {
	return h.submitAsHolder(w, r, func(v visit, _ map[string]string) error {
		return h.Runner.Cancel(r.Context(), v.session.ID)
	})
}

// SubmitStillHere extends the time for the open prompt. Its path ends in /stay.
func (h *Handler) SubmitStillHere(w http.ResponseWriter, r *http.Request) error {
	return h.submitAsHolder(w, r, func(v visit, _ map[string]string) error { return h.Runner.Stay(v.session.ID) })
}

// submitAsHolder runs an action of the visitor who holds the session and
// redirects to the session. An action that comes too late is not an error.
func (h *Handler) submitAsHolder(w http.ResponseWriter, r *http.Request, do func(visit, map[string]string) error) error {
	values, err := form(w, r)
	if err != nil {
		return err
	}
	v, err := h.visit(r)
	if err != nil {
		return err
	}
	if !v.held {
		return redirect(w, r, sessionPath(v.session.ID))
	}
	err = do(v, values)
	if again, ok := errors.AsType[*showAgain](err); ok {
		return h.show(w, r, again.status, v, &again.answer)
	}
	if err != nil && !tooLate(err) {
		return err
	}
	return redirect(w, r, sessionPath(v.session.ID))
}

// tooLate reports whether the session had moved on before the action.
func tooLate(err error) bool {
	return errors.Is(err, automation.ErrPromptClosed) || errors.Is(err, automation.ErrNotRunning) || errors.Is(err, db.ErrStale)
}

// SubmitRetry claims the link again, which starts a new session.
func (h *Handler) SubmitRetry(w http.ResponseWriter, r *http.Request) error {
	v, err := h.visit(r)
	if err != nil {
		return err
	}
	if !v.held {
		return problem.NotFound()
	}
	return h.claim(w, r, &v.link)
}
