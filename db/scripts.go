package db

import (
	"context"
	"fmt"
)

// Script is a version of an integration's source. It is stored with the first claim
// of which the session runs it.
type Script struct {
	Hash          string
	IntegrationID string
	Source        string
	CreatedAt     int64
}

// insertScript stores a version once.
func insertScript(tx *tx, script Script) error {
	return tx.exec(`INSERT INTO scripts (hash, integration_id, source, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (hash) DO NOTHING`, script.Hash, script.IntegrationID, script.Source, tx.Now)
}

// Script finds a version by its hash.
func (db *DB) Script(ctx context.Context, hash string) (Script, error) {
	var s Script
	err := db.read.QueryRowContext(ctx, `SELECT hash, integration_id, source, created_at FROM scripts WHERE hash = $1`, hash).
		Scan(&s.Hash, &s.IntegrationID, &s.Source, &s.CreatedAt)
	if err != nil {
		return Script{}, fmt.Errorf("find script: %w", orNotFound(err))
	}
	return s, nil
}
