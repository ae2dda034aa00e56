package db

import (
	"context"
	"errors"
	"fmt"
)

// DestroyData destroys at once what is kept of a link beside its rows: result,
// arguments, recordings and kept replies. The states stay, but a link without
// its arguments can be claimed no more. ErrActive while it is worked on.
func (db *DB) DestroyData(ctx context.Context, organizationID, id string) error {
	err := db.transact(ctx, func(tx *tx) error {
		link, err := db.findLink(tx.Context(), tx.reader(), `l.id = $2 AND l.organization_id = $3`, id, organizationID)
		if err != nil {
			return err
		}
		// Whoever works on the link writes down with its keys how that ended.
		if err := tx.execOne(`UPDATE links SET result = NULL, data_key = NULL, updated_at = $1
			WHERE id = $2 AND status <> 'active'`, tx.Now, link.ID); err != nil {
			return staleIsActive(err)
		}
		tx.Destroys()
		tx.notify(link.ID)
		if err := errors.Join(tx.destroyArguments(link.ID), tx.forgetResults(link.ID)); err != nil {
			return err
		}
		if err := tx.destroyRecordings(link.ID); err != nil {
			return err
		}
		return tx.exec(`UPDATE idempotency_keys SET reply = x'' WHERE link_id = $1`, link.ID)
	})
	if err != nil {
		return fmt.Errorf("destroy data: %w", err)
	}
	return nil
}

func (tx *tx) destroyRecordings(linkID string) error {
	_, err := tx.destroy(`DELETE FROM artifacts WHERE session_id IN (SELECT id FROM link_sessions WHERE link_id = $1)`, linkID)
	return err
}
