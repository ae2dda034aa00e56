package db

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Secret returns a random secret of our own by its name, drawing it at the
// first call and keeping it sealed, so that a restart changes nothing.
func (db *DB) Secret(ctx context.Context, name string, size int) ([]byte, error) {
	at := place{"", "settings", name, "value"}
	secret, err := db.readSecret(ctx, db.read, at)
	if !errors.Is(err, ErrNotFound) {
		return secret, err
	}
	err = db.transact(ctx, func(tx *tx) error {
		if secret, err = db.readSecret(tx.ctx, tx.sql, at); !errors.Is(err, ErrNotFound) {
			return err
		}
		secret = make([]byte, size)
		if _, err := io.ReadFull(db.random, secret); err != nil {
			return err
		}
		sealed, err := db.seal.seal(at, secret)
		if err != nil {
			return err
		}
		return tx.exec(`INSERT INTO settings (name, value) VALUES ($1, $2)`, name, sealed)
	})
	if err != nil {
		return nil, fmt.Errorf("keep the secret %s: %w", name, err)
	}
	return secret, nil
}

func (db *DB) readSecret(ctx context.Context, from querier, at place) ([]byte, error) {
	var sealed []byte
	err := from.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, at.row).Scan(&sealed)
	if err != nil {
		return nil, fmt.Errorf("read the secret %s: %w", at.row, orNotFound(err))
	}
	return db.seal.open(at, sealed)
}
