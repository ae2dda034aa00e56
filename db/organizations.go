package db

import (
	"context"
	"errors"
	"fmt"
)

// Organization is a merchant: it owns keys, links and webhook secrets.
type Organization struct {
	ID          string
	Name        string // unique; what the operator types
	DisplayName string // what a person reads
	CreatedAt   int64
}

const organizationColumns = `id, name, display_name, created_at`

func scanOrganization(r row) (Organization, error) {
	var o Organization
	err := r.Scan(&o.ID, &o.Name, &o.DisplayName, &o.CreatedAt)
	return o, err
}

// EnsureOrganization returns the organization of this name, making it if there
// is none; the name is its display name until that is changed.
func (db *DB) EnsureOrganization(ctx context.Context, name string) (Organization, error) {
	var organization Organization
	err := db.transact(ctx, func(tx *tx) (err error) {
		organization, err = scanOrganization(tx.row(
			`SELECT `+organizationColumns+` FROM organizations WHERE name = $1`, name))
		if !errors.Is(orNotFound(err), ErrNotFound) {
			return err
		}
		id, err := db.newID(organizationPrefix)
		if err != nil {
			return err
		}
		organization = Organization{ID: id, Name: name, DisplayName: name, CreatedAt: tx.now}
		return tx.exec(`INSERT INTO organizations (`+organizationColumns+`) VALUES ($1, $2, $3, $4)`,
			id, name, name, tx.now)
	})
	if err != nil {
		return Organization{}, fmt.Errorf("ensure organization: %w", err)
	}
	return organization, nil
}

// Organization finds one by its id.
func (db *DB) Organization(ctx context.Context, id string) (Organization, error) {
	organization, err := scanOrganization(db.read.QueryRowContext(ctx,
		`SELECT `+organizationColumns+` FROM organizations WHERE id = $1`, id))
	if err != nil {
		return Organization{}, fmt.Errorf("find organization: %w", orNotFound(err))
	}
	return organization, nil
}

// Organizations lists all by name.
func (db *DB) Organizations(ctx context.Context) ([]Organization, error) {
	found, err := collect(ctx, db.read, scanOrganization,
		`SELECT `+organizationColumns+` FROM organizations ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list organizations: %w", err)
	}
	return found, nil
}
