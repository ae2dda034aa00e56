package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/sessions"

	"passage/db"
	"passage/web/cookie"
	"passage/web/problem"
)

// The cookie names the operator, the password of the log-in (by the time when it
// was set) and the time of the log-in. It is good for a working day, and until
// the password changes.
const (
	cookieName     = "passage_operator"
	cookieOperator = "operator"
	cookiePassword = "password"
	cookieSince    = "since"
	cookieLife     = 12 * time.Hour
)

// keysSetting is the name under which the database keeps the cookie's keys.
const keysSetting = "operator_cookie"

func newCookies(ctx context.Context, database *db.DB) (*cookie.Store, error) {
	// Not Secure: the listener is loopback unless an operator says otherwise,
	// and there browsers refuse Secure cookies over plain http.
	return cookie.NewStore(ctx, database, keysSetting, sessions.Options{Path: "/", MaxAge: int(cookieLife / time.Second), HttpOnly: true,
		SameSite: http.SameSiteStrictMode})
}

type operatorKey struct{}

// operator returns who made the request; RequireOperator put them there.
func operator(r *http.Request) db.Operator {
	found, _ := r.Context().Value(operatorKey{}).(db.Operator)
	return found
}

// RequireOperator lets only operators through, and sends others to log in.
func (h *Handler) RequireOperator(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found, err := h.authenticate(r)
		switch {
		case err == nil:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), operatorKey{}, found)))
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

// loginFor is the log-in that leads back to the requested page. A POST is not
// repeated.
func loginFor(r *http.Request) string {
	if r.Method != http.MethodGet {
		return loginPath
	}
	return loginPath + "?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()
}

// authenticate finds the operator that the cookie names. It returns ErrNotFound
// where there is none, and where the password has changed since.
func (h *Handler) authenticate(r *http.Request) (db.Operator, error) {
	values := h.cookies.Values(r, cookieName)
	id, _ := values[cookieOperator].(string)
	password, _ := values[cookiePassword].(int64)
	since, _ := values[cookieSince].(int64)
	found, err := h.DB.Operator(r.Context(), id)
	if err != nil {
		return db.Operator{}, err
	}
	if password != found.PasswordChangedAt || h.DB.Now()-since > cookieLife.Milliseconds() {
		return db.Operator{}, db.ErrNotFound
	}
	return found, nil
}

func (h *Handler) logIn(w http.ResponseWriter, r *http.Request, who db.Operator) error {
	return h.cookies.Set(w, r, cookieName, map[any]any{
		cookieOperator: who.ID, cookiePassword: who.PasswordChangedAt, cookieSince: h.DB.Now(),
	}, h.cookies.Options())
}

func (h *Handler) logOut(w http.ResponseWriter, r *http.Request) error {
	expired := h.cookies.Options()
	expired.MaxAge = -1
	return h.cookies.Set(w, r, cookieName, map[any]any{}, expired)
}
