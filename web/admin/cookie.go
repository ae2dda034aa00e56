package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"passage/db"
	"passage/web/problem"
)

// cookieName is the cookie with the token of an operator's session. The database
// knows what the token opens, and how long.
const cookieName = "passage_operator"

func setCookie(w http.ResponseWriter, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Not Secure: the listener is loopback unless an operator says otherwise, and there browsers refuse Secure cookies over plain http.
		Name: cookieName, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

type sessionKey struct{}

// operatorSession returns the log-in that made the request; RequireOperator put
// it there.
func operatorSession(r *http.Request) db.OperatorSession {
	found, _ := r.Context().Value(sessionKey{}).(db.OperatorSession)
	return found
}

// operator returns who made the request.
func operator(r *http.Request) db.Operator { return operatorSession(r).Operator }

// RequireOperator lets only operators through, and sends others to log in.
func (h *Handler) RequireOperator(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found, err := h.authenticate(r)
		switch {
		case err == nil:
			h.noteSeen(r, found)
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), sessionKey{}, found)))
		case errors.Is(err, db.ErrNotFound):
			http.Redirect(w, r, loginFor(r), http.StatusSeeOther)
		default:
			shown := problem.Report(r.Context(), err)
			if err := h.ShowError(w, r, shown.Status); err != nil {
				_ = problem.Report(r.Context(), err)
			}
		}
	})
}

// noteSeen notes that a session is used. A database that can only be read keeps
// nobody from the dashboard.
func (h *Handler) noteSeen(r *http.Request, session db.OperatorSession) {
	if err := h.DB.NoteOperatorSeen(r.Context(), session); err != nil {
		_ = problem.Report(r.Context(), err)
	}
}

// loginFor is the log-in that leads back to the requested page. A POST is not
// repeated.
func loginFor(r *http.Request) string {
	if r.Method != http.MethodGet {
		return loginPath
	}
	return loginPath + "?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()
}

// authenticate finds the session that the cookie opens. ErrNotFound says that
// there is none, or not any more.
func (h *Handler) authenticate(r *http.Request) (db.OperatorSession, error) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return db.OperatorSession{}, db.ErrNotFound
	}
	return h.DB.AuthenticateOperator(r.Context(), cookie.Value)
}

// logIn checks a password and starts a session in this browser. It ends the one
// that the browser had.
func (h *Handler) logIn(w http.ResponseWriter, r *http.Request, email, password string) error {
	token, err := h.DB.LogInOperator(r.Context(), email, password, db.Browser{UserAgent: r.UserAgent(), Address: callerAddress(r)})
	if err != nil {
		return err
	}
	before, err := h.authenticate(r)
	if err == nil {
		err = h.endSession(r.Context(), before)
	}
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	setCookie(w, token, int(db.OperatorSessionLifetime/time.Second))
	return nil
}

// endSession ends a session, which may have ended already.
func (h *Handler) endSession(ctx context.Context, session db.OperatorSession) error {
	err := h.DB.EndOperatorSession(ctx, session.Operator.ID, session.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	return err
}

func (h *Handler) logOut(w http.ResponseWriter, r *http.Request) error {
	if err := h.endSession(r.Context(), operatorSession(r)); err != nil {
		return err
	}
	setCookie(w, "", -1)
	return nil
}
