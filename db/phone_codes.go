package db

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"passage/db/engine"
)

// PhoneCodeLifetime is how long a phone code is good for.
const PhoneCodeLifetime = 2 * time.Minute

// PhoneCode moves a link to a phone, so that no screen has to show the claim
// code itself. It works once and expires soon. A link has one at a time: a new
// one replaces it.
type PhoneCode struct {
	ID        string
	ExpiresAt int64

	usedBy []byte // the hash of a visitor's id
}

// Used reports whether a phone has used the code.
func (c *PhoneCode) Used() bool { return c.usedBy != nil }

// UsedBy reports whether this visitor used the code.
func (c *PhoneCode) UsedBy(visitor string) bool {
	return visitor != "" && c.Used() && subtle.ConstantTimeCompare(c.usedBy, hash(visitor)) == 1
}

// MadeAt is when the code was made.
func (c *PhoneCode) MadeAt() int64 { return c.ExpiresAt - PhoneCodeLifetime.Milliseconds() }

// Expired reports whether the code expired unused.
func (c *PhoneCode) Expired(now int64) bool { return !c.Used() && c.ExpiresAt <= now }

// A phone code is derived from a stored secret and its row's id, so that the page
// can show it again while only its hash is stored.
const (
	phoneKeySetting = "phone_code_key"
	phoneKeyBytes   = 32
	phoneCodeBytes  = 16 // 128 bits, and a picture that a cheap camera can read
)

func phoneCode(key []byte, id string) string {
	return phoneCodePrefix + base64.RawURLEncoding.EncodeToString(keyedHash(key, []byte(id))[:phoneCodeBytes])
}

// NewPhoneCode gives a link a phone code and returns its id. The link's earlier
// one stops working.
func (db *DB) NewPhoneCode(ctx context.Context, linkID string) (id string, err error) {
	id, err = db.newID(phoneCodeIDPrefix)
	if err != nil {
		return "", fmt.Errorf("make phone code: %w", err)
	}
	err = db.transact(ctx, func(tx *tx) error {
		key, err := db.secret(tx, phoneKeySetting, phoneKeyBytes)
		if err != nil {
			return err
		}
		return tx.exec(`INSERT INTO phone_codes (link_id, id, code_hash, expires_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (link_id) DO UPDATE SET id = excluded.id, code_hash = excluded.code_hash,
				expires_at = excluded.expires_at, used_by = NULL`,
			linkID, id, hash(phoneCode(key, id)), tx.Now+PhoneCodeLifetime.Milliseconds())
	})
	if err != nil {
		return "", fmt.Errorf("make phone code: %w", err)
	}
	return id, nil
}

// PhoneCode finds a link's phone code by its id, with the code itself for the
// page that shows it. ErrNotFound says that a newer one has replaced it.
func (db *DB) PhoneCode(ctx context.Context, linkID, id string) (found PhoneCode, code string, err error) {
	found, _, err = findPhoneCode(ctx, db.read, `link_id = $1 AND id = $2`, linkID, id)
	if err != nil {
		return PhoneCode{}, "", err
	}
	key, err := db.readSecret(ctx, db.read, phoneKeySetting)
	if err != nil {
		return PhoneCode{}, "", err
	}
	return found, phoneCode(key, found.ID), nil
}

// LinkByPhoneCode finds the link that a phone code leads to, whether or not it
// may still be used.
func (db *DB) LinkByPhoneCode(ctx context.Context, code string) (Link, PhoneCode, error) {
	found, linkID, err := findPhoneCode(ctx, db.read, `code_hash = $1`, hash(code))
	if err != nil {
		return Link{}, PhoneCode{}, err
	}
	link, err := db.linkByID(ctx, db.reader(), linkID)
	return link, found, err
}

func findPhoneCode(ctx context.Context, from engine.Querier, where string, args ...any) (found PhoneCode, linkID string, err error) {
	err = from.QueryRowContext(ctx, `SELECT id, link_id, expires_at, used_by FROM phone_codes WHERE `+where, args...).
		Scan(&found.ID, &linkID, &found.ExpiresAt, &found.usedBy)
	if err != nil {
		return PhoneCode{}, "", fmt.Errorf("find phone code: %w", orNotFound(err))
	}
	return found, linkID, nil
}

// UsePhoneCode uses up a code for a visitor. Of any number of concurrent
// visitors exactly one succeeds, and may use it again. ErrExpired says that the
// code has expired, or that another visitor was first.
func (db *DB) UsePhoneCode(ctx context.Context, code, visitor string) (Link, error) {
	var link Link
	err := db.transact(ctx, func(tx *tx) error {
		found, linkID, err := findPhoneCode(tx.Context(), tx, `code_hash = $1`, hash(code))
		if err != nil {
			return err
		}
		if !found.UsedBy(visitor) {
			err = tx.execOne(`UPDATE phone_codes SET used_by = $1 WHERE id = $2 AND used_by IS NULL AND expires_at > $3`,
				hash(visitor), found.ID, tx.Now)
			if errors.Is(err, ErrStale) {
				return ErrExpired
			}
			if err != nil {
				return err
			}
			tx.notify(linkID)
		}
		link, err = db.linkByID(tx.Context(), tx.reader(), linkID)
		return err
	})
	if err != nil {
		return Link{}, fmt.Errorf("use phone code: %w", err)
	}
	return link, nil
}
