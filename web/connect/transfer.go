package connect

import (
	"context"
	"errors"
	"net/http"

	"passage/automation"
	"passage/db"
	view "passage/views/connect"
)

// otherDeviceScreen is what a visitor sees of a session that another one holds.
// Before credentials were given, the visitor may take the session over.
// Afterwards the device that holds the session has to allow the transfer, or the
// visitor types the same credentials again. A session that has ended is hidden.
func (h *Handler) otherDeviceScreen(v visit) view.Model {
	switch {
	case v.session.Status.Ended():
		return view.NotFound{}
	case v.session.Status == db.SessionCreated:
		return view.OtherDevice{TakeOver: h.sessionPath(v.session.ID, "take-over")}
	default:
		live, _ := h.Runner.Status(v.session.ID)
		return view.OtherDevice{Request: h.sessionPath(v.session.ID, "knock"), Password: h.sessionPath(v.session.ID, "password"),
			Waiting: live.RequestedBy(v.visitor)}
	}
}

// SubmitTakeOver transfers a session to this visitor, before credentials were
// given.
func (h *Handler) SubmitTakeOver(w http.ResponseWriter, r *http.Request) (next string, err error) {
	return h.asVisitor(w, r, func(id, visitor string) error {
		_, err := h.DB.TransferSession(r.Context(), id, visitor, false)
		return err
	})
}

// SubmitTransferRequest asks the device that holds the session to transfer it.
// Its path ends in /knock.
func (h *Handler) SubmitTransferRequest(w http.ResponseWriter, r *http.Request) (next string, err error) {
	return h.asVisitor(w, r, func(id, visitor string) error { return h.Runner.RequestTransfer(r.Context(), id, visitor) })
}

// asVisitor runs an action of a visitor who does not hold the session. The
// session is the next page.
func (h *Handler) asVisitor(w http.ResponseWriter, r *http.Request, do func(id, visitor string) error) (next string, err error) {
	v, err := h.visit(r)
	if err != nil {
		return "", err
	}
	next = h.sessionPath(v.session.ID)
	if err := h.requireCookie(w, r, &v.link, next); err != nil {
		return "", err
	}
	visitor, err := h.ensureVisitor(w, r)
	if err != nil {
		return "", err
	}
	return next, unlessTooLate(do(v.session.ID, visitor))
}

// SubmitAllowTransfer transfers the session to the visitor who asked for it.
func (h *Handler) SubmitAllowTransfer(w http.ResponseWriter, r *http.Request) (next string, err error) {
	return h.asHolder(w, r, func(v visit, _ map[string]string) error {
		return h.Runner.AllowTransfer(r.Context(), v.session.ID)
	})
}

// SubmitRefuseTransfer refuses the transfer request.
func (h *Handler) SubmitRefuseTransfer(w http.ResponseWriter, r *http.Request) (next string, err error) {
	return h.asHolder(w, r, func(v visit, _ map[string]string) error { return h.Runner.RefuseTransfer(r.Context(), v.session.ID) })
}

// ShowPassword asks for the credentials again. They prove that this visitor is
// the person who began the session.
func (h *Handler) ShowPassword(w http.ResponseWriter, r *http.Request) error {
	v, err := h.visit(r)
	if err != nil {
		return err
	}
	if v.held || v.session.Status.Ended() {
		return redirect(w, r, h.sessionPath(v.session.ID))
	}
	err = h.showPage(w, r, http.StatusOK, passwordPage{visit: v})
	if errors.Is(err, automation.ErrNotRunning) {
		return redirect(w, r, h.sessionPath(v.session.ID))
	}
	return err
}

// SubmitPassword transfers the session to a visitor who knows its credentials.
func (h *Handler) SubmitPassword(w http.ResponseWriter, r *http.Request) (next string, err error) {
	values, err := form(w, r)
	if err != nil {
		return "", err
	}
	v, err := h.visit(r)
	if err != nil {
		return "", err
	}
	next = h.sessionPath(v.session.ID)
	if v.held {
		return next, nil
	}
	if v.visitor, err = h.ensureVisitor(w, r); err != nil {
		return "", err
	}
	same, err := h.Runner.TransferByPassword(r.Context(), v.session.ID, v.visitor, values)
	if err == nil && !same {
		return "", &rejected{http.StatusUnprocessableEntity, passwordPage{v, "wrong_password", values}}
	}
	return next, unlessTooLate(err)
}

// passwordPage is the page that ShowPassword shows.
type passwordPage struct {
	visit
	reason string            // why it is shown again; may be empty
	values map[string]string // what was typed
}

func (p passwordPage) state(ctx context.Context, h *Handler) (pageState, error) {
	integration, err := h.Runner.IntegrationOf(p.session.ID)
	if err != nil {
		return pageState{}, err
	}
	layout, err := h.layout(ctx, &p.link, p.languages)
	if err != nil {
		return pageState{}, err
	}
	return pageState{layout: layout, model: view.LogIn{Ask: view.Ask{Action: h.sessionPath(p.session.ID, "password"), Reason: p.reason},
		Fields: fields(integration.Credentials), Values: publicFields(integration.Credentials, p.values)}}, nil
}
