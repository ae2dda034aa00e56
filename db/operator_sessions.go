package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"passage/db/engine"
)

// OperatorSessionLifetime is how long an operator stays logged in.
const OperatorSessionLifetime = 12 * time.Hour

// The longest texts that are kept of a browser, in bytes.
const (
	maxUserAgent = 256
	maxAddress   = 64
)

// Browser is what a log-in tells of the browser that it comes from.
type Browser struct {
	UserAgent string
	Address   string
}

// OperatorSession is an operator's log-in in one browser. Its token, which the
// browser's cookie holds, is not kept.
type OperatorSession struct {
	ID         string
	Operator   Operator
	Browser    Browser // trimmed
	CreatedAt  int64
	LastSeenAt int64 // to the minute
	ExpiresAt  int64
}

const operatorSessionQuery = `SELECT s.id, s.user_agent, s.address, s.created_at, s.last_seen_at, s.expires_at,
		o.id, o.email, o.password_hash, o.password_changed_at, o.created_at
	FROM operator_sessions s JOIN operators o ON o.id = s.operator_id`

func scanOperatorSession(r engine.Row) (OperatorSession, error) {
	var s OperatorSession
	o := &s.Operator
	err := r.Scan(&s.ID, &s.Browser.UserAgent, &s.Browser.Address, &s.CreatedAt, &s.LastSeenAt, &s.ExpiresAt,
		&o.ID, &o.Email, &o.passwordHash, &o.PasswordChangedAt, &o.CreatedAt)
	return s, err
}

// createOperatorSession logs an operator in whose password checkPassword found
// right, and returns the session's token. ErrWrongPassword says that the password
// has changed meanwhile.
func (db *DB) createOperatorSession(ctx context.Context, operator Operator, browser Browser) (token string, err error) {
	id, err := db.newID(operatorSessionPrefix)
	if err != nil {
		return "", err
	}
	token, err = db.draw(operatorTokenPrefix, operatorTokenBytes)
	if err != nil {
		return "", err
	}
	err = db.transact(ctx, func(tx *tx) error {
		err := tx.execOne(`INSERT INTO operator_sessions (id, operator_id, token_hash, user_agent, address, created_at, last_seen_at, expires_at)
			SELECT $1, id, $2, $3, $4, $5, $5, $6 FROM operators WHERE id = $7 AND password_hash = $8`,
			id, hash(token), trim(browser.UserAgent, maxUserAgent), trim(browser.Address, maxAddress),
			tx.Now, tx.Now+OperatorSessionLifetime.Milliseconds(), operator.ID, operator.passwordHash)
		if errors.Is(err, ErrStale) {
			return ErrWrongPassword
		}
		if err != nil {
			return err
		}
		return db.forgetFailures(tx, operator.Email)
	})
	if err != nil {
		return "", fmt.Errorf("create operator session: %w", err)
	}
	return token, nil
}

// trim cuts a text after so many bytes, and leaves no half of a character.
func trim(text string, size int) string {
	return strings.ToValidUTF8(text[:min(len(text), size)], "")
}

// AuthenticateOperator finds the session with this token. ErrNotFound also says
// that it has expired.
func (db *DB) AuthenticateOperator(ctx context.Context, token string) (OperatorSession, error) {
	session, err := scanOperatorSession(db.read.QueryRowContext(ctx,
		operatorSessionQuery+` WHERE s.token_hash = $1 AND s.expires_at > $2`, hash(token), db.Now()))
	if err != nil {
		return OperatorSession{}, fmt.Errorf("authenticate operator: %w", orNotFound(err))
	}
	return session, nil
}

// NoteOperatorSeen notes that a session was used, if that was not noted within
// the last minute.
func (db *DB) NoteOperatorSeen(ctx context.Context, session OperatorSession) error {
	if db.Now()-session.LastSeenAt < usePrecision.Milliseconds() {
		return nil
	}
	err := db.transact(ctx, func(tx *tx) error {
		return tx.exec(`UPDATE operator_sessions SET last_seen_at = $1 WHERE id = $2`, tx.Now, session.ID)
	})
	if err != nil {
		return fmt.Errorf("note an operator's visit: %w", err)
	}
	return nil
}

// OperatorSessions lists an operator's sessions, the last used first.
func (db *DB) OperatorSessions(ctx context.Context, operatorID string) ([]OperatorSession, error) {
	sessions, err := engine.Collect(ctx, db.read, scanOperatorSession, operatorSessionQuery+
		` WHERE s.operator_id = $1 AND s.expires_at > $2 ORDER BY s.last_seen_at DESC, s.id`, operatorID, db.Now())
	if err != nil {
		return nil, fmt.Errorf("list operator sessions: %w", err)
	}
	return sessions, nil
}

// EndOperatorSession ends one session of an operator. ErrNotFound says that the
// operator has no such session.
func (db *DB) EndOperatorSession(ctx context.Context, operatorID, id string) error {
	err := db.transact(ctx, func(tx *tx) error {
		return tx.execOne(`DELETE FROM operator_sessions WHERE id = $1 AND operator_id = $2`, id, operatorID)
	})
	if err != nil {
		return fmt.Errorf("end operator session: %w", staleIsNotFound(err))
	}
	return nil
}

// EndOtherOperatorSessions ends all sessions of an operator but the given one.
func (db *DB) EndOtherOperatorSessions(ctx context.Context, kept OperatorSession) error {
	err := db.transact(ctx, func(tx *tx) error {
		return tx.exec(`DELETE FROM operator_sessions WHERE operator_id = $1 AND id <> $2`, kept.Operator.ID, kept.ID)
	})
	if err != nil {
		return fmt.Errorf("end other operator sessions: %w", err)
	}
	return nil
}

// LogOutOperator ends all sessions of the operator with this email, and returns
// how many had not expired.
func (db *DB) LogOutOperator(ctx context.Context, email string) (ended int, err error) {
	err = db.transact(ctx, func(tx *tx) error {
		var id string
		if err := tx.queryRow(`SELECT id FROM operators WHERE email = $1`, foldEmail(email)).Scan(&id); err != nil {
			return orNotFound(err)
		}
		if err := tx.queryRow(`SELECT COUNT(*) FROM operator_sessions WHERE operator_id = $1 AND expires_at > $2`, id, tx.Now).
			Scan(&ended); err != nil {
			return err
		}
		return tx.exec(`DELETE FROM operator_sessions WHERE operator_id = $1`, id)
	})
	if err != nil {
		return 0, fmt.Errorf("log an operator out: %w", err)
	}
	return ended, nil
}
