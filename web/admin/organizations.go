package admin

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"passage/db"
	view "passage/views/admin"
	"passage/web/branding"
)

const organizationsPath = "/organizations"

func organizationPath(id string, rest ...string) string {
	path := organizationsPath + "/" + url.PathEscape(id)
	for _, part := range rest {
		path += "/" + url.PathEscape(part)
	}
	return path
}

// ShowOrganizations lists the merchants.
func (h *Handler) ShowOrganizations(w http.ResponseWriter, r *http.Request) error {
	return h.showOrganizations(w, r, http.StatusOK, view.Field{})
}

func (h *Handler) showOrganizations(w http.ResponseWriter, r *http.Request, status int, name view.Field) error {
	found, err := h.DB.OrganizationStats(r.Context(), 24*time.Hour)
	if err != nil {
		return err
	}
	model := view.Organizations{Create: organizationsPath, Name: name}
	for _, o := range found {
		model.Rows = append(model.Rows, view.OrganizationRow{Name: o.Name, DisplayName: o.DisplayName,
			Logo: branding.LogoPath(o.LogoHash), To: organizationPath(o.ID),
			Keys: o.Keys, Links: o.Links, Failures: o.Failures, LastUse: timeOf(o.LastUsedAt)})
	}
	return render(w, r, status, view.OrganizationsPage(h.layout(r), model))
}

// SubmitOrganization adds a merchant.
func (h *Handler) SubmitOrganization(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r, maxForm); err != nil {
		return err
	}
	name := view.Field{Value: strings.TrimSpace(r.PostForm.Get("name"))}
	if name.Error = branding.CheckName(name.Value, branding.IntegrationNames(h.Catalog)); name.Error != "" {
		return h.showOrganizations(w, r, http.StatusUnprocessableEntity, name)
	}
	made, err := h.DB.CreateOrganization(r.Context(), name.Value, operator(r).Email)
	if errors.Is(err, db.ErrExists) {
		name.Error = "must be another: there is an organization of this name"
		return h.showOrganizations(w, r, http.StatusUnprocessableEntity, name)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, organizationPath(made.ID), http.StatusSeeOther)
	return nil
}

// organization loads the organization that the path names.
func (h *Handler) organization(r *http.Request) (db.Organization, error) {
	return h.DB.Organization(r.Context(), chi.URLParam(r, "organizationID"))
}

// The pages of one organization. The first is at its own path.
const (
	keysTab     = ""
	brandingTab = "branding"
	webhooksTab = "webhooks"
)

// heading is the head of each page of an organization.
func heading(o db.Organization, here string) view.Organization {
	shown := view.Organization{ID: o.ID, Name: o.Name, DisplayName: o.DisplayName, Logo: branding.LogoPath(o.LogoHash)}
	for _, tab := range []struct{ name, part string }{{"API keys", keysTab}, {"Branding", brandingTab}, {"Webhooks", webhooksTab}} {
		link := view.Link{Name: tab.name, To: organizationPath(o.ID), Here: tab.part == here}
		if tab.part != keysTab {
			link.To = organizationPath(o.ID, tab.part)
		}
		shown.Tabs = append(shown.Tabs, link)
	}
	return shown
}
