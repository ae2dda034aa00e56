package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"passage/automation/event"
	"passage/db/engine"
)

// SessionEvent is one entry of a session's timeline. event.Decode reads its data.
type SessionEvent struct {
	Seq  int
	Kind event.Kind
	Data json.RawMessage
	At   int64
}

// NewEvent is an event to append. At is when it happened.
type NewEvent struct {
	Kind event.Kind
	Data any // of package event, as it belongs to the kind; nil for none
	At   int64
}

// anyOpen is every state in which a session has not ended.
var anyOpen = []SessionStatus{SessionCreated, SessionQueued, SessionRunning, SessionWaiting}

// record is the one fenced write of a runner: it checks the lease and the
// session's state, moves the session on (to may be empty: it stays) and appends
// the event. ErrStale says that the lease or the state did not hold.
func (tx *tx) record(lease Lease, from []SessionStatus, to SessionStatus, kind event.Kind, data any) (seq int, err error) {
	seq, err = tx.advance(lease, from, to, 1)
	if err != nil {
		return 0, err
	}
	return seq, tx.insertEvent(lease.SessionID, seq, NewEvent{Kind: kind, Data: data, At: tx.Now})
}

// advance checks and moves a session as record says, reserving numbers for the
// given count of events; it returns the last of them.
func (tx *tx) advance(lease Lease, from []SessionStatus, to SessionStatus, events int) (seq int, err error) {
	args := []any{string(to), events, lease.SessionID, lease.Node, lease.Epoch, tx.Now}
	for _, status := range from {
		args = append(args, string(status))
	}
	tx.notify(lease.LinkID)
	err = tx.queryRow(`UPDATE link_sessions SET status = CASE WHEN $1 = '' THEN status ELSE $1 END, last_seq = last_seq + $2
		WHERE id = $3 AND owner = $4 AND epoch = $5 AND lease_until > $6 AND status IN (`+engine.Placeholders(7, len(from))+`)
		RETURNING last_seq`, args...).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrStale
	}
	return seq, err
}

func (tx *tx) insertEvent(sessionID string, seq int, entry NewEvent) error {
	if entry.Data == nil {
		entry.Data = struct{}{}
	}
	data, err := json.Marshal(entry.Data)
	if err != nil {
		return fmt.Errorf("write the event %s: %w", entry.Kind, err)
	}
	return tx.exec(`INSERT INTO session_events (session_id, seq, kind, data, at) VALUES ($1, $2, $3, $4, $5)`,
		sessionID, seq, string(entry.Kind), string(data), entry.At)
}

// AppendEvents adds to a session's timeline without changing its state, and
// returns the number of the last event.
func (db *DB) AppendEvents(ctx context.Context, lease Lease, events []NewEvent) (seq int, err error) {
	err = db.transact(ctx, func(tx *tx) error {
		if seq, err = tx.advance(lease, anyOpen, "", len(events)); err != nil {
			return err
		}
		for n, entry := range events {
			if err := tx.insertEvent(lease.SessionID, seq-len(events)+1+n, entry); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("append events: %w", err)
	}
	return seq, nil
}

// SessionEvents reads a session's timeline from after a number on; of the given
// kinds only, if any is given.
func (db *DB) SessionEvents(ctx context.Context, sessionID string, after int, kinds ...event.Kind) ([]SessionEvent, error) {
	args := []any{sessionID, after}
	only := ""
	if len(kinds) > 0 {
		only = ` AND kind IN (` + engine.Placeholders(3, len(kinds)) + `)`
		for _, kind := range kinds {
			args = append(args, string(kind))
		}
	}
	found, err := engine.Collect(ctx, db.read, func(r engine.Row) (SessionEvent, error) {
		var e SessionEvent
		var data string
		err := r.Scan(&e.Seq, &e.Kind, &data, &e.At)
		e.Data = json.RawMessage(data)
		return e, err
	}, `SELECT seq, kind, data, at FROM session_events WHERE session_id = $1 AND seq > $2`+only+` ORDER BY seq`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the timeline: %w", err)
	}
	return found, nil
}
