package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"passage/automation/event"
	"passage/db/engine"
)

// The outcomes that the database itself decides on. Their meaning is described
// with all others in package outcome.
const (
	codeOperationRejected = "OPERATION_REJECTED"
	codeOperationUnknown  = "OPERATION_UNKNOWN"
	codeLinkCancelled     = "LINK_CANCELLED"
	codeLinkExpired       = "LINK_EXPIRED"
	codeWorkerLost        = "WORKER_LOST"
)

// CompleteSession ends a session and its link with success: the states, the
// encrypted result, the merchant's event and its delivery in one transaction. A
// link that requires the return stays active, without an event (see Redeem).
// ErrStale says that the lease, the state or the link's time no longer holds, or
// that not every operation is complete.
func (db *DB) CompleteSession(ctx context.Context, lease Lease, result json.RawMessage) error {
	err := db.transact(ctx, func(tx *tx) error {
		if _, err := tx.record(lease, []SessionStatus{SessionRunning}, SessionComplete, event.Completed, nil); err != nil {
			return err
		}
		link, err := db.linkByID(tx.Context(), tx.reader(), lease.LinkID)
		if err != nil {
			return err
		}
		key, err := db.dataKey(&link)
		if err != nil {
			return err
		}
		encrypted, err := key.Encrypt(link.aad("result"), result)
		if err != nil {
			return err
		}
		if err := tx.endSession(lease.SessionID, nil); err != nil {
			return err
		}
		return db.finishLink(tx, &link, lease.SessionID, encrypted)
	})
	if err != nil {
		return fmt.Errorf("complete session: %w", err)
	}
	return nil
}

// finishLink gives a link its result: it is complete, or awaits the return.
func (db *DB) finishLink(tx *tx, link *Link, sessionID string, encrypted []byte) error {
	returnHash, err := db.returnHash(tx, link, sessionID)
	if err != nil {
		return err
	}
	if err := tx.execOne(`UPDATE links SET result = $1, updated_at = $2, return_code_hash = $5,
			status = CASE WHEN require_return = 1 THEN status ELSE 'complete' END,
			completed_at = CASE WHEN require_return = 1 THEN NULL ELSE $2 END
		WHERE id = $3 AND status = 'active' AND current_session_id = $4 AND expires_at > $2
			AND NOT EXISTS (SELECT 1 FROM session_operations o WHERE o.session_id = $4 AND o.status <> 'complete')`,
		encrypted, tx.Now, link.ID, sessionID, returnHash); err != nil {
		return err
	}
	if err := tx.forgetResults(link.ID); err != nil {
		return err
	}
	if !link.Reusable {
		if err := tx.destroyArguments(link.ID); err != nil {
			return err
		}
	}
	if link.RequireReturn { // Redeem completes the link, and announces it
		return nil
	}
	return db.announce(tx, link, LinkComplete, sessionID, nil)
}

// FailSession ends a session of the runner's with a failure, and its link with
// it: failed, or expired if the link's time has passed.
func (db *DB) FailSession(ctx context.Context, lease Lease, failure Failure) error {
	err := db.transact(ctx, func(tx *tx) error {
		if _, err := tx.advance(lease, anyOpen, "", 0); err != nil {
			return err
		}
		return db.fail(tx, lease.SessionID, failure)
	})
	if err != nil {
		return fmt.Errorf("fail session: %w", err)
	}
	return nil
}

// fail ends a session that has not ended, without regard to its lease. The caller
// has checked that it may.
func (db *DB) fail(tx *tx, sessionID string, failure Failure) error {
	session, link, err := db.findSession(tx.Context(), tx.reader(), `s.id = $1`, sessionID)
	if err != nil {
		return err
	}
	if session.Status.Ended() {
		return ErrStale
	}
	to, refused := LinkFailed, failure.Code == codeOperationRejected
	switch {
	case failure.Code == codeLinkCancelled:
		to = LinkExpired
	case link.Status == LinkExpired:
		to = LinkExpired
		failure.Code = codeLinkExpired
	}
	if failure, err = tx.endOperations(session.ID, failure, refused); err != nil {
		return err
	}
	if err := tx.endLogIn(session.ID); err != nil {
		return err
	}
	if err := tx.endSession(session.ID, &failure); err != nil {
		return err
	}
	failed := NewEvent{Kind: event.Failed, At: tx.Now,
		Data: event.Failure{Code: failure.Code, Operation: failure.Operation, Detail: failure.Detail}}
	if err := tx.insertEvent(session.ID, session.LastSeq+1, failed); err != nil {
		return err
	}
	if err := tx.endLink(link.ID, to, &failure); err != nil {
		return err
	}
	return db.announce(tx, &link, to, session.ID, &failure)
}

