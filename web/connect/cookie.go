package connect

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"

	"github.com/gorilla/sessions"
)

// The cookie holds one random id per browser and nothing else; a claim binds
// its session to it. In a frame of another site's page it has a name of its own,
// because a browser can have both.
const (
	cookieName   = "passage_browser"
	framedName   = "passage_framed"
	cookieField  = "id"
	cookieMaxAge = 30 * 24 * 60 * 60 // seconds; longer than any link lives
)

// The names under which the database keeps the cookie's keys, and their sizes
// in bytes as securecookie wants them: HMAC-SHA256 and AES-256.
const (
	signingKeySetting    = "browser_cookie_signing_key"
	encryptionKeySetting = "browser_cookie_encryption_key"
	signingKeyBytes      = 64
	encryptionKeyBytes   = 32
)

func newCookies(ctx context.Context, options Options) (*sessions.CookieStore, error) {
	signing, err := options.DB.Secret(ctx, signingKeySetting, signingKeyBytes)
	if err != nil {
		return nil, err
	}
	encryption, err := options.DB.Secret(ctx, encryptionKeySetting, encryptionKeyBytes)
	if err != nil {
		return nil, err
	}
	store := sessions.NewCookieStore(signing, encryption)
	store.Options = &sessions.Options{
		Path: "/", MaxAge: cookieMaxAge, HttpOnly: true,
		Secure: options.PublicURL.Scheme == "https", SameSite: http.SameSiteLaxMode,
	}
	store.MaxAge(cookieMaxAge)
	return store, nil
}

// browser returns the id of the person's browser, empty where it has none yet.
func (h *Handler) browser(r *http.Request) string {
	return cmp.Or(h.idIn(r, cookieName), h.idIn(r, framedName))
}

func (h *Handler) idIn(r *http.Request, cookie string) string {
	// A cookie that does not open is like none: it was ours once, with other
	// keys, or never.
	session, err := h.cookies.Get(r, cookie)
	if err != nil {
		return ""
	}
	id, ok := session.Values[cookieField].(string)
	if !ok {
		return ""
	}
	return id
}

// ensureBrowser returns the browser's id, giving it one if it has none.
func (h *Handler) ensureBrowser(w http.ResponseWriter, r *http.Request) (string, error) {
	if id := h.browser(r); id != "" {
		return id, nil
	}
	session := sessions.NewSession(h.cookies, cookieName)
	session.Options = h.cookies.Options
	if framed(r) {
		session = sessions.NewSession(h.cookies, framedName)
		session.Options = h.framedOptions()
	}
	id := rand.Text()
	session.Values[cookieField] = id
	if err := session.Save(r, w); err != nil {
		return "", fmt.Errorf("set the browser's cookie: %w", err)
	}
	return id, nil
}
