package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Quota is what the operator allows an organization; 0 is no limit.
type Quota struct {
	LinksPerDay    int // a day is one of UTC
	SessionsAtOnce int // that have not ended
}

// QuotaExceeded says that an organization has used up its quota.
type QuotaExceeded struct {
	Of   string        // QuotaOfLinks or QuotaOfSessions
	Wait time.Duration // until there may be again
}

func (e *QuotaExceeded) Error() string { return "the organization has used up its quota of " + e.Of }

// What there may be no more of.
const (
	QuotaOfLinks    = "links a day"
	QuotaOfSessions = "sessions at once"
)

// sessionsWait is a guess: sessions end all the time.
const sessionsWait = time.Minute

const dayMilliseconds = int64(24 * time.Hour / time.Millisecond)

// SetQuota changes the quota of an organization, and notes who did.
func (db *DB) SetQuota(ctx context.Context, organizationID string, quota Quota, actor string) error {
	err := db.transact(ctx, func(tx *tx) error {
		old, err := organizationByID(tx.Context(), tx, organizationID)
		if err != nil {
			return err
		}
		if err := noteChange(tx, organizationID, actor, old.quotaChanges(quota)...); err != nil {
			return err
		}
		return tx.execOne(`UPDATE organizations SET links_per_day = NULLIF($1, 0), sessions_at_once = NULLIF($2, 0),
				links_created = CASE WHEN links_per_day IS NULL THEN 0 ELSE links_created END
			WHERE id = $3`, quota.LinksPerDay, quota.SessionsAtOnce, organizationID)
	})
	if err != nil {
		return fmt.Errorf("set quota: %w", err)
	}
	return nil
}

func (q Quota) quotaChanges(next Quota) (changes []Change) {
	for _, c := range []struct {
		field         string
		before, after int
	}{
		{FieldLinksPerDay, q.LinksPerDay, next.LinksPerDay},
		{FieldSessionsAtOnce, q.SessionsAtOnce, next.SessionsAtOnce},
	} {
		if c.before != c.after {
			changes = append(changes, Change{Field: c.field, Before: QuotaText(c.before), After: QuotaText(c.after)})
		}
	}
	return changes
}

// QuotaText is a quota as people read it.
func QuotaText(limit int) string {
	if limit == 0 {
		return "no limit"
	}
	return strconv.Itoa(limit)
}

// countLink counts a link that is being created.
func countLink(tx *tx, organizationID string) error {
	today := tx.Now / dayMilliseconds
	var exceeded bool
	err := tx.queryRow(`UPDATE organizations SET links_day = $1,
			links_created = CASE links_day WHEN $1 THEN links_created + 1 ELSE 1 END
		WHERE id = $2 AND links_per_day IS NOT NULL
		RETURNING links_created > links_per_day`, today, organizationID).Scan(&exceeded)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // it has no quota
	}
	if err != nil || !exceeded {
		return err
	}
	midnight := (today + 1) * dayMilliseconds
	return &QuotaExceeded{Of: QuotaOfLinks, Wait: time.Duration(midnight-tx.Now) * time.Millisecond}
}

// checkSessions refuses one session too many for the organization of a link.
func checkSessions(tx *tx, linkID string) error {
	var exceeded bool
	err := tx.queryRow(`SELECT o.sessions_at_once < (SELECT COUNT(*) FROM link_sessions s JOIN links l ON l.id = s.link_id
				WHERE s.status IN ('created', 'queued', 'running', 'waiting') AND l.organization_id = o.id)
		FROM organizations o JOIN links this ON this.organization_id = o.id
		WHERE this.id = $1 AND o.sessions_at_once IS NOT NULL`, linkID).Scan(&exceeded)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // it has no quota
	}
	if err != nil || !exceeded {
		return err
	}
	return &QuotaExceeded{Of: QuotaOfSessions, Wait: sessionsWait}
}
