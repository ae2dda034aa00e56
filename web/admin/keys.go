package admin

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"passage/db"
	view "passage/views/admin"
)

const (
	keysPart   = "keys"
	rotatePart = "rotate"
	revokePart = "revoke"

	maxKeyDays = 3650
	maxKeyName = 80 // bytes
)

// ShowKeys lists a merchant's API keys.
func (h *Handler) ShowKeys(w http.ResponseWriter, r *http.Request) error {
	organization, err := h.organization(r)
	if err != nil {
		return err
	}
	return h.showKeys(w, r, http.StatusOK, organization, view.KeyForm{Scope: string(db.ScopeAll)})
}

func (h *Handler) showKeys(w http.ResponseWriter, r *http.Request, status int, organization db.Organization, form view.KeyForm) error {
	keys, err := h.DB.Keys(r.Context(), organization.ID)
	if err != nil {
		return err
	}
	form.Action = organizationPath(organization.ID, keysPart)
	model := view.Keys{Organization: heading(organization, keysTab), Form: form}
	for _, key := range keys {
		if key.InForce(h.DB.Now()) {
			shown := shownKey(key)
			shown.To = organizationPath(organization.ID, keysPart, key.ID)
			model.InForce = append(model.InForce, shown)
		} else {
			model.Ended = append(model.Ended, shownKey(key))
		}
	}
	return render(w, r, status, view.KeysPage(h.layout(r), model))
}

func shownKey(key db.Key) view.Key {
	return view.Key{ID: key.ID, Name: key.Name, Shown: key.Masked(), Scope: string(key.Scope), Test: key.Test,
		Created: time.UnixMilli(key.CreatedAt), LastUse: timeOf(key.LastUsedAt), Ends: timeOf(key.ExpiresAt), Revoked: timeOf(key.RevokedAt)}
}

// SubmitKey creates a key.
func (h *Handler) SubmitKey(w http.ResponseWriter, r *http.Request) error {
	organization, err := h.organization(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r, maxForm); err != nil {
		return err
	}
	form := view.KeyForm{Name: view.Field{Value: strings.TrimSpace(r.PostForm.Get("name"))}, Scope: r.PostForm.Get("scope"), Test: r.PostForm.Get("test") != ""}
	days, field := readNumber(r.PostForm.Get("days"), 0, maxKeyDays)
	form.Days = field
	if len(form.Name.Value) > maxKeyName {
		form.Name.Error = fmt.Sprintf("must have at most %d characters", maxKeyName)
	}
	if !db.Scope(form.Scope).Valid() {
		form.Scope = string(db.ScopeRead) // our form sends no other: grant the least
	}
	if form.Name.Error+form.Days.Error != "" {
		return h.showKeys(w, r, http.StatusUnprocessableEntity, organization, form)
	}
	secret, err := h.DB.CreateKey(r.Context(), db.NewKey{OrganizationID: organization.ID, Name: form.Name.Value,
		Scope: db.Scope(form.Scope), Test: form.Test, Lifetime: time.Duration(days) * 24 * time.Hour, Actor: operator(r).Email})
	if err != nil {
		return err
	}
	return h.redirectToSecret(w, r, organization, newKey, secret)
}

// key loads the valid key and the organization that the path names.
func (h *Handler) key(r *http.Request) (db.Organization, db.Key, error) {
	organization, err := h.organization(r)
	if err != nil {
		return organization, db.Key{}, err
	}
	keys, err := h.DB.Keys(r.Context(), organization.ID)
	if err != nil {
		return organization, db.Key{}, err
	}
	for _, key := range keys {
		if key.ID == chi.URLParam(r, "keyID") && key.InForce(h.DB.Now()) {
			return organization, key, nil
		}
	}
	return organization, db.Key{}, fmt.Errorf("find key: %w", db.ErrNotFound)
}

// ShowKey offers to rotate or revoke a key.
func (h *Handler) ShowKey(w http.ResponseWriter, r *http.Request) error {
	organization, key, err := h.key(r)
	if err != nil {
		return err
	}
	return h.showKey(w, r, http.StatusOK, organization, key, view.Field{Value: defaultOverlap})
}

func (h *Handler) showKey(w http.ResponseWriter, r *http.Request, status int, organization db.Organization, key db.Key, overlap view.Field) error {
	path := func(part string) string { return organizationPath(organization.ID, keysPart, key.ID, part) }
	return render(w, r, status, view.KeyPage(h.layout(r), view.KeyActions{Organization: heading(organization, keysTab), Key: shownKey(key),
		Rotate: path(rotatePart), Revoke: path(revokePart), Overlap: overlap}))
}

// SubmitRotate creates the successor of a key.
func (h *Handler) SubmitRotate(w http.ResponseWriter, r *http.Request) error {
	organization, key, err := h.key(r)
	if err != nil {
		return err
	}
	overlap, field, err := readOverlap(w, r)
	if err != nil {
		return err
	}
	if field.Error != "" {
		return h.showKey(w, r, http.StatusUnprocessableEntity, organization, key, field)
	}
	secret, err := h.DB.RotateKey(r.Context(), key.ID, overlap, operator(r).Email)
	if err != nil {
		return err
	}
	return h.redirectToSecret(w, r, organization, newKey, secret)
}

// SubmitRevoke revokes a key.
func (h *Handler) SubmitRevoke(w http.ResponseWriter, r *http.Request) error {
	organization, key, err := h.key(r)
	if err != nil {
		return err
	}
	if err := h.DB.RevokeKey(r.Context(), key.ID, operator(r).Email); err != nil {
		return err
	}
	http.Redirect(w, r, organizationPath(organization.ID), http.StatusSeeOther)
	return nil
}
