package db

import (
	"context"
	"fmt"

	"passage/db/engine"
)

// Change is a change of one property of an organization.
type Change struct {
	Actor         string // an operator's email, or who was at the command line
	Field         string
	Before, After string // as people read them; a logo's are hashes
	At            int64
}

// What can be changed.
const (
	FieldCreated      = "created"
	FieldDisplayName  = "display name"
	FieldLogo         = "logo"
	FieldAccent       = "accent"
	FieldSupport      = "support"
	FieldReturnTo     = "return to"
	FieldEmbedOrigins = "embed origins"
	FieldKey          = "API key"
	FieldWebhookKeys  = "webhook keys"

	FieldLinksPerDay    = "links a day"
	FieldSessionsAtOnce = "sessions at once"
	FieldRetainLinks    = "links kept"
)

func noteChange(tx *tx, organizationID, actor string, changes ...Change) error {
	for _, c := range changes {
		if err := tx.exec(`INSERT INTO organization_changes (organization_id, actor, field, before, after, at)
			VALUES ($1, $2, $3, $4, $5, $6)`, organizationID, actor, c.Field, c.Before, c.After, tx.Now); err != nil {
			return err
		}
	}
	return nil
}

// Changes lists what was changed of an organization, the newest first.
func (db *DB) Changes(ctx context.Context, organizationID string, limit int) ([]Change, error) {
	found, err := engine.Collect(ctx, db.read, func(r engine.Row) (c Change, err error) {
		return c, r.Scan(&c.Actor, &c.Field, &c.Before, &c.After, &c.At)
	}, `SELECT actor, field, before, after, at FROM organization_changes WHERE organization_id = $1 ORDER BY id DESC LIMIT $2`,
		organizationID, limit)
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	return found, nil
}
