package db

import (
	"context"
	"fmt"
	"time"
)

// Key is an API key of an organization. The secret itself is not kept.
type Key struct {
	ID               string
	OrganizationID   string
	OrganizationName string
	Hint             string // the secret's last four characters
	CreatedAt        int64
	LastUsedAt       *int64 // to the minute
	RevokedAt        *int64
}

// usePrecision is how exactly a key's last use is kept, so that a busy key
// does not turn each read into a write.
const usePrecision = time.Minute

const keyColumns = `k.id, k.organization_id, o.name, k.hint, k.created_at, k.last_used_at, k.revoked_at`

func scanKey(r row) (Key, error) {
	var k Key
	err := r.Scan(&k.ID, &k.OrganizationID, &k.OrganizationName, &k.Hint, &k.CreatedAt, &k.LastUsedAt, &k.RevokedAt)
	return k, err
}

// CreateKey makes a key and returns its secret, which is shown this one time.
func (db *DB) CreateKey(ctx context.Context, organizationID string) (secret string, err error) {
	secret, err = db.newSecret(apiKeyPrefix)
	if err != nil {
		return "", err
	}
	id, err := db.newID(keyPrefix)
	if err != nil {
		return "", err
	}
	err = db.transact(ctx, func(tx *tx) error {
		return tx.exec(`INSERT INTO api_keys (id, organization_id, hash, hint, created_at) VALUES ($1, $2, $3, $4, $5)`,
			id, organizationID, hash(secret), secret[len(secret)-4:], tx.now)
	})
	if err != nil {
		return "", fmt.Errorf("create key: %w", err)
	}
	return secret, nil
}

const authenticateQuery = `SELECT ` + keyColumns + ` FROM api_keys k JOIN organizations o ON o.id = k.organization_id
	WHERE k.hash = $1 AND k.revoked_at IS NULL`

// Authenticate finds the key with this secret; ErrNotFound where there is none
// or it was revoked.
func (db *DB) Authenticate(ctx context.Context, secret string) (Key, error) {
	key, err := scanKey(db.prepared.authenticate.QueryRowContext(ctx, hash(secret)))
	if err != nil {
		return Key{}, fmt.Errorf("authenticate: %w", orNotFound(err))
	}
	if key.LastUsedAt != nil && db.Now()-*key.LastUsedAt < usePrecision.Milliseconds() {
		return key, nil
	}
	err = db.transact(ctx, func(tx *tx) error {
		return tx.exec(`UPDATE api_keys SET last_used_at = $1 WHERE id = $2`, tx.now, key.ID)
	})
	if err != nil {
		return Key{}, fmt.Errorf("note the key's use: %w", err)
	}
	return key, nil
}

// Keys lists an organization's keys, or all where the id is empty, the newest first.
func (db *DB) Keys(ctx context.Context, organizationID string) ([]Key, error) {
	found, err := collect(ctx, db.read, scanKey, `SELECT `+keyColumns+`
		FROM api_keys k JOIN organizations o ON o.id = k.organization_id
		WHERE $1 = '' OR k.organization_id = $1 ORDER BY k.created_at DESC, k.id`, organizationID)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return found, nil
}

// RevokeKey ends a key at once. ErrNotFound where there is none in force.
func (db *DB) RevokeKey(ctx context.Context, id string) error {
	err := db.transact(ctx, func(tx *tx) error {
		return tx.change(`UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL`, tx.now, id)
	})
	if err != nil {
		return fmt.Errorf("revoke key: %w", staleIsNotFound(err))
	}
	return nil
}
