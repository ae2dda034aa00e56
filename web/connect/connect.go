// Package connect is the hosted flow: what a person meets between the claim
// URL and the merchant's return URL.
//
// It owns the addresses under /c and /s, the cookie that tells one browser from
// another, and which screen fits the state of a session. It does not own the
// screens themselves (views/connect), the session (automation), or what is
// true (db). Its invariant: a GET changes nothing, and whatever a POST meets,
// the person gets the page that fits the present state.
package connect

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"passage/automation"
	"passage/automation/catalog"
	"passage/automation/outcome"
	"passage/db"
	"passage/views"
	view "passage/views/connect"
	"passage/web/branding"
	"passage/web/cookie"
	"passage/web/follow"
)

// Options are what the hosted flow needs.
type Options struct {
	DB           *db.DB
	Runner       *automation.Runner
	Catalog      *catalog.Catalog
	PublicURL    *url.URL
	OperatorName string            // who runs this, for people; may be empty
	PrivacyURL   string            // may be empty
	Followers    *follow.Followers // counts the streams, and ends them; nil admits any number
	Logger       *slog.Logger
}

// Handler serves the hosted flow.
type Handler struct {
	Options
	cookies *cookie.Store
}

// New prepares the hosted flow. The keys of its cookie are kept in the
// database, so that a restart loses nobody.
func New(ctx context.Context, options Options) (*Handler, error) {
	cookies, err := newCookies(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("prepare the hosted flow: %w", err)
	}
	if options.Followers == nil {
		options.Followers = follow.New(0)
	}
	return &Handler{Options: options, cookies: cookies}, nil
}

// render writes a page once all of it is there, so that an error halfway is
// still an error page.
func render(w http.ResponseWriter, r *http.Request, status int, layout view.Layout, model view.Model) error {
	var buffer bytes.Buffer
	if err := view.Page(layout, model).Render(r.Context(), &buffer); err != nil {
		return fmt.Errorf("render page: %w", err)
	}
	allowEmbedding(w.Header(), layout.Host.Origins)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if _, err := buffer.WriteTo(w); err != nil && r.Context().Err() == nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// ShowError is the page for what went wrong on our side, or for a request that
// no page of ours makes.
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

// text picks the language: what the merchant said, else what the browser says.
func text(link *db.Link, languages string) *views.Text { return views.Match(link.Locale, languages) }

// layout is what is around every screen of a link.
func (h *Handler) layout(ctx context.Context, link *db.Link, languages string) (view.Layout, error) {
	organization, err := h.DB.Organization(ctx, link.OrganizationID)
	if err != nil {
		return view.Layout{}, err
	}
	layout := view.Layout{
		Logo: branding.LogoPath(organization.LogoHash), Stylesheet: branding.AccentPath(organization.Accent), Support: organization.Support,
		Text: text(link, languages), Merchant: organization.DisplayName, Service: link.IntegrationID, Integration: link.IntegrationID,
		Data: view.Data{
			Operator: h.OperatorName, Privacy: h.PrivacyURL, Operations: operationsOf(link.Operations),
			Keep: h.Runner.Retention.Results, KeepVisit: h.Runner.Retention.Recordings, Recorded: link.Debug,
		},
	}
	if len(organization.EmbedOrigins) > 0 {
		layout.Host = view.Host{Origins: organization.EmbedOrigins, LinkID: link.ID, Status: string(link.Status)}
	}
	if integration, ok := h.Catalog.Get(link.IntegrationID); ok {
		layout.Service = integration.Name
	}
	if link.ReturnURL != "" {
		layout.Return = db.ReturnTo(link.ReturnURL, link.ID)
	}
	return layout, nil
}

func operationsOf(from []db.Operation) []view.Operation {
	list := make([]view.Operation, len(from))
	for n, o := range from {
		list[n] = operation(o.Resource, o.Action, o.Status, o.Note, o.Summary)
	}
	return list
}

func operation(resource, action string, status db.OperationStatus, note *db.Note, summary map[string]string) view.Operation {
	shown := view.Operation{Resource: resource, Action: action, Status: view.Status(status),
		Last4: summary["last4"], Brand: summary["brand"], DryRun: summary["dryRun"] == "true"}
	if note != nil {
		shown.Progress, shown.Count = note.Key, note.Count
	}
	return shown
}

// redirect sends the person on with a GET, whatever they came with.
func redirect(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func claimPath(code string, rest ...string) string { return pathOf("c", code, rest) }
func sessionPath(id string, rest ...string) string { return pathOf("s", id, rest) }

func pathOf(place, id string, rest []string) string {
	return strings.Join(append([]string{"", place, url.PathEscape(id)}, rest...), "/")
}
