package connect

import (
	"context"
	"errors"
	"net/http"

	"passage/automation"
	"passage/db"
	"passage/web/problem"
)

// requester is who asks, as far as a request tells.
type requester struct {
	visitor   string // the id in the cookie; empty without one
	languages string // Accept-Language
}

func (h *Handler) requester(r *http.Request) requester { return requester{h.visitor(r), languages(r)} }

func languages(r *http.Request) string { return r.Header.Get("Accept-Language") }

// visit is a reader's view of a session.
type visit struct {
	requester
	session db.Session
	link    db.Link
	held    bool // by the reader
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

// ShowSession shows where the session stands.
func (h *Handler) ShowSession(w http.ResponseWriter, r *http.Request) error {
	v, err := h.visit(r)
	if err != nil {
		return err
	}
	if v.session.Status.Ended() && v.link.CurrentSessionID != v.session.ID && v.held {
		return redirect(w, r, claimPath(v.link.ClaimCode)) // the back button: a newer attempt is there
	}
	if !v.held {
		if v.session.Status.Ended() {
			return problem.NotFound()
		}
		return h.show(w, r, http.StatusConflict, v, nil)
	}
	return h.show(w, r, http.StatusOK, v, nil)
}

// show renders the page of a session, with what was wrong with what was sent.
func (h *Handler) show(w http.ResponseWriter, r *http.Request, status int, v visit, sent *rejectedAnswer) error {
	layout, model, err := h.screen(r.Context(), v, sent)
	if err != nil {
		return err
	}
	return render(w, r, status, layout, model)
}

// maxForm is how long a form may be, in bytes.
const maxForm = 64 << 10

// form reads what was posted. A value that comes twice counts once, the first.
func form(w http.ResponseWriter, r *http.Request) (map[string]string, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, err
		}
		return nil, problem.BadForm()
	}
	values := map[string]string{}
	for name, all := range r.PostForm {
		values[name] = all[0]
	}
	return values, nil
}

// rejectedAnswer is an answer that could not be taken.
type rejectedAnswer struct {
	values map[string]string
	errors map[string]string // field → reason
	reason string            // of the whole; "" the question's own
}

// SubmitAnswer hands the person's answer to the session, once.
func (h *Handler) SubmitAnswer(w http.ResponseWriter, r *http.Request) error {
	return h.submitAsHolder(w, r, func(v visit, values map[string]string) error {
		prompt := values["promptId"]
		delete(values, "promptId")
		err := h.Runner.Answer(r.Context(), v.session.ID, prompt, values)
		if errors.Is(err, automation.ErrBusy) {
			return &showAgain{problem.Of(err).Status, rejectedAnswer{values: values, reason: "busy"}}
		}
		if invalid, ok := errors.AsType[*automation.InvalidAnswer](err); ok {
			return &showAgain{http.StatusUnprocessableEntity, rejectedAnswer{values: values, errors: invalid.Fields}}
		}
		if _, ok := errors.AsType[*db.LockoutNear](err); ok {
			return &showAgain{http.StatusUnprocessableEntity, rejectedAnswer{values: values}} // the session itself knows until when
		}
		return err
	})
}

// showAgain is the wish to show the form again and say why.
type showAgain struct {
	status int
	sent   rejectedAnswer
}

func (*showAgain) Error() string { return "the answer has to be sent again" }

// SubmitCancel ends the session for the person.
func (h *Handler) SubmitCancel(w http.ResponseWriter, r *http.Request) error {
	return h.submitAsHolder(w, r, func(v visit, _ map[string]string) error {
		return h.Runner.Cancel(r.Context(), v.session.ID)
	})
}

// SubmitStillHere gives the person more time for the open question.
func (h *Handler) SubmitStillHere(w http.ResponseWriter, r *http.Request) error {
	return h.submitAsHolder(w, r, func(v visit, _ map[string]string) error { return h.Runner.Stay(v.session.ID) })
}

// SubmitAllowTransfer gives the session to the browser that asked for it.
func (h *Handler) SubmitAllowTransfer(w http.ResponseWriter, r *http.Request) error {
	return h.submitAsHolder(w, r, func(v visit, _ map[string]string) error {
		return h.Runner.AllowHandOver(r.Context(), v.session.ID)
	})
}

// SubmitRefuseTransfer keeps the session here.
func (h *Handler) SubmitRefuseTransfer(w http.ResponseWriter, r *http.Request) error {
	return h.submitAsHolder(w, r, func(v visit, _ map[string]string) error { return h.Runner.RefuseHandOver(r.Context(), v.session.ID) })
}

// submitAsHolder does what the browser that holds the session wants, and then shows
// where the session stands. What comes too late is no error.
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
		return h.show(w, r, again.status, v, &again.sent)
	}
	if err != nil && !tooLate(err) {
		return err
	}
	return redirect(w, r, sessionPath(v.session.ID))
}

func tooLate(err error) bool {
	return errors.Is(err, automation.ErrAnswered) || errors.Is(err, automation.ErrElsewhere) || errors.Is(err, db.ErrStale)
}

// SubmitRetry claims the link again, for a new session.
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
