package connect

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

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
		return view.OtherDevice{TakeOver: sessionPath(v.session.ID, "take-over")}
	default:
		live, _ := h.Runner.Status(v.session.ID)
		return view.OtherDevice{Request: sessionPath(v.session.ID, "knock"), Password: sessionPath(v.session.ID, "password"),
			Waiting: live.RequestedBy(v.visitor)}
	}
}

// SubmitTakeOver transfers a session to this visitor, before credentials were
// given.
func (h *Handler) SubmitTakeOver(w http.ResponseWriter, r *http.Request) error {
	return h.submitAsVisitor(w, r, func(id, visitor string) error {
		_, err := h.DB.TransferSession(r.Context(), id, visitor, false)
		return err
	})
}

// SubmitTransferRequest asks the device that holds the session to transfer it.
// Its path ends in /knock.
func (h *Handler) SubmitTransferRequest(w http.ResponseWriter, r *http.Request) error {
	return h.submitAsVisitor(w, r, func(id, visitor string) error { return h.Runner.RequestTransfer(r.Context(), id, visitor) })
}

// submitAsVisitor runs an action of a visitor who does not hold the session and
// redirects to the session.
func (h *Handler) submitAsVisitor(w http.ResponseWriter, r *http.Request, do func(id, visitor string) error) error {
	id := chi.URLParam(r, "sessionID")
	visitor, err := h.ensureVisitor(w, r)
	if err != nil {
		return err
	}
	if err := do(id, visitor); err != nil && !tooLate(err) {
		return err
	}
	return redirect(w, r, sessionPath(id))
}

// SubmitAllowTransfer transfers the session to the visitor who asked for it.
func (h *Handler) SubmitAllowTransfer(w http.ResponseWriter, r *http.Request) error {
	return h.submitAsHolder(w, r, func(v visit, _ map[string]string) error {
		return h.Runner.AllowTransfer(r.Context(), v.session.ID)
	})
}

// SubmitRefuseTransfer refuses the transfer request.
func (h *Handler) SubmitRefuseTransfer(w http.ResponseWriter, r *http.Request) error {
	return h.submitAsHolder(w, r, func(v visit, _ map[string]string) error { return h.Runner.RefuseTransfer(r.Context(), v.session.ID) })
}

// ShowPassword asks for the credentials again. They prove that this visitor is
// the person who began the session.
func (h *Handler) ShowPassword(w http.ResponseWriter, r *http.Request) error {
	return h.showPassword(w, r, http.StatusOK, "", nil)
}

// SubmitPassword transfers the session to a visitor who knows its credentials.
func (h *Handler) SubmitPassword(w http.ResponseWriter, r *http.Request) error {
	values, err := form(w, r)
	if err != nil {
		return err
	}
	visitor, err := h.ensureVisitor(w, r)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "sessionID")
	same, err := h.Runner.TransferByPassword(r.Context(), id, visitor, values)
	if errors.Is(err, automation.ErrNotRunning) || same {
		return redirect(w, r, sessionPath(id))
	}
	if err != nil {
		return err
	}
	return h.showPassword(w, r, http.StatusUnprocessableEntity, "wrong_password", values)
}

func (h *Handler) showPassword(w http.ResponseWriter, r *http.Request, status int, reason string, values map[string]string) error {
	v, err := h.visit(r)
	if err != nil {
		return err
	}
	integration, err := h.Runner.IntegrationOf(v.session.ID)
	if v.held || v.session.Status.Ended() || err != nil {
		return redirect(w, r, sessionPath(v.session.ID))
	}
	layout, err := h.layout(r.Context(), &v.link, v.languages)
	if err != nil {
		return err
	}
	model := view.LogIn{Ask: view.Ask{Action: sessionPath(v.session.ID, "password"), Reason: reason},
		Fields: fields(integration.Credentials), Values: publicFields(integration.Credentials, values)}
	return render(w, r, status, layout, model)
}
