package db

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"passage/db/engine"
)

// User is a person as a merchant names them.
type User struct {
	OrganizationID string
	ExternalUserID string
	TestOnly       bool // only what test keys have made
}

// UserDeletion is the receipt for the deletion of all that was kept of a user. It
// does not name the user: an HMAC of the merchant's id finds it again.
type UserDeletion struct {
	ID          string
	TestOnly    bool // only links of test keys were looked at
	Links       int  // that were blanked
	Cancelled   int  // of the links: those that had not ended
	Sessions    int  // that were blanked
	Results     int
	Arguments   int // links that still had any
	Recordings  int
	Replies     int // kept for idempotency
	CreatedAt   int64
	CompletedAt *int64 // nil: it was interrupted, and the next one goes on with it
}

// userMACSetting names the key of the HMACs that stand for users in receipts.
const userMACSetting = "user_mac_key"

// userBatch is how many links one transaction of DestroyLinksOf blanks: some ten
// milliseconds, for which other writers wait.
const userBatch = 20

const userDeletionColumns = `id, test, links, cancelled, sessions, results, arguments, recordings, replies, created_at, completed_at`

func scanUserDeletion(r engine.Row) (UserDeletion, error) {
	var d UserDeletion
	err := r.Scan(&d.ID, &d.TestOnly, &d.Links, &d.Cancelled, &d.Sessions, &d.Results, &d.Arguments, &d.Recordings, &d.Replies,
		&d.CreatedAt, &d.CompletedAt)
	return d, err
}

// BeginUserDeletion returns the receipt of a deletion that begins, or of one that
// was interrupted and goes on. DestroyLinksOf and CompleteUserDeletion follow.
func (db *DB) BeginUserDeletion(ctx context.Context, user User) (deletion UserDeletion, err error) {
	err = db.transact(ctx, func(tx *tx) error {
		mac, err := db.mac(tx, userMACSetting, user.OrganizationID, user.ExternalUserID)
		if err != nil {
			return err
		}
		deletion, err = scanUserDeletion(tx.queryRow(`SELECT `+userDeletionColumns+` FROM user_deletions
			WHERE organization_id = $1 AND user_mac = $2 AND test = $3 AND completed_at IS NULL
			ORDER BY created_at DESC LIMIT 1`, user.OrganizationID, mac, user.TestOnly))
		if err = orNotFound(err); !errors.Is(err, ErrNotFound) {
			return err
		}
		id, err := db.newID(userDeletionPrefix)
		if err != nil {
			return err
		}
		deletion = UserDeletion{ID: id, TestOnly: user.TestOnly, CreatedAt: tx.Now}
		return tx.exec(`INSERT INTO user_deletions (id, organization_id, user_mac, test, created_at) VALUES ($1, $2, $3, $4, $5)`,
			id, user.OrganizationID, mac, user.TestOnly, tx.Now)
	})
	if err != nil {
		return UserDeletion{}, fmt.Errorf("begin the deletion of a user: %w", err)
	}
	return deletion, nil
}

// LinksOf lists a user's links, the newest first, and the cursor of the next page,
// empty at the end. Rows that are added meanwhile move no page.
func (db *DB) LinksOf(ctx context.Context, user User, from string, limit int) (links []Link, next string, err error) {
	before, err := readCursor(from)
	if err != nil {
		return nil, "", fmt.Errorf("list a user's links: %w", err)
	}
	links, err = engine.Collect(ctx, db.read, scanLink, `SELECT `+linkColumns+` FROM links l
		WHERE l.organization_id = $2 AND l.external_user_id = $3 AND l.test >= $4
			AND ($5 = 0 OR (l.created_at, l.id) < ($5, $6))
		ORDER BY l.created_at DESC, l.id DESC LIMIT $7`,
		db.Now(), user.OrganizationID, user.ExternalUserID, user.TestOnly, before.at, before.id, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list a user's links: %w", err)
	}
	if len(links) > limit {
		links = links[:limit]
		last := links[limit-1]
		next = cursor{last.CreatedAt, last.ID}.String()
	}
	damaged, err := db.loadDetails(ctx, db.read, links)
	if err != nil {
		return nil, "", fmt.Errorf("list a user's links: %w", err)
	}
	links = slices.DeleteFunc(links, func(l Link) bool { return db.leftOut.isDamaged(ctx, damaged[l.ID]) })
	return links, next, nil
}

// ActiveLinksOf lists links of a user that a session may be working on.
func (db *DB) ActiveLinksOf(ctx context.Context, user User, limit int) ([]Link, error) {
	links, err := engine.Collect(ctx, db.read, scanLink, `SELECT `+linkColumns+` FROM links l
		WHERE l.organization_id = $2 AND l.external_user_id = $3 AND l.test >= $4
			AND l.status = 'active' AND l.return_code_hash IS NULL LIMIT $5`,
		db.Now(), user.OrganizationID, user.ExternalUserID, user.TestOnly, limit)
	if err != nil {
		return nil, fmt.Errorf("list a user's active links: %w", err)
	}
	return links, nil
}

