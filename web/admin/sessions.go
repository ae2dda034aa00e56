package admin

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"passage/automation/outcome"
	"passage/db"
	view "passage/views/admin"
)

const perPage = 50

// ShowSessions lists attempts; the filters are the URL.
func (h *Handler) ShowSessions(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	filter := db.SessionFilter{
		Status: db.SessionStatus(query.Get("status")), IntegrationID: query.Get("integration"), Code: query.Get("code"),
		OrganizationID: query.Get("organization"), Text: strings.TrimSpace(query.Get("q")), Cursor: query.Get("cursor"), Limit: perPage,
	}
	rows, next, err := h.DB.Sessions(r.Context(), filter)
	if errors.Is(err, db.ErrBadCursor) {
		query.Del("cursor")
		http.Redirect(w, r, sessionsPath+"?"+query.Encode(), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	model := view.Sessions{Action: sessionsPath}
	if model.Filter, err = h.filter(r, filter); err != nil {
		return err
	}
	for _, row := range rows {
		model.Rows = append(model.Rows, h.row(row.Session, row.IntegrationID, row.OrganizationName))
	}
	if next != "" {
		model.Older = withCursor(query, next)
	}
	if filter.Cursor != "" {
		model.Newer = withCursor(query, "")
	}
	return render(w, r, http.StatusOK, view.SessionsPage(h.layout(r), model))
}

// withCursor is the URL of the list at a cursor, or at its start.
func withCursor(query url.Values, cursor string) string {
	moved := url.Values{}
	for name, values := range query {
		moved[name] = values
	}
	moved.Del("cursor")
	if cursor != "" {
		moved.Set("cursor", cursor)
	}
	return sessionsPath + "?" + moved.Encode()
}

func (h *Handler) filter(r *http.Request, chosen db.SessionFilter) (view.Filter, error) {
	shown := view.Filter{Status: string(chosen.Status), Integration: chosen.IntegrationID, Code: chosen.Code,
		Organization: chosen.OrganizationID, Text: chosen.Text}
	for _, status := range db.SessionStatuses() {
		shown.Statuses = append(shown.Statuses, string(status))
	}
	for _, entry := range outcome.All() {
		shown.Codes = append(shown.Codes, string(entry.Code))
	}
	for _, integration := range h.Catalog.List() {
		shown.Integrations = append(shown.Integrations, integration.ID)
	}
	// The chosen values are always offered: an integration may be out of service by
	// now.
	shown.Statuses = withChoice(shown.Statuses, shown.Status)
	shown.Codes = withChoice(shown.Codes, shown.Code)
	shown.Integrations = withChoice(shown.Integrations, shown.Integration)
	organizations, err := h.DB.Organizations(r.Context())
	for _, organization := range organizations {
		shown.Organizations = append(shown.Organizations, view.Choice{ID: organization.ID, Name: organization.DisplayName})
	}
	return shown, err
}

func withChoice(choices []string, chosen string) []string {
	if chosen == "" || slices.Contains(choices, chosen) {
		return choices
	}
	return append(choices, chosen)
}

func (h *Handler) row(session db.Session, integration, organization string) view.Row {
	row := view.Row{ID: session.ID, To: sessionPath(session.ID), Status: string(session.Status), Suspect: session.Suspect,
		Integration: integration, Version: shortHash(session.Version), Organization: organization,
		LinkID: session.LinkID, Attempt: session.Attempt, At: time.UnixMilli(session.CreatedAt)}
	end := h.DB.Now()
	if session.EndedAt != nil {
		end = *session.EndedAt
	}
	row.Took = time.Duration(end-session.CreatedAt) * time.Millisecond
	if session.Error != nil {
		row.Code = outcome.Code(session.Error.Code)
	}
	return row
}

// shortHash is as much of a script's hash as tells versions apart.
func shortHash(version string) string { return version[:min(len(version), 8)] }
