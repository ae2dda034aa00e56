package db

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"passage/db/engine"
	"passage/db/seal"
)

// Secret returns a random secret of this installation by its name. The first call
// draws it and stores it encrypted, so that a restart changes nothing.
func (db *DB) Secret(ctx context.Context, name string, size int) ([]byte, error) {
	secret, err := db.readSecret(ctx, db.read, name)
	if !errors.Is(err, ErrNotFound) {
		return secret, err
	}
	err = db.transact(ctx, func(tx *tx) error {
		secret, err = db.secret(tx, name, size)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("keep the secret %s: %w", name, err)
	}
	return secret, nil
}

// secret is Secret within a transaction.
func (db *DB) secret(tx *tx, name string, size int) ([]byte, error) {
	secret, err := db.readSecret(tx.Context(), tx, name)
	if !errors.Is(err, ErrNotFound) {
		return secret, err
	}
	secret = make([]byte, size)
	if _, err := io.ReadFull(db.random, secret); err != nil {
		return nil, err
	}
	encrypted, err := db.keyset.Encrypt(settingAAD(name), secret)
	if err != nil {
		return nil, err
	}
	return secret, tx.exec(`INSERT INTO settings (name, value) VALUES ($1, $2)`, name, encrypted)
}

// mac is what is stored instead of a text that must not be stored: an HMAC with
// a stored key. A plain hash would let a reader of the database guess the text.
func (db *DB) mac(tx *tx, keyName string, scope, text string) ([]byte, error) {
	key, err := db.secret(tx, keyName, sha256.Size)
	if err != nil {
		return nil, err
	}
	return keyedMAC(key, scope, text), nil
}

func keyedMAC(key []byte, scope, text string) []byte {
	return keyedHash(key, []byte(scope+"\x00"+text))
}

func (db *DB) readSecret(ctx context.Context, from engine.Querier, name string) ([]byte, error) {
	var encrypted []byte
	err := from.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&encrypted)
	if err != nil {
		return nil, fmt.Errorf("read the secret %s: %w", name, orNotFound(err))
	}
	return db.keyset.Decrypt(settingAAD(name), encrypted)
}

func settingAAD(name string) seal.AAD { return seal.AAD{Table: "settings", Row: name, Column: "value"} }
