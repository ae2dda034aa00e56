// Package connect is the hosted flow: the pages of an end user between the
// claim URL and the merchant's return URL.
//
// It owns the handlers of /c, /h and /s, the cookie that identifies a visitor,
// and the choice of the screen that fits the state of a session. It does not
// own the screens themselves (views/connect), the session (automation) or its
// state (db). Its invariant: a GET changes nothing, and a POST in any state
// leads to the page that fits that state.
package connect

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"

	"passage/automation"
	"passage/automation/catalog"
	"passage/automation/outcome"
	"passage/db"
	"passage/views"
	view "passage/views/connect"
	"passage/web/cookie"
	"passage/web/follow"
)

// Options are what the hosted flow needs.
type Options struct {
	DB           *db.DB
	Runner       *automation.Runner
	Catalog      *catalog.Catalog
	Retention    db.Retention // how long data is kept, for people
	PublicURL    *url.URL
	OperatorName string            // who runs this, for people; may be empty
	PrivacyURL   string            // may be empty
	Followers    *follow.Followers // counts the streams, and ends them; nil admits any number
	Logger       *slog.Logger
}

// Handler serves the hosted flow.
type Handler struct {
	Options
	cookies    *cookie.Store
	sessionKey []byte // see sessionCode
}

// New prepares the hosted flow. It reads the keys of its cookie and of the
// codes of sessions from the database.
func New(ctx context.Context, options Options) (*Handler, error) {
	cookies, err := newCookies(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("prepare the hosted flow: %w", err)
	}
	sessionKey, err := options.DB.Secret(ctx, sessionKeySetting, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("prepare the hosted flow: %w", err)
	}
	if options.Followers == nil {
		options.Followers = follow.New(0)
	}
	return &Handler{Options: options, cookies: cookies, sessionKey: sessionKey}, nil
}

// render replies with a screen, which the allowed origins may embed.
func render(w http.ResponseWriter, r *http.Request, status int, layout view.Layout, model view.Model) error {
	html, err := views.Render(r.Context(), view.Page(layout, model))
	if err != nil {
		return err
	}
	allowEmbedding(w.Header(), layout.Host.Origins)
	w.Header().Set("Cache-Control", "no-store")
	return views.Write(w, r, status, html)
}

// ShowError shows the page of an error: internal ones, and those of requests that
// none of our pages makes.
func (h *Handler) ShowError(w http.ResponseWriter, r *http.Request, status int) error {
	layout := view.Layout{Text: views.Match(r.Header.Get("Accept-Language"))}
	var model view.Model = view.Failed{Code: outcome.InternalError}
	switch {
	case status == http.StatusNotFound:
		model = view.NotFound{}
	case status == http.StatusTooManyRequests:
		model = view.TooMany{}
	case status < http.StatusInternalServerError:
		model = view.Refused{}
	}
	return render(w, r, status, layout, model)
}

// redirect sends the visitor to another page with a GET.
func redirect(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