// DestroyLinksOf ends and blanks some links of a user, those excepted that a
// session works on, and adds them to the receipt. It reports whether there may
// be more.
func (db *DB) DestroyLinksOf(ctx context.Context, user User, deletion UserDeletion) (more bool, err error) {
	err = db.transact(ctx, func(tx *tx) error {
		ids, err := engine.Collect(tx.Context(), tx, func(r engine.Row) (id string, err error) { return id, r.Scan(&id) },
			`SELECT id FROM links WHERE organization_id = $1 AND external_user_id = $2 AND test >= $3
				AND (status <> 'active' OR return_code_hash IS NOT NULL OR expires_at <= $4)
			ORDER BY created_at DESC, id DESC LIMIT $5`,
			user.OrganizationID, user.ExternalUserID, user.TestOnly, tx.Now, userBatch)
		if err != nil {
			return err
		}
		more = len(ids) == userBatch
		count := UserDeletion{ID: deletion.ID, CreatedAt: deletion.CreatedAt}
		for _, id := range ids {
			if err := db.destroyLinkOf(tx, id, &count); err != nil {
				return err
			}
		}
		return tx.addToReceipt(count)
	})
	if err != nil {
		return false, fmt.Errorf("destroy a user's links: %w", err)
	}
	return more, nil
}

// destroyLinkOf ends and blanks one link of a user, and counts what it destroyed.
func (db *DB) destroyLinkOf(tx *tx, id string, count *UserDeletion) error {
	link, err := db.linkByID(tx.Context(), tx.reader(), id)
	if err != nil {
		return err
	}
	ended, err := db.endIfOpen(tx, &link)
	if err != nil {
		return err
	}
	destroyed, err := tx.destroyData(&link)
	if err != nil {
		return err
	}
	// The person will not come back to the page of a session.
	if err := tx.exec(`UPDATE link_sessions SET browser_hash = NULL WHERE link_id = $1`, id); err != nil {
		return err
	}
	count.Links++
	count.Sessions += link.Attempts
	if ended || link.cancelledSince(count.CreatedAt) {
		count.Cancelled++
	}
	if link.result != nil {
		count.Results++
	}
	if link.HasArguments() {
		count.Arguments++
	}
	count.Recordings += destroyed.recordings
	count.Replies += destroyed.replies
	return nil
}

// endIfOpen cancels a link that has not ended, and reports whether it did. One
// whose time has passed unstored is expired.
func (db *DB) endIfOpen(tx *tx, link *Link) (ended bool, err error) {
	if link.Status == LinkExpired && link.stored != LinkExpired {
		return false, db.expire(tx, link.ID)
	}
	err = db.cancel(tx, link)
	if errors.Is(err, ErrComplete) || errors.Is(err, ErrExpired) {
		return false, nil
	}
	return err == nil, err
}

// cancelledSince reports whether the link was cancelled at a time or later, as
// the runner does with those that are worked on.
func (l *Link) cancelledSince(at int64) bool {
	return l.Status == LinkExpired && l.UpdatedAt >= at && l.Error != nil && l.Error.Code == codeLinkCancelled
}

// HasArguments reports whether arguments are kept.
func (l *Link) HasArguments() bool {
	for _, operation := range l.Operations {
		if operation.arguments != nil && l.argumentsKey != nil {
			return true
		}
	}
	return false
}

func (tx *tx) addToReceipt(count UserDeletion) error {
	return tx.execOne(`UPDATE user_deletions SET links = links + $1, cancelled = cancelled + $2, sessions = sessions + $3,
			results = results + $4, arguments = arguments + $5, recordings = recordings + $6, replies = replies + $7
		WHERE id = $8`, count.Links, count.Cancelled, count.Sessions, count.Results, count.Arguments, count.Recordings, count.Replies, count.ID)
}

// CompleteUserDeletion completes the receipt. ErrStale says that the user has
// links.
func (db *DB) CompleteUserDeletion(ctx context.Context, user User, id string) (deletion UserDeletion, err error) {
	err = db.transact(ctx, func(tx *tx) error {
		if err := tx.execOne(`UPDATE user_deletions SET completed_at = $1 WHERE id = $2 AND NOT EXISTS
			(SELECT 1 FROM links WHERE organization_id = $3 AND external_user_id = $4 AND test >= $5)`,
			tx.Now, id, user.OrganizationID, user.ExternalUserID, user.TestOnly); err != nil {
			return err
		}
		deletion, err = scanUserDeletion(tx.queryRow(`SELECT `+userDeletionColumns+` FROM user_deletions WHERE id = $1`, id))
		return err
	})
	if err != nil {
		return UserDeletion{}, fmt.Errorf("complete the deletion of a user: %w", err)
	}
	return deletion, nil
}

// UserDeletions lists the receipts for a user, the newest first.
func (db *DB) UserDeletions(ctx context.Context, user User) ([]UserDeletion, error) {
	key, err := db.readSecret(ctx, db.read, userMACSetting)
	if errors.Is(err, ErrNotFound) { // nobody was ever deleted
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list a user's deletions: %w", err)
	}
	found, err := engine.Collect(ctx, db.read, scanUserDeletion, `SELECT `+userDeletionColumns+` FROM user_deletions
		WHERE organization_id = $1 AND user_mac = $2 AND test >= $3 ORDER BY created_at DESC, id`,
		user.OrganizationID, keyedMAC(key, user.OrganizationID, user.ExternalUserID), user.TestOnly)
	if err != nil {
		return nil, fmt.Errorf("list a user's deletions: %w", err)
	}
	return found, nil
}
