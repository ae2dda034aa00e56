package db

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"passage/db/engine"
)

// Scope is what a key may do.
type Scope string

// The scopes, each of which may do what those before it may.
const (
	ScopeRead  Scope = "read"  // look, but see no claim URL
	ScopeLinks Scope = "links" // make, cancel and delete links
	ScopeAll   Scope = "all"
)

// Covers reports whether a key of this scope may do what needs the other scope.
func (s Scope) Covers(needed Scope) bool {
	order := []Scope{ScopeRead, ScopeLinks, ScopeAll}
	return slices.Index(order, s) >= slices.Index(order, needed)
}

// Valid reports whether this is one of the scopes.
func (s Scope) Valid() bool { return s == ScopeRead || s == ScopeLinks || s == ScopeAll }

// NewKey is what a key is to be.
type NewKey struct {
	OrganizationID string
	Name           string // what it is for; may be empty
	Scope          Scope  // empty: all
	Test           bool   // reaches the demo and the links of test keys only, and marks its links
	Lifetime       time.Duration
	Actor          string // who makes it
}

// Key is an API key of an organization. The secret itself is not kept.
type Key struct {
	ID               string
	OrganizationID   string
	OrganizationName string
	Name             string
	Scope            Scope
	Test             bool
	Hint             string // the secret's last four characters
	CreatedAt        int64
	LastUsedAt       *int64 // to the minute
	ExpiresAt        *int64 // null: never
	RevokedAt        *int64
	ReturnTo         []string // its organization's; see Branding

	lifetime time.Duration // that it was made for; 0: for ever
}

// The ways in which a key opens nothing.
var (
	ErrMalformedKey = errors.New("this is not a whole key")
	ErrKeyRevoked   = errors.New("the key was revoked")
	ErrKeyExpired   = errors.New("the key has expired")
)

// ended tells why a key is not in force any more.
func (k *Key) ended(now int64) error {
	switch {
	case k.RevokedAt != nil:
		return ErrKeyRevoked
	case k.ExpiresAt != nil && *k.ExpiresAt <= now:
		return ErrKeyExpired
	}
	return nil
}

// InForce reports whether a key opened something at a time.
func (k *Key) InForce(now int64) bool { return k.ended(now) == nil }

// Masked is as much of a key's secret as tells it from others.
func (k *Key) Masked() string {
	prefix := apiKeyPrefix
	if k.Test {
		prefix = testKeyPrefix
	}
	return prefix + "…" + k.Hint
}

// usePrecision is how exactly a key's last use is kept, so that a busy key
// does not turn each read into a write.
const usePrecision = time.Minute

const keyQuery = `SELECT k.id, k.organization_id, o.name, k.name, k.scope, k.test, k.hint, k.created_at, k.last_used_at,
		COALESCE(k.lifetime, 0), k.expires_at, k.revoked_at, o.return_to
	FROM api_keys k JOIN organizations o ON o.id = k.organization_id`

func scanKey(r engine.Row) (Key, error) {
	var k Key
	var lifetime int64
	var returnTo []byte
	if err := r.Scan(&k.ID, &k.OrganizationID, &k.OrganizationName, &k.Name, &k.Scope, &k.Test, &k.Hint, &k.CreatedAt,
		&k.LastUsedAt, &lifetime, &k.ExpiresAt, &k.RevokedAt, &returnTo); err != nil {
		return Key{}, err
	}
	k.lifetime = time.Duration(lifetime) * time.Millisecond
	return k, damagedIf(json.Unmarshal(returnTo, &k.ReturnTo), "organizations", k.OrganizationID, "return_to")
}

