// Package admin is the dashboard, on a listener of its own.
//
// It owns the log-in of operators, their account page, and the handlers of the pages: sessions with
// their failures and webhooks, organizations with their API keys and branding.
// It does not own the pages themselves (views/admin) or the rules of branding
// (web/branding), and changes no link. Its invariant: only the log-in page
// answers without an operator's session, and no secret is shown twice.
package admin

import (
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"passage/automation/catalog"
	"passage/db"
	"passage/views"
	view "passage/views/admin"
	"passage/web/problem"
)

// Options are what the dashboard needs.
type Options struct {
	DB      *db.DB
	Catalog *catalog.Catalog
	Logger  *slog.Logger
}

// Handler serves the dashboard.
type Handler struct {
	Options
	secrets secretStore
}

// New prepares the dashboard.
func New(options Options) *Handler {
	return &Handler{Options: options, secrets: secretStore{waiting: map[string]waitingSecret{}}}
}

func render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	html, err := views.Render(r.Context(), page)
	if err != nil {
		return err
	}
	return views.Write(w, r, status, html)
}

// ShowError shows the page of an error.
func (h *Handler) ShowError(w http.ResponseWriter, r *http.Request, status int) error {
	model := view.Error{Missing: status == http.StatusNotFound,
		Refused: status != http.StatusNotFound && status < http.StatusInternalServerError, RequestID: problem.RequestID(r.Context())}
	return render(w, r, status, view.ErrorPage(model))
}

// The pages of the dashboard.
const (
	overviewPath = "/"
	sessionsPath = "/sessions"
	artifactPath = "/artifacts"
)

func sessionPath(id string) string { return sessionsPath + "/" + url.PathEscape(id) }

func (h *Handler) layout(r *http.Request) view.Layout {
	layout := view.Layout{Now: time.UnixMilli(h.DB.Now()), Operator: operator(r).Email, Account: accountPath, LogOut: "/logout"}
	for _, page := range []view.Link{{Name: "Overview", To: overviewPath}, {Name: "Sessions", To: sessionsPath}, {Name: "Organizations", To: organizationsPath}} {
		page.Here = r.URL.Path == page.To
		layout.Nav = append(layout.Nav, page)
	}
	for _, fault := range h.Catalog.LoadErrors() {
		layout.Notice += fault.Text + " "
	}
	return layout
}
