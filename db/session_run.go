package db

import (
	"context"
	"fmt"

	"passage/automation/event"
)

// RenewLeases extends the leases of a node's sessions. A lease that ran out stays
// lost: the runner's next write returns ErrStale, not this.
func (db *DB) RenewLeases(ctx context.Context, node string) error {
	err := db.transact(ctx, func(tx *tx) error {
		return tx.exec(`UPDATE link_sessions SET lease_until = $1
			WHERE owner = $2 AND lease_until > $3 AND status IN ('created', 'queued', 'running', 'waiting')`,
			tx.Now+LeaseDuration.Milliseconds(), node, tx.Now)
	})
	if err != nil {
		return fmt.Errorf("renew leases: %w", err)
	}
	return nil
}

// RunSession notes that the session has its browser: queued → running.
func (db *DB) RunSession(ctx context.Context, lease Lease) error {
	err := db.transact(ctx, func(tx *tx) error {
		if _, err := tx.record(lease, []SessionStatus{SessionQueued}, SessionRunning, event.Started, nil); err != nil {
			return err
		}
		return tx.execOne(`UPDATE link_sessions SET started_at = $1 WHERE id = $2`, tx.Now, lease.SessionID)
	})
	if err != nil {
		return fmt.Errorf("run session: %w", err)
	}
	return nil
}

// StartOperation begins an operation: pending → running, once all before it are
// complete.
func (db *DB) StartOperation(ctx context.Context, lease Lease, position int) error {
	return db.moveOperation(ctx, lease, event.OperationStarted, event.Operation{Position: position},
		`UPDATE session_operations SET status = 'running', started_at = $1 WHERE `+isNext, position)
}

// isNext is a condition: the operation at position $3 of session $2 is pending,
// and all before it are complete.
const isNext = `session_id = $2 AND position = $3 AND status = 'pending' AND NOT EXISTS
	(SELECT 1 FROM session_operations WHERE session_id = $2 AND position < $3 AND status <> 'complete')`

// SubmitOperation stores that a change is about to be submitted to the site.
// ErrStale also says that the link's time has passed. Once submitted, an operation
// ends as unknown unless the site confirms or refuses it.
func (db *DB) SubmitOperation(ctx context.Context, lease Lease, position int) error {
	return db.moveOperation(ctx, lease, event.OperationSubmitted, event.Operation{Position: position},
		`UPDATE session_operations SET submitted_at = $1
		WHERE session_id = $2 AND position = $3 AND status = 'running'
			AND EXISTS (SELECT 1 FROM links l
				WHERE l.id = $4 AND l.current_session_id = $2 AND l.status = 'active' AND l.expires_at > $1)`,
		position, lease.LinkID)
}

// CompleteOperation notes a success, with what a person may read of it.
func (db *DB) CompleteOperation(ctx context.Context, lease Lease, position int, note *Note) error {
	return db.completeOperation(ctx, lease, position, note, nil)
}

func (db *DB) completeOperation(ctx context.Context, lease Lease, position int, note *Note, encrypted []byte) error {
	text, err := noteText(note)
	if err != nil {
		return err
	}
	return db.moveOperation(ctx, lease, event.OperationCompleted, event.Operation{Position: position},
		`UPDATE session_operations SET status = 'complete', ended_at = $1, note = $4, result = $5
		WHERE session_id = $2 AND position = $3 AND status = 'running'`, position, text, encrypted)
}

// NoteOperation changes what a person reads beside a running operation, and
// appends a progress event with the note as its data. ErrStale also says that
// the operation is not running.
func (db *DB) NoteOperation(ctx context.Context, lease Lease, position int, note Note) error {
	text, err := noteText(&note)
	if err != nil {
		return err
	}
	err = db.transact(ctx, func(tx *tx) error {
		if _, err := tx.record(lease, anyOpen, "", event.ProgressMade, event.Progress(note)); err != nil {
			return err
		}
		return tx.execOne(`UPDATE session_operations SET note = $1
			WHERE session_id = $2 AND position = $3 AND status = 'running'`, text, lease.SessionID, position)
	})
	if err != nil {
		return fmt.Errorf("note operation: %w", err)
	}
	return nil
}

// moveOperation changes an operation's row; the update takes the time as $1 and
// the session as $2.
func (db *DB) moveOperation(ctx context.Context, lease Lease, kind event.Kind, data any, update string, more ...any) error {
	err := db.transact(ctx, func(tx *tx) error {
		if _, err := tx.record(lease, []SessionStatus{SessionRunning}, "", kind, data); err != nil {
			return err
		}
		return tx.execOne(update, append([]any{tx.Now, lease.SessionID}, more...)...)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return nil
}
