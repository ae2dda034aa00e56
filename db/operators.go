package db

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"passage/db/engine"
)

// Operator may use the dashboard.
type Operator struct {
	ID                string
	Email             string
	PasswordChangedAt int64
	CreatedAt         int64

	passwordHash string
}

// ErrWrongPassword is also returned for an unknown email.
var ErrWrongPassword = errors.New("wrong email or password")

// MinPasswordLength is the least length of an operator's password, in characters.
const MinPasswordLength = 12

const operatorColumns = `id, email, password_hash, password_changed_at, created_at`

func scanOperator(r engine.Row) (Operator, error) {
	var o Operator
	err := r.Scan(&o.ID, &o.Email, &o.passwordHash, &o.PasswordChangedAt, &o.CreatedAt)
	return o, err
}

// CreateOperator adds an operator. ErrExists where the email is taken.
func (db *DB) CreateOperator(ctx context.Context, email, password string) error {
	hashed, err := db.hashPassword(ctx, password)
	if err != nil {
		return fmt.Errorf("hash the password: %w", err)
	}
	id, err := db.newID(operatorPrefix)
	if err != nil {
		return err
	}
	err = db.transact(ctx, func(tx *tx) error {
		err := tx.execOne(`INSERT INTO operators (`+operatorColumns+`) VALUES ($1, $2, $3, $4, $4) ON CONFLICT (email) DO NOTHING`,
			id, foldEmail(email), hashed, tx.Now)
		if errors.Is(err, ErrStale) {
			return ErrExists
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("create operator: %w", err)
	}
	return nil
}

// SetPassword changes an operator's password, which ends all their sessions, and
// forgets what failed before.
func (db *DB) SetPassword(ctx context.Context, email, password string) error {
	hashed, err := db.hashPassword(ctx, password)
	if err != nil {
		return fmt.Errorf("hash the password: %w", err)
	}
	err = db.transact(ctx, func(tx *tx) error {
		var id string
		if err := tx.queryRow(`UPDATE operators SET password_hash = $1, password_changed_at = $2 WHERE email = $3 RETURNING id`,
			hashed, tx.Now, foldEmail(email)).Scan(&id); err != nil {
			return orNotFound(err)
		}
		if err := db.forgetFailures(tx, email); err != nil {
			return err
		}
		return tx.exec(`DELETE FROM operator_sessions WHERE operator_id = $1`, id)
	})
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// checkPassword finds the operator with this email and password. It takes the
// same time whether or not the email is known.
func (db *DB) checkPassword(ctx context.Context, email, password string) (Operator, error) {
	operator, err := scanOperator(db.read.QueryRowContext(ctx,
		`SELECT `+operatorColumns+` FROM operators WHERE email = $1`, foldEmail(email)))
	if errors.Is(orNotFound(err), ErrNotFound) {
		if _, err := db.hashPassword(ctx, password); err != nil {
			return Operator{}, fmt.Errorf("check password: %w", err)
		}
		return Operator{}, ErrWrongPassword
	}
	if err != nil {
		return Operator{}, fmt.Errorf("check password: %w", err)
	}
	match, err := db.matchesPassword(ctx, password, operator.passwordHash)
	if err != nil {
		return Operator{}, fmt.Errorf("check password: %w", err)
	}
	if !match {
		return Operator{}, ErrWrongPassword
	}
	return operator, nil
}

func foldEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }
