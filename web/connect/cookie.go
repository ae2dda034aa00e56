package connect

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"

	"github.com/gorilla/sessions"

	"passage/db"
	view "passage/views/connect"
	"passage/web/cookie"
)

// The cookie holds the visitor's random id and nothing else. In an iframe of
// another site it has a name of its own, because a browser may have both.
const (
	visitorCookie = "passage_browser"
	iframeCookie  = "passage_framed"
	cookieField   = "id"
	cookieMaxAge  = 30 * 24 * 60 * 60 // seconds; longer than any link lives
)

// keysSetting is the name under which the database keeps the cookie's keys.
const keysSetting = "browser_cookie"

func newCookies(ctx context.Context, options Options) (*cookie.Store, error) {
	return cookie.NewStore(ctx, options.DB, keysSetting, sessions.Options{
		Path: "/", MaxAge: cookieMaxAge, HttpOnly: true,
		Secure: options.PublicURL.Scheme == "https", SameSite: http.SameSiteLaxMode,
	})
}

// visitor returns the id of the visitor: one browser of one person. It is empty
// for a visitor who has no cookie yet.
func (h *Handler) visitor(r *http.Request) string {
	return cmp.Or(h.idIn(r, visitorCookie), h.idIn(r, iframeCookie))
}

func (h *Handler) idIn(r *http.Request, cookieName string) string {
	id, _ := h.cookies.Values(r, cookieName)[cookieField].(string)
	return id
}

// ensureVisitor returns the visitor's id, and sets a cookie with a new one if
// there is none.
func (h *Handler) ensureVisitor(w http.ResponseWriter, r *http.Request) (string, error) {
	if id := h.visitor(r); id != "" {
		return id, nil
	}
	name, options := visitorCookie, h.cookies.Options()
	if inIframe(r) {
		name = iframeCookie
		// Kept per site that embeds us (CHIPS), so that it tells none of them what
		// happens at another.
		options.SameSite, options.Secure, options.Partitioned = http.SameSiteNoneMode, true, true
	}
	id := rand.Text()
	return id, h.cookies.Set(w, r, name, map[any]any{cookieField: id}, options)
}

// requireCookie refuses a form whose page set the visitor's cookie, if the browser
// did not send it back: nobody would hold the session. again is the page that sets
// it anew.
func (h *Handler) requireCookie(w http.ResponseWriter, r *http.Request, link *db.Link, again string) error {
	values, err := form(w, r)
	if err != nil || values[view.CookieSetField] == "" || sentCookie(r) {
		return err
	}
	return &rejected{http.StatusBadRequest, noCookiesPage{*link, languages(r), again}}
}

// sentCookie reports whether a visitor's cookie came, even one that is not valid
// any more.
func sentCookie(r *http.Request) bool {
	return len(r.CookiesNamed(visitorCookie))+len(r.CookiesNamed(iframeCookie)) > 0
}

// noCookiesPage is what a browser is shown that keeps no cookies.
type noCookiesPage struct {
	link             db.Link
	languages, again string
}

func (p noCookiesPage) state(ctx context.Context, h *Handler) (pageState, error) {
	layout, err := h.layout(ctx, &p.link, p.languages)
	return pageState{layout: layout, model: view.NoCookies{Again: p.again}}, err
}