// CreateKey makes a key and returns its secret, which is shown this one time.
func (db *DB) CreateKey(ctx context.Context, draft NewKey) (secret string, err error) {
	err = db.transact(ctx, func(tx *tx) error {
		secret, err = db.insertKey(tx, draft)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("create key: %w", err)
	}
	return secret, nil
}

func (db *DB) insertKey(tx *tx, draft NewKey) (string, error) {
	secret, err := db.newKeySecret(draft.Test)
	if err != nil {
		return "", err
	}
	id, err := db.newID(keyPrefix)
	if err != nil {
		return "", err
	}
	if draft.Scope == "" {
		draft.Scope = ScopeAll
	}
	var lifetime, expiresAt int64
	if draft.Lifetime > 0 {
		lifetime, expiresAt = draft.Lifetime.Milliseconds(), tx.Now+draft.Lifetime.Milliseconds()
	}
	if err := tx.exec(`INSERT INTO api_keys (id, organization_id, hash, hint, name, scope, test, lifetime, expires_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		id, draft.OrganizationID, hash(secret), secret[len(secret)-4:], draft.Name, string(draft.Scope), draft.Test,
		orNull(lifetime), orNull(expiresAt), tx.Now); err != nil {
		return "", err
	}
	return secret, noteChange(tx, draft.OrganizationID, draft.Actor, Change{Field: FieldKey, After: "made " + id})
}

// newKeySecret ends with a checksum of the rest, so that a mistyped key can be
// told from a revoked one.
func (db *DB) newKeySecret(test bool) (string, error) {
	prefix := apiKeyPrefix
	if test {
		prefix = testKeyPrefix
	}
	secret, err := db.newSecret(prefix)
	return secret + checksum(secret), err
}

// checksum is a CRC-32 in six characters.
func checksum(text string) string {
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(text))))
}

// whole reports whether a secret has the form and the checksum of a key.
func whole(secret string) bool {
	at := len(secret) - len(checksum(""))
	return strings.HasPrefix(secret, apiKeyPrefix) && at > len(apiKeyPrefix) && checksum(secret[:at]) == secret[at:]
}

// Authenticate finds the key with this secret. ErrMistyped, ErrKeyRevoked,
// ErrKeyExpired and ErrNotFound say why there is none in force.
func (db *DB) Authenticate(ctx context.Context, secret string) (Key, error) {
	key, err := scanKey(db.read.QueryRowContext(ctx, keyQuery+` WHERE k.hash = $1`, hash(secret)))
	if err = orNotFound(err); errors.Is(err, ErrNotFound) && !whole(secret) {
		err = ErrMalformedKey
	}
	if err == nil {
		err = key.ended(db.Now())
	}
	if err != nil {
		return Key{}, fmt.Errorf("authenticate: %w", err)
	}
	// Who only reads is answered while the database takes no writes.
	if err := db.noteUse(ctx, &key); err != nil && !IsUnavailable(err) {
		return Key{}, fmt.Errorf("note the key's use: %w", err)
	}
	return key, nil
}

// noteUse stores when a key was used last, not more often than usePrecision says. It
// returns what is wrong with the database, if that is known, without waiting for it.
func (db *DB) noteUse(ctx context.Context, key *Key) error {
	if key.LastUsedAt != nil && db.Now()-*key.LastUsedAt < usePrecision.Milliseconds() {
		return nil
	}
	if failing := db.Health().Err; IsUnavailable(failing) {
		return failing
	}
	return db.transact(ctx, func(tx *tx) error {
		return tx.exec(`UPDATE api_keys SET last_used_at = $1 WHERE id = $2`, tx.Now, key.ID)
	})
}

// Keys lists an organization's keys, or all where the id is empty, the newest first.
func (db *DB) Keys(ctx context.Context, organizationID string) ([]Key, error) {
	found, err := list(ctx, db, scanKey, keyQuery+`
		WHERE $1 = '' OR k.organization_id = $1 ORDER BY k.created_at DESC, k.id`, organizationID)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return found, nil
}

// keyInForce finds a key within a transaction. ErrNotFound where it has ended.
func keyInForce(tx *tx, id string) (Key, error) {
	key, err := scanKey(tx.queryRow(keyQuery+` WHERE k.id = $1`, id))
	if err == nil && !key.InForce(tx.Now) {
		err = ErrNotFound
	}
	return key, orNotFound(err)
}

// RevokeKey ends a key at once. ErrNotFound where there is none in force.
func (db *DB) RevokeKey(ctx context.Context, id, actor string) error {
	err := db.transact(ctx, func(tx *tx) error {
		old, err := keyInForce(tx, id)
		if err != nil {
			return err
		}
		if err := noteChange(tx, old.OrganizationID, actor, Change{Field: FieldKey, After: "revoked " + id}); err != nil {
			return err
		}
		return tx.execOne(`UPDATE api_keys SET revoked_at = $1 WHERE id = $2`, tx.Now, id)
	})
	if err != nil {
		return fmt.Errorf("revoke key: %w", err)
	}
	return nil
}

// RotateKey makes another key of the same kind. The old one stays valid for the
// overlap. ErrNotFound says that it is not in force.
func (db *DB) RotateKey(ctx context.Context, id string, overlap time.Duration, actor string) (secret string, err error) {
	err = db.transact(ctx, func(tx *tx) error {
		old, err := keyInForce(tx, id)
		if err != nil {
			return err
		}
		draft := NewKey{OrganizationID: old.OrganizationID, Name: old.Name, Scope: old.Scope, Test: old.Test, Lifetime: old.lifetime, Actor: actor}
		ends := tx.Now + overlap.Milliseconds()
		if old.ExpiresAt != nil {
			ends = min(ends, *old.ExpiresAt)
		}
		if secret, err = db.insertKey(tx, draft); err != nil {
			return err
		}
		return tx.execOne(`UPDATE api_keys SET expires_at = $1 WHERE id = $2`, ends, id)
	})
	if err != nil {
		return "", fmt.Errorf("rotate key: %w", err)
	}
	return secret, nil
}
