package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/sessions"

	"passage/db"
	"passage/web/problem"
)

// The cookie names the operator, the password that they logged in with (by the
// time when it was set), and when that was. It holds for a working day, and no
// longer than the password.
const (
	cookieName     = "passage_operator"
	cookieOperator = "operator"
	cookiePassword = "password"
	cookieSince    = "since"
	cookieLife     = 12 * time.Hour
)

const (
	signingKeySetting    = "operator_cookie_signing_key"
	encryptionKeySetting = "operator_cookie_encryption_key"
	signingKeyBytes      = 64
	encryptionKeyBytes   = 32
)

func newCookies(ctx context.Context, database *db.DB) (*sessions.CookieStore, error) {
	signing, err := database.Secret(ctx, signingKeySetting, signingKeyBytes)
	if err != nil {
		return nil, err
	}
	encryption, err := database.Secret(ctx, encryptionKeySetting, encryptionKeyBytes)
	if err != nil {
		return nil, err
	}
	store := sessions.NewCookieStore(signing, encryption)
	// Not Secure: the listener is loopback unless an operator says otherwise,
	// and there browsers refuse Secure cookies over plain http.
	store.Options = &sessions.Options{Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode}
	store.MaxAge(int(cookieLife / time.Second))
	return store, nil
}

type operatorKey struct{}

// operator is who made the request; RequireOperator has put them there.
func operator(r *http.Request) db.Operator {
	found, _ := r.Context().Value(operatorKey{}).(db.Operator)
	return found
}

// RequireOperator lets only operators through, and sends others to log in.
func (h *Handler) RequireOperator(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found, err := h.whoIs(r)
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

// loginFor is the log-in that leads back to what was asked for. A post is not
// made again.
func loginFor(r *http.Request) string {
	if r.Method != http.MethodGet {
		return loginPath
	}
	return loginPath + "?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()
}

// whoIs finds the operator that the cookie names; ErrNotFound where there is
// none, or the cookie is not of the present password.
func (h *Handler) whoIs(r *http.Request) (db.Operator, error) {
	session, err := h.cookies.Get(r, cookieName)
	if err != nil { // made with other keys: like none
		return db.Operator{}, db.ErrNotFound
	}
	id, _ := session.Values[cookieOperator].(string)
	password, _ := session.Values[cookiePassword].(int64)
	since, _ := session.Values[cookieSince].(int64)
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
	session := sessions.NewSession(h.cookies, cookieName)
	session.Options = h.cookies.Options
	session.Values[cookieOperator] = who.ID
	session.Values[cookiePassword], session.Values[cookieSince] = who.PasswordChangedAt, h.DB.Now()
	return h.save(w, r, session)
}

func (h *Handler) logOut(w http.ResponseWriter, r *http.Request) error {
	session := sessions.NewSession(h.cookies, cookieName)
	gone := *h.cookies.Options
	gone.MaxAge = -1
	session.Options = &gone
	return h.save(w, r, session)
}

func (h *Handler) save(w http.ResponseWriter, r *http.Request, session *sessions.Session) error {
	if err := session.Save(r, w); err != nil {
		return fmt.Errorf("set the operator's cookie: %w", err)
	}
	return nil
}
