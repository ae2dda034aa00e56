package admin

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"passage/db"
	view "passage/views/admin"
	"passage/web/branding"
)

const (
	logoPart = "logo"

	maxBrandingForm = 32 << 10                       // bytes
	maxLogoForm     = branding.MaxLogoBytes + 16<<10 // with what is around the file

	maxChanges = 20
	justNow    = 10 * time.Second
)

// ShowBranding shows the form for the branding of an organization.
func (h *Handler) ShowBranding(w http.ResponseWriter, r *http.Request) error {
	organization, err := h.organization(r)
	if err != nil {
		return err
	}
	return h.showBranding(w, r, http.StatusOK, organization, brandingInput{form: branding.FormOf(organization.Branding), branding: organization.Branding})
}

// brandingInput is the form as it came, and what was read of it.
type brandingInput struct {
	form      branding.Form
	branding  db.Branding
	errors    branding.FieldErrors
	logoError string
	preview   bool
}

func (h *Handler) showBranding(w http.ResponseWriter, r *http.Request, status int, organization db.Organization, t brandingInput) error {
	changes, err := h.DB.Changes(r.Context(), organization.ID, maxChanges)
	if err != nil {
		return err
	}
	path := func(part ...string) string { return organizationPath(organization.ID, part...) }
	field := func(name, value string) view.Field { return view.Field{Value: value, Error: t.errors.For(name)} }
	model := view.Branding{
		Organization: heading(organization, brandingTab), Save: path(brandingTab), SaveLogo: path(logoPart),
		DisplayName:  field(branding.FieldDisplayName, t.form.DisplayName),
		Accent:       field(branding.FieldAccent, t.form.Accent),
		Support:      field(branding.FieldSupport, t.form.Support),
		ReturnTo:     field(branding.FieldReturnTo, strings.Join(t.form.ReturnTo, "\n")),
		EmbedOrigins: field(branding.FieldEmbedOrigins, strings.Join(t.form.EmbedOrigins, "\n")),
		LogoError:    t.logoError, Advice: branding.Advice(t.branding.Accent),
		Preview: view.Preview{Name: t.branding.DisplayName, Logo: branding.LogoPath(organization.LogoHash), Support: branding.SupportText(t.branding.Support)},
	}
	if organization.LogoHash != "" {
		model.RemoveLogo = path(logoPart, "remove")
	}
	for _, c := range changes {
		model.Changes = append(model.Changes, view.Change{At: time.UnixMilli(c.At), Actor: c.Actor, Field: c.Field, Before: c.Before, After: c.After})
	}
	if len(changes) > 0 && status == http.StatusOK && !t.preview {
		model.Saved = changes[0].Actor == operator(r).Email && h.DB.Now()-changes[0].At < justNow.Milliseconds()
	}
	layout := h.layout(r)
	layout.Colours = branding.PreviewPath(t.branding.Accent)
	return render(w, r, status, view.BrandingPage(layout, model))
}

// SubmitBranding saves the form, or shows a preview of it.
func (h *Handler) SubmitBranding(w http.ResponseWriter, r *http.Request) error {
	organization, err := h.organization(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r, maxBrandingForm); err != nil {
		return err
	}
	lines := func(name string) []string {
		return strings.FieldsFunc(r.PostForm.Get(name), func(c rune) bool { return c == '\n' || c == '\r' })
	}
	t := brandingInput{preview: r.PostForm.Get("do") == "preview", form: branding.Form{
		DisplayName: r.PostForm.Get(branding.FieldDisplayName), Accent: r.PostForm.Get(branding.FieldAccent), Support: r.PostForm.Get(branding.FieldSupport),
		ReturnTo: lines(branding.FieldReturnTo), EmbedOrigins: lines(branding.FieldEmbedOrigins)}}
	t.branding, t.errors = t.form.Validate(branding.IntegrationNames(h.Catalog))
	switch {
	case len(t.errors) > 0:
		return h.showBranding(w, r, http.StatusUnprocessableEntity, organization, t)
	case t.preview:
		return h.showBranding(w, r, http.StatusOK, organization, t)
	}
	if err := h.DB.SetBranding(r.Context(), organization.ID, t.branding, operator(r).Email); err != nil {
		return err
	}
	return h.toBranding(w, r, organization)
}

// SubmitLogo saves an uploaded logo.
func (h *Handler) SubmitLogo(w http.ResponseWriter, r *http.Request) error {
	organization, err := h.organization(r)
	if err != nil {
		return err
	}
	logo, reason, err := readLogo(w, r)
	if err != nil {
		return err
	}
	if reason != "" {
		return h.showBranding(w, r, http.StatusUnprocessableEntity, organization,
			brandingInput{form: branding.FormOf(organization.Branding), branding: organization.Branding, logoError: reason})
	}
	if err := h.DB.SetLogo(r.Context(), organization.ID, logo, operator(r).Email); err != nil {
		return err
	}
	return h.toBranding(w, r, organization)
}

// readLogo reads the file of the form; reason says why it is refused.
func readLogo(w http.ResponseWriter, r *http.Request) (logo []byte, reason string, err error) {
	err = readForm(w, r, maxLogoForm)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, branding.TooLarge.Error(), nil
	}
	if err != nil {
		return nil, "", err
	}
	file, _, err := r.FormFile(branding.FieldLogo)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, "must be chosen first", nil
	}
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = file.Close() }() // it was only read
	logo, err = branding.Logo(file)
	if wrong, ok := errors.AsType[branding.LogoError](err); ok {
		return nil, wrong.Error(), nil
	}
	return logo, "", err
}

// SubmitRemoveLogo removes the logo.
func (h *Handler) SubmitRemoveLogo(w http.ResponseWriter, r *http.Request) error {
	organization, err := h.organization(r)
	if err != nil {
		return err
	}
	if err := h.DB.SetLogo(r.Context(), organization.ID, nil, operator(r).Email); err != nil {
		return err
	}
	return h.toBranding(w, r, organization)
}

func (h *Handler) toBranding(w http.ResponseWriter, r *http.Request, organization db.Organization) error {
	http.Redirect(w, r, organizationPath(organization.ID, brandingTab), http.StatusSeeOther)
	return nil
}