// endOperations ends the running operation. A submitted one counts as failed
// only if the site itself refused it. Otherwise its outcome is unknown, and that
// becomes the session's failure.
func (tx *tx) endOperations(sessionID string, failure Failure, refused bool) (Failure, error) {
	running, err := engine.Collect(tx.Context(), tx, func(r engine.Row) (o SessionOperation, err error) {
		return o, r.Scan(&o.Position, &o.SubmittedAt)
	}, `SELECT position, submitted_at FROM session_operations WHERE session_id = $1 AND status = 'running'`, sessionID)
	if err != nil {
		return failure, err
	}
	for _, operation := range running {
		status := OperationFailed
		if operation.SubmittedAt != nil && !refused {
			status = OperationUnknown
			failure.Detail = "submitted, then " + failure.Code + ": " + failure.Detail
			if failure.Code != codeOperationUnknown {
				failure.Cause = failure.Code
			}
			failure.Code = codeOperationUnknown
		}
		failure.Operation = &operation.Position
		if err := tx.execOne(`UPDATE session_operations SET status = $1, ended_at = $2
			WHERE session_id = $3 AND position = $4`, string(status), tx.Now, sessionID, operation.Position); err != nil {
			return failure, err
		}
	}
	return failure, nil
}

// endSession writes a session's end and withdraws what it still asked.
func (tx *tx) endSession(sessionID string, failure *Failure) error {
	status, cause, detail, events := SessionComplete, (*string)(nil), (*string)(nil), 0
	if failure != nil {
		status, detail, events = SessionFailed, &failure.Detail, 1
		if failure.Cause != "" {
			cause = &failure.Cause
		}
	}
	code, operation := failure.columns()
	if err := tx.execOne(`UPDATE link_sessions SET status = $1, error_code = $2, error_operation = $3, error_detail = $4,
			ended_at = $5, last_seq = last_seq + $6, error_cause = $8 WHERE id = $7`,
		string(status), code, operation, detail, tx.Now, events, sessionID, cause); err != nil {
		return err
	}
	return tx.exec(`UPDATE prompts SET status = 'withdrawn', closed_at = $1 WHERE session_id = $2 AND status = 'open'`,
		tx.Now, sessionID)
}

// endLink moves a link that has not ended to failed or expired. Without a
// failure it keeps the error that it has.
func (tx *tx) endLink(linkID string, to LinkStatus, failure *Failure) error {
	code, operation := failure.columns()
	tx.notify(linkID)
	if err := tx.execOne(`UPDATE links SET status = $1, error_code = COALESCE($2, error_code),
			error_operation = CASE WHEN $2 IS NULL THEN error_operation ELSE $3 END, updated_at = $4
		WHERE id = $5 AND status IN ('pending', 'active', 'failed')`, string(to), code, operation, tx.Now, linkID); err != nil {
		return err
	}
	if to != LinkExpired {
		return nil
	}
	if err := errors.Join(tx.forgetResults(linkID), tx.destroyUnredeemed(linkID)); err != nil {
		return err
	}
	return tx.destroyArguments(linkID)
}

// destroyArguments makes a link's arguments unreadable for good.
func (tx *tx) destroyArguments(linkID string) error {
	tx.Destroys()
	if err := tx.exec(`UPDATE links SET arguments_key = NULL WHERE id = $1`, linkID); err != nil {
		return err
	}
	return tx.exec(`UPDATE link_operations SET arguments = NULL WHERE link_id = $1`, linkID)
}

// CancelLink ends a link for its merchant: expired with LINK_CANCELLED, and its
// session with it. ErrComplete and ErrExpired say that it had ended already.
func (db *DB) CancelLink(ctx context.Context, organizationID, id string) error {
	err := db.transact(ctx, func(tx *tx) error {
		link, err := db.findLink(tx.Context(), tx.reader(), `l.id = $2 AND l.organization_id = $3`, id, organizationID)
		if err != nil {
			return err
		}
		return db.cancel(tx, &link)
	})
	if err != nil {
		return fmt.Errorf("cancel link: %w", err)
	}
	return nil
}

func (db *DB) cancel(tx *tx, link *Link) error {
	cancelled := Failure{Code: codeLinkCancelled}
	switch {
	case link.Status == LinkComplete:
		return ErrComplete
	case link.Status == LinkExpired:
		return ErrExpired
	case link.Status == LinkActive && !link.AwaitsReturn():
		return db.fail(tx, link.CurrentSessionID, cancelled)
	default:
		if err := tx.endLink(link.ID, LinkExpired, &cancelled); err != nil {
			return err
		}
		return db.announce(tx, link, LinkExpired, link.CurrentSessionID, &cancelled)
	}
}

// ended reports whether an error only says that another caller was first.
func ended(err error) bool { return errors.Is(err, ErrStale) || errors.Is(err, ErrNotFound) }
