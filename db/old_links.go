package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"passage/db/engine"
)

// oldLinksBatch is how many links one transaction deletes, with all their rows.
const oldLinksBatch = 20

// SetLinkRetention changes how long an organization's links are kept after their end,
// and notes who did. Nil: as the server is set; 0: for ever.
func (db *DB) SetLinkRetention(ctx context.Context, organizationID string, keep *time.Duration, actor string) error {
	err := db.transact(ctx, func(tx *tx) error {
		old, err := organizationByID(tx.Context(), tx, organizationID)
		if err != nil {
			return err
		}
		before, after := RetentionText(old.RetainLinks), RetentionText(keep)
		if before == after {
			return nil
		}
		if err := noteChange(tx, organizationID, actor, Change{Field: FieldRetainLinks, Before: before, After: after}); err != nil {
			return err
		}
		var milliseconds *int64
		if keep != nil {
			milliseconds = new(keep.Milliseconds())
		}
		return tx.execOne(`UPDATE organizations SET retain_links = $1 WHERE id = $2`, milliseconds, organizationID)
	})
	if err != nil {
		return fmt.Errorf("set the retention of links: %w", err)
	}
	return nil
}

// RetentionText is a retention of links as people read it.
func RetentionText(keep *time.Duration) string {
	switch {
	case keep == nil:
		return "as the server is set"
	case *keep == 0:
		return "for ever"
	default:
		return fmt.Sprintf("%d days", int(keep.Hours()/24))
	}
}

// deleteOldLinks deletes whole links whose end is longer ago than their
// organization, or else the server, keeps them. 0 keeps them for ever.
func (db *DB) deleteOldLinks(ctx context.Context, keep time.Duration) error {
	organizations, err := engine.Collect(ctx, db.read, func(r engine.Row) (o retained, err error) {
		return o, r.Scan(&o.id, &o.milliseconds)
	}, `SELECT id, COALESCE(retain_links, $1) FROM organizations`, keep.Milliseconds())
	if err != nil {
		return err
	}
	var errs []error
	for _, o := range organizations {
		if o.milliseconds > 0 {
			errs = append(errs, db.deleteLinksBefore(ctx, o.id, db.Now()-o.milliseconds))
		}
	}
	return errors.Join(errs...)
}

// retained is an organization, and how long it keeps its links.
type retained struct {
	id           string
	milliseconds int64
}

func (db *DB) deleteLinksBefore(ctx context.Context, organizationID string, until int64) error {
	for found := oldLinksBatch; found == oldLinksBatch; {
		err := db.transact(ctx, func(tx *tx) error {
			ids, err := engine.Collect(tx.Context(), tx, func(r engine.Row) (id string, err error) { return id, r.Scan(&id) },
				`SELECT id FROM links WHERE organization_id = $1 AND status IN ('complete', 'expired') AND updated_at <= $2
					AND expires_at <= $3 LIMIT $4`, organizationID, until, tx.Now, oldLinksBatch)
			found = len(ids)
			for _, id := range ids {
				err = errors.Join(err, tx.deleteLink(organizationID, id))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// deleteLink deletes a link with every row of it.
func (tx *tx) deleteLink(organizationID, id string) error {
	tx.Destroys()
	if err := tx.exec(`UPDATE organizations SET events_deleted_until = max(events_deleted_until,
			COALESCE((SELECT MAX(created_at) FROM events WHERE link_id = $1), 0)) WHERE id = $2`, id, organizationID); err != nil {
		return err
	}
	const (
		sessions   = ` WHERE session_id IN (SELECT id FROM link_sessions WHERE link_id = $1)`
		deliveries = `SELECT id FROM webhook_deliveries WHERE event_id IN (SELECT id FROM events WHERE link_id = $1)`
	)
	for _, statement := range []string{
		`DELETE FROM webhook_tries WHERE delivery_id IN (` + deliveries + `)`,
		`DELETE FROM webhook_deliveries WHERE event_id IN (SELECT id FROM events WHERE link_id = $1)`,
		`DELETE FROM events WHERE link_id = $1`,
		`DELETE FROM artifacts` + sessions, `DELETE FROM log_ins` + sessions, `DELETE FROM prompts` + sessions,
		`DELETE FROM session_events` + sessions, `DELETE FROM session_operations` + sessions,
		`DELETE FROM link_sessions WHERE link_id = $1`,
		`DELETE FROM link_operations WHERE link_id = $1`,
		`DELETE FROM phone_codes WHERE link_id = $1`,
		`DELETE FROM idempotency_keys WHERE link_id = $1`,
		`DELETE FROM links WHERE id = $1`,
	} {
		if err := tx.exec(statement, id); err != nil {
			return err
		}
	}
	return nil
}
