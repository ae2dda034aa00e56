package db

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ErrBadCursor says that a cursor is not one that a list gave.
var ErrBadCursor = errors.New("not a cursor of this list")

// LinkFilter narrows a list of links. Empty fields narrow nothing.
type LinkFilter struct {
	OrganizationID string
	TestOnly       bool // only what test keys have made
	Status         LinkStatus
	IntegrationID  string
	ExternalUserID string
	ErrorCode      string // why the link's last attempt failed
	CreatedAfter   int64  // Unix milliseconds
	Reference      string // what a person was shown of a session's id, for support
	Cursor         string // from the page before
	Limit          int
}

// Links lists an organization's links, the newest first, and the cursor of the
// next page, empty at the end. Rows that are added meanwhile move no page.
func (db *DB) Links(ctx context.Context, filter LinkFilter) (links []Link, next string, err error) {
	before, err := readCursor(filter.Cursor)
	if err != nil {
		return nil, "", fmt.Errorf("list links: %w", err)
	}
	links, next, err = listPage(ctx, db, filter.Limit, func(l *Link) cursor { return cursor{l.CreatedAt, l.ID} }, scanLink, `SELECT `+linkColumns+` FROM links l
		WHERE l.organization_id = $2
			AND ($3 = '' OR `+statusNow+` = $3)
			AND ($4 = '' OR l.integration_id = $4)
			AND ($5 = '' OR l.external_user_id = $5)
			AND ($6 = 0 OR (l.created_at, l.id) < ($6, $7))
			AND ($8 = '' OR l.error_code = $8)
			AND l.created_at > $9
			AND ($10 = '' OR l.id IN (SELECT s.link_id FROM link_sessions s WHERE s.id >= $10 AND s.id < $10 || '~'))
			AND l.test >= $11
		ORDER BY l.created_at DESC, l.id DESC LIMIT $12`,
		db.Now(), filter.OrganizationID, string(filter.Status), filter.IntegrationID, filter.ExternalUserID,
		before.at, before.id, filter.ErrorCode, filter.CreatedAfter, filter.Reference, filter.TestOnly, filter.Limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list links: %w", err)
	}
	damaged, err := db.loadDetails(ctx, db.read, links)
	if err != nil {
		return nil, "", fmt.Errorf("list links: %w", err)
	}
	links = slices.DeleteFunc(links, func(l Link) bool { return db.leftOut.isDamaged(ctx, damaged[l.ID]) })
	return links, next, nil
}

// cursor is a position in a list that is ordered by time and id.
type cursor struct {
	at int64
	id string
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(c.at, 10) + " " + c.id))
}

func readCursor(text string) (cursor, error) {
	if text == "" {
		return cursor{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return cursor{}, ErrBadCursor
	}
	at, id, found := strings.Cut(string(raw), " ")
	when, err := strconv.ParseInt(at, 10, 64)
	if !found || err != nil || when <= 0 {
		return cursor{}, ErrBadCursor
	}
	return cursor{when, id}, nil
}
