package db_test

import (
	"slices"
	"testing"

	"passage/db"
)

func TestSetBranding_StoresItAndEveryChange(t *testing.T) {
	w := newFixture(t)
	ctx := t.Context()
	organization, err := w.db.CreateOrganization(ctx, "globex", "ada")
	w.must(err)
	expect(t, "display name", organization.DisplayName, "globex")
	_, err = w.db.CreateOrganization(ctx, "globex", "ada")
	w.want(err, db.ErrExists)

	want := db.Branding{DisplayName: "Globex", Accent: "#aa0000", Support: "mailto:help@globex.example",
		ReturnTo: []string{"globex:", "shop.globex.example"}, EmbedOrigins: []string{"https://shop.globex.example"}}
	w.must(w.db.SetBranding(ctx, organization.ID, want, "bob"))
	w.must(w.db.SetBranding(ctx, organization.ID, want, "nobody: nothing changes"))
	w.must(w.db.SetLogo(ctx, organization.ID, []byte("a picture"), "bob"))
	found, err := w.db.OrganizationByName(ctx, "globex")
	w.must(err)
	content, err := w.db.Logo(ctx, found.LogoHash)
	w.must(err)
	expect(t, "logo", string(content), "a picture")
	if !slices.Equal(found.ReturnTo, want.ReturnTo) || !slices.Equal(found.EmbedOrigins, want.EmbedOrigins) ||
		found.DisplayName != want.DisplayName || found.Accent != want.Accent || found.Support != want.Support {
		t.Errorf("kept: %+v", found.Branding)
	}

	w.must(w.db.SetLogo(ctx, organization.ID, nil, "eve"))
	_, err = w.db.Logo(ctx, found.LogoHash)
	w.want(err, db.ErrNotFound)
	changes, err := w.db.Changes(ctx, organization.ID, 3)
	w.must(err)
	expect(t, "changes", len(changes), 3)
	expect(t, "the last", changes[0], db.Change{Actor: "eve", Field: db.FieldLogo, Before: found.LogoHash, At: w.db.Now()})
	changes, err = w.db.Changes(ctx, organization.ID, 100)
	w.must(err)
	expect(t, "all", len(changes), 1+5+2)
	expect(t, "the first", changes[7], db.Change{Actor: "ada", Field: db.FieldCreated, After: "globex", At: w.db.Now()})

	w.want(w.db.SetBranding(ctx, "org_none", want, "ada"), db.ErrNotFound)
	w.want(w.db.SetLogo(ctx, "org_none", []byte("x"), "ada"), db.ErrNotFound)
}

func TestBranding_IsEmptyForAnOlderOrganization(t *testing.T) {
	w := newFixture(t)
	found, err := w.db.Organization(t.Context(), w.org)
	w.must(err)
	if len(found.ReturnTo) != 0 || len(found.EmbedOrigins) != 0 || found.Accent+found.Support+found.LogoHash != "" {
		t.Errorf("branding: %+v", found.Branding)
	}
}
