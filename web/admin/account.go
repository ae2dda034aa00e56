package admin

import (
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"

	view "passage/views/admin"
)

const accountPath = "/account"

// ShowAccount lists the sessions of the operator who asks.
func (h *Handler) ShowAccount(w http.ResponseWriter, r *http.Request) error {
	here := operatorSession(r)
	sessions, err := h.DB.OperatorSessions(r.Context(), here.Operator.ID)
	if err != nil {
		return err
	}
	model := view.Account{EndOthers: accountPath + "/sessions/end"}
	for _, session := range sessions {
		model.Sessions = append(model.Sessions, view.OperatorSession{
			UserAgent: session.Browser.UserAgent, Address: session.Browser.Address, Here: session.ID == here.ID,
			Created: time.UnixMilli(session.CreatedAt), LastSeen: time.UnixMilli(session.LastSeenAt), Ends: time.UnixMilli(session.ExpiresAt),
			End: accountPath + "/sessions/" + url.PathEscape(session.ID) + "/end",
		})
	}
	return render(w, r, http.StatusOK, view.AccountPage(h.layout(r), model))
}

// SubmitEndSession ends a session of the operator who asks, also this one.
func (h *Handler) SubmitEndSession(w http.ResponseWriter, r *http.Request) error {
	if err := h.DB.EndOperatorSession(r.Context(), operator(r).ID, chi.URLParam(r, "operatorSessionID")); err != nil {
		return err
	}
	http.Redirect(w, r, accountPath, http.StatusSeeOther)
	return nil
}

// SubmitEndOtherSessions ends all sessions of the operator who asks but this one.
func (h *Handler) SubmitEndOtherSessions(w http.ResponseWriter, r *http.Request) error {
	if err := h.DB.EndOtherOperatorSessions(r.Context(), operatorSession(r)); err != nil {
		return err
	}
	http.Redirect(w, r, accountPath, http.StatusSeeOther)
	return nil
}
