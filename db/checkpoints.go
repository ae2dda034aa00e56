package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"passage/automation/event"
	"passage/db/engine"
	"passage/db/seal"
)

// Checkpoints are what a link's earlier attempts leave to the next one. A
// reusable link that has completed leaves none, since its operations are wanted
// again.

// accountMACSetting names the key of the HMACs that stand for accounts.
const accountMACSetting = "account_mac_key"

// SetAccount keeps whose account a session works in. The HMAC tells accounts of
// one link apart and nothing else. ErrStale also says that the session named
// another account before.
func (db *DB) SetAccount(ctx context.Context, lease Lease, account string) error {
	err := db.transact(ctx, func(tx *tx) error {
		if _, err := tx.advance(lease, []SessionStatus{SessionRunning}, "", 0); err != nil {
			return err
		}
		mac, err := db.mac(tx, accountMACSetting, lease.LinkID, account)
		if err != nil {
			return err
		}
		return tx.execOne(`UPDATE link_sessions SET account = $1 WHERE id = $2 AND (account IS NULL OR account = $1)`,
			mac, lease.SessionID)
	})
	if err != nil {
		return fmt.Errorf("name the account: %w", err)
	}
	return nil
}

// CompleteWrite is CompleteOperation for a change that was made and verified. The
// result becomes the checkpoint for later attempts in the same account.
func (db *DB) CompleteWrite(ctx context.Context, lease Lease, position int, note *Note, result json.RawMessage) error {
	encrypted, err := db.encryptForLink(ctx, lease.LinkID, result, func(l *Link) seal.AAD {
		return l.checkpointAAD(lease.SessionID, position)
	})
	if err != nil {
		return fmt.Errorf("save the checkpoint: %w", err)
	}
	return db.completeOperation(ctx, lease, position, note, encrypted)
}

// checkpointAAD binds a kept result to its session and operation.
func (l *Link) checkpointAAD(sessionID string, position int) seal.AAD {
	return seal.AAD{Organization: l.OrganizationID, Table: "session_operations", Row: fmt.Sprint(sessionID, "/", position), Column: "result"}
}

// Checkpoint is a change that an earlier attempt made.
type Checkpoint struct {
	Attempt int
	Result  json.RawMessage
}

// Checkpoints tells by position which changes earlier attempts made in the
// account that this session named; none where it named none.
func (db *DB) Checkpoints(ctx context.Context, lease Lease) (map[int]Checkpoint, error) {
	done, err := db.checkpoints(ctx, lease)
	if err != nil {
		return nil, fmt.Errorf("find what was done before: %w", err)
	}
	return done, nil
}

func (db *DB) checkpoints(ctx context.Context, lease Lease) (map[int]Checkpoint, error) {
	link, err := db.linkByID(ctx, db.reader(), lease.LinkID)
	if err != nil {
		return nil, err
	}
	key, err := db.dataKey(&link)
	if errors.Is(err, ErrNotFound) { // destroyed, and the results with it
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	done := map[int]Checkpoint{}
	_, err = engine.Collect(ctx, db.read, func(r engine.Row) (struct{}, error) {
		var session string
		var position int
		var encrypted []byte
		var one Checkpoint
		if err := r.Scan(&session, &position, &one.Attempt, &encrypted); err != nil {
			return struct{}{}, err
		}
		one.Result, err = key.Decrypt(link.checkpointAAD(session, position), encrypted)
		done[position] = one
		return struct{}{}, err
	}, `SELECT s.id, o.position, s.attempt, o.result
		FROM link_sessions me
		JOIN link_sessions s ON s.link_id = me.link_id AND s.attempt < me.attempt AND s.attempt > $2 AND s.account = me.account
		JOIN session_operations o ON o.session_id = s.id
		WHERE me.id = $1 AND o.status = 'complete' AND o.result IS NOT NULL
		ORDER BY s.attempt`, lease.SessionID, link.Attempts-link.AttemptsSinceSuccess)
	return done, err
}

// ReuseOperation takes over an operation that an earlier attempt completed, once
// all operations before it are complete: pending → complete.
func (db *DB) ReuseOperation(ctx context.Context, lease Lease, position, attempt int) error {
	note, err := noteText(&Note{Key: NoteReused, Count: attempt})
	if err != nil {
		return err
	}
	return db.moveOperation(ctx, lease, event.OperationReused, event.Operation{Position: position, Attempt: attempt},
		`UPDATE session_operations SET status = 'complete', started_at = $1, ended_at = $1, note = $4 WHERE `+isNext,
		position, note)
}

// Submitted tells by position which operations earlier attempts submitted to the
// site without being refused, unless it was in another account than that of the
// current attempt. The runner has to read those back from the site first.
func (db *DB) Submitted(ctx context.Context, linkID string) (map[int]bool, error) {
	positions, err := engine.Collect(ctx, db.read, func(r engine.Row) (position int, err error) { return position, r.Scan(&position) },
		`SELECT DISTINCT o.position
		FROM links l
		JOIN link_sessions me ON me.id = l.current_session_id
		JOIN link_sessions s ON s.link_id = l.id AND s.attempt > l.attempts - l.tries
			AND (s.account IS NULL OR me.account IS NULL OR s.account = me.account)
		JOIN session_operations o ON o.session_id = s.id
		WHERE l.id = $1 AND o.submitted_at IS NOT NULL AND o.status IN ('complete', 'unknown')`, linkID)
	if err != nil {
		return nil, fmt.Errorf("list submitted operations: %w", err)
	}
	submitted := map[int]bool{}
	for _, position := range positions {
		submitted[position] = true
	}
	return submitted, nil
}

// forgetResults drops the checkpoints of a link that will have no more attempts.
func (tx *tx) forgetResults(linkID string) error {
	_, err := tx.destroy(`UPDATE session_operations SET result = NULL
		WHERE result IS NOT NULL AND session_id IN (SELECT id FROM link_sessions WHERE link_id = $1)`, linkID)
	return err
}
