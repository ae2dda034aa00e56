package db

import (
	"context"
	"fmt"
	"time"

	"passage/db/engine"
)

// OrganizationStats are an organization with what it does.
type OrganizationStats struct {
	Organization
	Keys       int    // in force
	LastUsedAt *int64 // of any of its keys
	Links      int    // created within the window
	Failures   int    // sessions that began within the window and failed
}

// OrganizationStats lists all organizations by name, with what they did since
// some time ago.
func (db *DB) OrganizationStats(ctx context.Context, window time.Duration) ([]OrganizationStats, error) {
	now := db.Now()
	found, err := list(ctx, db, func(r engine.Row) (f OrganizationStats, err error) {
		f.Organization, err = scanOrganization(withColumns{r, []any{&f.Keys, &f.LastUsedAt, &f.Links, &f.Failures}})
		return f, err
	}, `SELECT `+organizationColumns+`,
			(SELECT COUNT(*) FROM api_keys k WHERE k.organization_id = o.id AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $1)),
			(SELECT MAX(k.last_used_at) FROM api_keys k WHERE k.organization_id = o.id),
			(SELECT COUNT(*) FROM links l WHERE l.organization_id = o.id AND l.created_at >= $2),
			COALESCE(failed.sessions, 0)
		FROM organizations o LEFT JOIN (
			SELECT l.organization_id, COUNT(*) AS sessions FROM link_sessions s JOIN links l ON l.id = s.link_id
			WHERE s.status = 'failed' AND s.created_at >= $2 GROUP BY l.organization_id) failed ON failed.organization_id = o.id
		ORDER BY name`, now, now-window.Milliseconds())
	if err != nil {
		return nil, fmt.Errorf("list organizations: %w", err)
	}
	return found, nil
}
