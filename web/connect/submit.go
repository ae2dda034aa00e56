package connect

import (
	"errors"
	"net/http"

	"passage/automation"
	"passage/db"
)

// Submission handles a posted form. It returns the path of the page to show
// next, and writes nothing but headers.
type Submission func(http.ResponseWriter, *http.Request) (next string, err error)

// Submit makes the handler of a form: after do, it redirects to the next page,
// so that loading it anew posts nothing. A form that do rejects is shown again at
// once, with what was typed and what is wrong.
func (h *Handler) Submit(do Submission) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		next, err := do(w, r)
		if form, ok := errors.AsType[*rejected](err); ok {
			return h.showPage(w, r, form.status, form.page)
		}
		if err != nil {
			return err
		}
		return redirect(w, r, next)
	}
}

// showPage renders a page as it is now.
func (h *Handler) showPage(w http.ResponseWriter, r *http.Request, status int, p page) error {
	shown, err := p.state(r.Context(), h)
	if err != nil {
		return err
	}
	return render(w, r, status, shown.layout, shown.model)
}

// rejected is the error of a form that is to be shown again on this page.
type rejected struct {
	status int
	page   page
}

func (*rejected) Error() string { return "the form was rejected" }

// asHolder runs an action of the visitor who holds the session. The session is
// the next page, also for other visitors, for whom nothing is done, and when the
// action comes too late.
func (h *Handler) asHolder(w http.ResponseWriter, r *http.Request, do func(visit, map[string]string) error) (next string, err error) {
	values, err := form(w, r)
	if err != nil {
		return "", err
	}
	v, err := h.visit(r)
	if err != nil {
		return "", err
	}
	if v.held {
		err = do(v, values)
	}
	return h.sessionPath(v.session.ID), unlessTooLate(err)
}

// unlessTooLate drops the error of an action that came after the session had
// moved on.
func unlessTooLate(err error) error {
	if errors.Is(err, automation.ErrPromptClosed) || errors.Is(err, automation.ErrNotRunning) || errors.Is(err, db.ErrStale) {
		return nil
	}
	return err
}
