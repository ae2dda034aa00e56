package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"passage/automation/event"
	"passage/db/engine"
)

// DestroyData destroys at once what is kept of a link's person: result, arguments,
// recordings, kept replies, the merchant's id and label of the user, metadata, the
// queries of URLs, questions, steps, and the replies of webhooks. What stays is
// that the link was there: its ids, states, times, and the names and codes of its
// operations. A link without its arguments can be claimed no more. ErrActive while
// it is worked on.
func (db *DB) DestroyData(ctx context.Context, organizationID, id string) error {
	err := db.transact(ctx, func(tx *tx) error {
		link, err := db.findLink(tx.Context(), tx.reader(), `l.id = $2 AND l.organization_id = $3`, id, organizationID)
		if err != nil {
			return err
		}
		_, err = tx.destroyData(&link)
		return err
	})
	if err != nil {
		return fmt.Errorf("destroy data: %w", err)
	}
	return nil
}

// destroyed counts what destroyData destroyed and a link does not show.
type destroyed struct{ recordings, replies int }

func (tx *tx) destroyData(link *Link) (destroyed, error) {
	// Whoever works on the link writes down with its keys how that ended.
	if err := tx.execOne(`UPDATE links SET result = NULL, data_key = NULL, external_user_id = NULL, user_label = NULL,
			metadata = NULL, locale = NULL, return_url = $1, webhook_url = $2,
			updated_at = $3, data_deleted_at = COALESCE(data_deleted_at, $3)
		WHERE id = $4 AND status <> 'active'`,
		orNull(withoutQuery(link.ReturnURL)), orNull(withoutQuery(link.WebhookURL)), tx.Now, link.ID); err != nil {
		return destroyed{}, staleIsActive(err)
	}
	tx.Destroys()
	tx.notify(link.ID)
	recordings, err := tx.destroyRecordings(link.ID)
	if err != nil {
		return destroyed{}, err
	}
	replies, err := tx.destroy(`UPDATE idempotency_keys SET reply = x'' WHERE link_id = $1 AND reply <> x''`, link.ID)
	if err != nil {
		return destroyed{}, err
	}
	return destroyed{int(recordings), int(replies)}, errors.Join(
		tx.destroyArguments(link.ID),
		tx.exec(`UPDATE link_operations SET summary = '{}' WHERE link_id = $1`, link.ID),
		tx.forgetResults(link.ID),
		tx.exec(`DELETE FROM phone_codes WHERE link_id = $1`, link.ID),
		tx.blankSessions(link.ID),
		tx.blankDeliveries(link))
}

// withoutQuery is a URL without its query and fragment, in which a merchant may
// have put a person. The rest is where the merchant's server is, and is needed
// for a person who still has to go back, and for webhooks that are still to come.
func withoutQuery(address string) string {
	if at := strings.IndexAny(address, "?#"); at >= 0 {
		return address[:at]
	}
	return address
}

func (tx *tx) destroyRecordings(linkID string) (count int64, err error) {
	return tx.destroy(`DELETE FROM artifacts WHERE session_id IN (SELECT id FROM link_sessions WHERE link_id = $1)`, linkID)
}

// blankSessions removes from a link's sessions what they saw and asked.
func (tx *tx) blankSessions(linkID string) error {
	const sessions = `(SELECT id FROM link_sessions WHERE link_id = $1)`
	return errors.Join(
		tx.exec(`UPDATE link_sessions SET account = NULL, error_detail = NULL WHERE link_id = $1`, linkID),
		tx.exec(`UPDATE session_operations SET note = NULL WHERE session_id IN `+sessions, linkID),
		tx.exec(`UPDATE prompts SET question = '{}' WHERE session_id IN `+sessions, linkID),
		tx.exec(`DELETE FROM session_events WHERE session_id IN `+sessions+` AND kind IN ($2, $3, $4, $5)`, linkID,
			string(event.StepTaken), string(event.ProgressMade), string(event.EvidenceKept), string(event.Suspected)),
		tx.blankDetails(linkID))
}

// blankDetails removes from a link's timelines what operators were told of
// failures. The codes stay.
func (tx *tx) blankDetails(linkID string) error {
	failed, err := engine.Collect(tx.Context(), tx, scanEntry, `SELECT session_id, seq, data FROM session_events
		WHERE session_id IN (SELECT id FROM link_sessions WHERE link_id = $1) AND kind = $2`, linkID, string(event.Failed))
	if err != nil {
		return err
	}
	for _, entry := range failed {
		entry.failure.Detail = ""
		data, err := json.Marshal(entry.failure)
		if err != nil {
			return err
		}
		if err := tx.execOne(`UPDATE session_events SET data = $1 WHERE session_id = $2 AND seq = $3`,
			string(data), entry.sessionID, entry.seq); err != nil {
			return err
		}
	}
	return nil
}

// failedEntry is the entry of a timeline that reports a failure.
type failedEntry struct {
	sessionID string
	seq       int
	failure   event.Failure
}

func scanEntry(r engine.Row) (failedEntry, error) {
	var entry failedEntry
	var data []byte
	if err := r.Scan(&entry.sessionID, &entry.seq, &data); err != nil {
		return failedEntry{}, err
	}
	return entry, json.Unmarshal(data, &entry.failure)
}

// blankDeliveries removes what receivers answered, and the queries of their URLs.
// A pending delivery goes on to the URL without its query.
func (tx *tx) blankDeliveries(link *Link) error {
	const deliveries = `SELECT id FROM webhook_deliveries WHERE event_id IN (SELECT id FROM events WHERE link_id = $1)`
	return errors.Join(
		tx.exec(`UPDATE webhook_tries SET reply = NULL, error = NULL WHERE delivery_id IN (`+deliveries+`)`, link.ID),
		tx.exec(`UPDATE webhook_deliveries SET url = $2 WHERE id IN (`+deliveries+`)`, link.ID, withoutQuery(link.WebhookURL)))
}
