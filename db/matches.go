package db

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"passage/db/engine"
)

// Match is what a selector of an integration matched when a session with it
// completed last.
type Match struct {
	Selector string
	Element  string
	SeenAt   int64
}

// matchesKept is how long it is remembered what a selector matched that no
// script uses any more.
const matchesKept = 180 * 24 * time.Hour

// SaveMatches remembers what selectors matched now, by selector.
func (db *DB) SaveMatches(ctx context.Context, integrationID string, elements map[string]string) error {
	if len(elements) == 0 {
		return nil
	}
	err := db.transact(ctx, func(tx *tx) error {
		for _, selector := range slices.Sorted(maps.Keys(elements)) {
			if err := tx.exec(`INSERT INTO matches (integration_id, selector, element, seen_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (integration_id, selector) DO UPDATE SET element = excluded.element, seen_at = excluded.seen_at`,
				integrationID, selector, elements[selector], tx.Now); err != nil {
				return err
			}
		}
		return tx.exec(`DELETE FROM matches WHERE integration_id = $1 AND seen_at <= $2`,
			integrationID, tx.Now-matchesKept.Milliseconds())
	})
	if err != nil {
		return fmt.Errorf("keep matches: %w", err)
	}
	return nil
}

// LastMatches returns what is remembered of these selectors, by selector.
func (db *DB) LastMatches(ctx context.Context, integrationID string, selectors []string) (map[string]Match, error) {
	if len(selectors) == 0 {
		return nil, nil
	}
	args := []any{integrationID}
	for _, selector := range selectors {
		args = append(args, selector)
	}
	found, err := engine.Collect(ctx, db.read, func(r engine.Row) (m Match, err error) {
		return m, r.Scan(&m.Selector, &m.Element, &m.SeenAt)
	}, `SELECT selector, element, seen_at FROM matches WHERE integration_id = $1 AND selector IN (`+
		engine.Placeholders(2, len(selectors))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("find matches: %w", err)
	}
	last := make(map[string]Match, len(found))
	for _, match := range found {
		last[match.Selector] = match
	}
	return last, nil
}
