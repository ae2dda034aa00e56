package db

import (
	"context"
	"fmt"

	"passage/db/engine"
)

// SessionFilter narrows the operators' list of sessions. Empty fields narrow
// nothing.
type SessionFilter struct {
	Status         SessionStatus
	IntegrationID  string
	Code           string
	OrganizationID string
	Text           string // the start of a session's or a link's id, or an external user id
	Cursor         string
	Limit          int
}

// SessionRow is a session as a list shows it.
type SessionRow struct {
	Session
	IntegrationID    string
	OrganizationID   string
	OrganizationName string
	ExternalUserID   string
}

// Sessions lists sessions of all organizations, the newest first, and the
// cursor of the next page, empty at the end. It is for operators only.
func (db *DB) Sessions(ctx context.Context, filter SessionFilter) (rows []SessionRow, next string, err error) {
	before, err := readCursor(filter.Cursor)
	if err != nil {
		return nil, "", fmt.Errorf("list sessions: %w", err)
	}
	rows, next, err = listPage(ctx, db, filter.Limit, func(s *SessionRow) cursor { return cursor{s.CreatedAt, s.ID} }, scanSessionRow, `SELECT `+sessionColumns+`, l.integration_id, o.id, o.display_name, l.external_user_id
		FROM link_sessions s JOIN links l ON l.id = s.link_id JOIN organizations o ON o.id = l.organization_id
		WHERE ($1 = '' OR s.status = $1)
			AND ($2 = '' OR l.integration_id = $2)
			AND ($3 = '' OR s.error_code = $3)
			AND ($4 = '' OR l.organization_id = $4)
			AND ($5 = '' OR substr(s.id, 1, length($5)) = $5 OR substr(l.id, 1, length($5)) = $5 OR l.external_user_id = $5)
			AND ($6 = 0 OR (s.created_at, s.id) < ($6, $7))
		ORDER BY s.created_at DESC, s.id DESC LIMIT $8`,
		string(filter.Status), filter.IntegrationID, filter.Code, filter.OrganizationID, filter.Text,
		before.at, before.id, filter.Limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list sessions: %w", err)
	}
	return rows, next, nil
}

// withColumns scans a row whose first columns are read by another function.
type withColumns struct {
	engine.Row
	more []any
}

func (w withColumns) Scan(dest ...any) error { return w.Row.Scan(append(dest, w.more...)...) }

func scanSessionRow(r engine.Row) (SessionRow, error) {
	var found SessionRow
	var user *string
	session, err := scanSession(withColumns{r, []any{&found.IntegrationID, &found.OrganizationID, &found.OrganizationName, &user}})
	found.Session, found.ExternalUserID = session, orEmpty(user)
	return found, err
}

// SessionCount is how many sessions ended in one way.
type SessionCount struct {
	IntegrationID string
	Status        SessionStatus
	Code          string // empty where there is no error
	Cause         string // see Failure
	Sessions      int
}

// CountSessions counts the sessions created since a time, by integration,
// status and code.
func (db *DB) CountSessions(ctx context.Context, since int64) ([]SessionCount, error) {
	found, err := engine.Collect(ctx, db.read, func(r engine.Row) (c SessionCount, err error) {
		return c, r.Scan(&c.IntegrationID, &c.Status, &c.Code, &c.Cause, &c.Sessions)
	}, `SELECT l.integration_id, s.status, COALESCE(s.error_code, ''), COALESCE(s.error_cause, ''), COUNT(*)
		FROM link_sessions s JOIN links l ON l.id = s.link_id
		WHERE s.created_at >= $1 GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2, 3, 4`, since)
	if err != nil {
		return nil, fmt.Errorf("count sessions: %w", err)
	}
	return found, nil
}

// CountOpenSessions counts the sessions that have not ended, by status.
func (db *DB) CountOpenSessions(ctx context.Context) (map[SessionStatus]int, error) {
	counts := map[SessionStatus]int{}
	_, err := engine.Collect(ctx, db.read, func(r engine.Row) (struct{}, error) {
		var status SessionStatus
		var count int
		err := r.Scan(&status, &count)
		counts[status] = count
		return struct{}{}, err
	}, `SELECT status, COUNT(*) FROM link_sessions WHERE status IN ('created', 'queued', 'running', 'waiting') GROUP BY status`)
	if err != nil {
		return nil, fmt.Errorf("count open sessions: %w", err)
	}
	return counts, nil
}
