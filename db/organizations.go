package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"passage/db/engine"
)

// Organization is a merchant: it owns keys, links and webhook secrets.
type Organization struct {
	ID        string
	Name      string // unique; what the operator types
	CreatedAt int64
	Branding
	Quota
	RetainLinks *time.Duration // after their end; nil: as the server is set, 0: for ever
}

const organizationColumns = `id, name, created_at, display_name, accent, support, return_to, embed_origins, logo_hash,
	COALESCE(links_per_day, 0), COALESCE(sessions_at_once, 0), retain_links`

func scanOrganization(r engine.Row) (Organization, error) {
	var o Organization
	var returnTo, embedOrigins []byte
	var retainLinks *int64
	if err := r.Scan(&o.ID, &o.Name, &o.CreatedAt, &o.DisplayName, &o.Accent, &o.Support, &returnTo, &embedOrigins, &o.LogoHash,
		&o.LinksPerDay, &o.SessionsAtOnce, &retainLinks); err != nil {
		return Organization{}, err
	}
	if retainLinks != nil {
		o.RetainLinks = new(time.Duration(*retainLinks) * time.Millisecond)
	}
	err := errors.Join(json.Unmarshal(returnTo, &o.ReturnTo), json.Unmarshal(embedOrigins, &o.EmbedOrigins))
	return o, damagedIf(err, "organizations", o.ID, "return_to or embed_origins")
}

// CreateOrganization adds one, whose name is its display name until that is
// changed. ErrExists where the name is taken.
func (db *DB) CreateOrganization(ctx context.Context, name, actor string) (Organization, error) {
	var organization Organization
	err := db.transact(ctx, func(tx *tx) (err error) {
		_, err = organizationByName(tx.Context(), tx, name)
		if err == nil {
			return ErrExists
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		if organization, err = db.insertOrganization(tx, name); err != nil {
			return err
		}
		return noteChange(tx, organization.ID, actor, Change{Field: FieldCreated, After: name})
	})
	if err != nil {
		return Organization{}, fmt.Errorf("create organization: %w", err)
	}
	return organization, nil
}

// EnsureOrganization returns the organization of this name, making it if there
// is none.
func (db *DB) EnsureOrganization(ctx context.Context, name string) (Organization, error) {
	var organization Organization
	err := db.transact(ctx, func(tx *tx) (err error) {
		organization, err = organizationByName(tx.Context(), tx, name)
		if errors.Is(err, ErrNotFound) {
			organization, err = db.insertOrganization(tx, name)
		}
		return err
	})
	if err != nil {
		return Organization{}, fmt.Errorf("ensure organization: %w", err)
	}
	return organization, nil
}

func (db *DB) insertOrganization(tx *tx, name string) (Organization, error) {
	id, err := db.newID(organizationPrefix)
	if err != nil {
		return Organization{}, err
	}
	return Organization{ID: id, Name: name, CreatedAt: tx.Now, Branding: Branding{DisplayName: name}},
		tx.exec(`INSERT INTO organizations (id, name, display_name, created_at) VALUES ($1, $2, $2, $3)`, id, name, tx.Now)
}

// Organization finds one by its id.
func (db *DB) Organization(ctx context.Context, id string) (Organization, error) {
	organization, err := organizationByID(ctx, db.read, id)
	if err != nil {
		return Organization{}, fmt.Errorf("find organization: %w", err)
	}
	return organization, nil
}

// OrganizationByName finds one by the name that operators know it by.
func (db *DB) OrganizationByName(ctx context.Context, name string) (Organization, error) {
	organization, err := organizationByName(ctx, db.read, name)
	if err != nil {
		return Organization{}, fmt.Errorf("find organization: %w", err)
	}
	return organization, nil
}

func organizationByID(ctx context.Context, from engine.Querier, id string) (Organization, error) {
	found, err := scanOrganization(from.QueryRowContext(ctx, `SELECT `+organizationColumns+` FROM organizations WHERE id = $1`, id))
	return found, orNotFound(err)
}

func organizationByName(ctx context.Context, from engine.Querier, name string) (Organization, error) {
	found, err := scanOrganization(from.QueryRowContext(ctx, `SELECT `+organizationColumns+` FROM organizations WHERE name = $1`, name))
	return found, orNotFound(err)
}

// Organizations lists all by name.
func (db *DB) Organizations(ctx context.Context) ([]Organization, error) {
	found, err := list(ctx, db, scanOrganization,
		`SELECT `+organizationColumns+` FROM organizations ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list organizations: %w", err)
	}
	return found, nil
}
