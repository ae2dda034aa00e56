package connect

import (
	"context"
	"net/url"
	"strings"

	"passage/db"
	"passage/views"
	view "passage/views/connect"
	"passage/web/branding"
)

// text picks the language: the merchant's choice, else that of the browser.
func text(link *db.Link, languages string) *views.Text { return views.Match(link.Locale, languages) }

// layout is what surrounds every screen of a link.
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
			Keep: h.Retention.Results, KeepVisit: h.Retention.Recordings, Recorded: link.Debug,
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

// The paths of the pages; web/server.go lists them all.
func claimPath(code string, rest ...string) string { return pathOf("c", code, rest) }

func (h *Handler) sessionPath(id string, rest ...string) string {
	return pathOf("s", h.sessionCode(id), rest)
}

func pathOf(prefix, id string, rest []string) string {
	return strings.Join(append([]string{"", prefix, url.PathEscape(id)}, rest...), "/")
}
