package db

import (
	"context"
	"fmt"
	"time"

	"passage/db/engine"
)

// Lockout is what locks an account at a site: so many wrong passwords within a
// window of time.
type Lockout struct {
	Attempts int
	Window   time.Duration // LongestLockout at most
}

// LongestLockout is how long a refused log-in can count.
const LongestLockout = 24 * time.Hour

// LogIn is a log-in that a session is about to make.
type LogIn struct {
	IntegrationID string
	Username      string // in one form, however it was typed; only its HMAC is stored
	Lockout       Lockout
}

// LockoutNear says that no more log-ins with this user name are allowed for
// now: one more wrong password could lock the account.
type LockoutNear struct {
	Until int64 // when another log-in with this user name is allowed, if none is refused before
}

func (*LockoutNear) Error() string { return "one more wrong password could lock the account" }

// LockoutStatus is how far a user name is from the site's lockout.
type LockoutStatus struct {
	Left  int   // log-ins that are still allowed, without the one that could lock the account
	Until int64 // when none is left: the time of the next one
}

// usernameMACSetting names the key of the HMACs that stand for user names.
const usernameMACSetting = "username_mac_key"

// ReserveLogIn counts a log-in as wrong until it is known to be right. So many
// sessions at once may use a user name as could all be refused without locking
// the account, across all organizations. *LockoutNear refuses any more.
func (db *DB) ReserveLogIn(ctx context.Context, lease Lease, logIn LogIn) error {
	err := db.transact(ctx, func(tx *tx) error {
		if _, err := tx.advance(lease, []SessionStatus{SessionCreated, SessionWaiting}, "", 0); err != nil {
			return err
		}
		mac, err := db.mac(tx, usernameMACSetting, logIn.IntegrationID, logIn.Username)
		if err != nil {
			return err
		}
		// The session may have reserved one that it then did not use.
		if err := tx.exec(`DELETE FROM log_ins WHERE session_id = $1 AND status = 'open'`, lease.SessionID); err != nil {
			return err
		}
		status, err := tx.lockoutStatus(logIn.IntegrationID, mac, logIn.Lockout)
		if err != nil {
			return err
		}
		if status.Left == 0 {
			return &LockoutNear{status.Until}
		}
		return tx.exec(`INSERT INTO log_ins (session_id, integration_id, username_mac, status, at)
			VALUES ($1, $2, $3, 'open', $4)`, lease.SessionID, logIn.IntegrationID, mac, tx.Now)
	})
	if err != nil {
		return fmt.Errorf("reserve a log-in: %w", err)
	}
	return nil
}

// lockoutStatus counts what was refused within the window, and what may yet be.
func (tx *tx) lockoutStatus(integrationID string, mac []byte, lockout Lockout) (LockoutStatus, error) {
	window := lockout.Window.Milliseconds()
	counted, err := engine.Collect(tx.Context(), tx, func(r engine.Row) (at int64, err error) { return at, r.Scan(&at) },
		`SELECT CASE status WHEN 'open' THEN $3 ELSE at END AS since FROM log_ins
		WHERE integration_id = $1 AND username_mac = $2 AND (status = 'open' OR (status = 'refused' AND at > $4))
		ORDER BY since`, integrationID, mac, tx.Now, tx.Now-window)
	if err != nil {
		return LockoutStatus{}, err
	}
	over := len(counted) - (lockout.Attempts - 1)
	if over < 0 {
		return LockoutStatus{Left: -over}, nil
	}
	return LockoutStatus{Until: counted[over] + window}, nil
}

// RefuseLogIn notes that the site refused the session's last log-in, and returns
// the lockout status of its user name. It may have been accepted before: some
// sites ask for a code before they check the password.
func (db *DB) RefuseLogIn(ctx context.Context, lease Lease, lockout Lockout) (status LockoutStatus, err error) {
	err = db.transact(ctx, func(tx *tx) error {
		if _, err := tx.advance(lease, anyOpen, "", 0); err != nil {
			return err
		}
		var integrationID string
		var mac []byte
		if err := tx.queryRow(`UPDATE log_ins SET status = 'refused', at = $1
			WHERE id = (SELECT MAX(id) FROM log_ins WHERE session_id = $2) AND status <> 'refused'
			RETURNING integration_id, username_mac`, tx.Now, lease.SessionID).Scan(&integrationID, &mac); err != nil {
			return orNotFound(err)
		}
		status, err = tx.lockoutStatus(integrationID, mac, lockout)
		return err
	})
	if err != nil {
		return LockoutStatus{}, fmt.Errorf("refuse a log-in: %w", err)
	}
	return status, nil
}

// AcceptLogIn notes that the site did not find the session's log-in wrong. What
// it refused before still counts. ErrStale also says that no log-in is open.
func (db *DB) AcceptLogIn(ctx context.Context, lease Lease) error {
	err := db.transact(ctx, func(tx *tx) error {
		if _, err := tx.advance(lease, anyOpen, "", 0); err != nil {
			return err
		}
		return tx.execOne(`UPDATE log_ins SET status = 'accepted', at = $1 WHERE session_id = $2 AND status = 'open'`,
			tx.Now, lease.SessionID)
	})
	if err != nil {
		return fmt.Errorf("accept a log-in: %w", err)
	}
	return nil
}

// CompleteLogIn notes that the session is logged in. That resets the count of
// refused log-ins of its user name, as it does at the site.
func (db *DB) CompleteLogIn(ctx context.Context, lease Lease) error {
	err := db.transact(ctx, func(tx *tx) error {
		if _, err := tx.advance(lease, anyOpen, "", 0); err != nil {
			return err
		}
		if err := tx.exec(`DELETE FROM log_ins WHERE status = 'refused' AND (integration_id, username_mac) =
			(SELECT integration_id, username_mac FROM log_ins WHERE session_id = $1 AND status <> 'refused'
			ORDER BY id DESC LIMIT 1)`, lease.SessionID); err != nil {
			return err
		}
		return tx.exec(`DELETE FROM log_ins WHERE session_id = $1 AND status <> 'refused'`, lease.SessionID)
	})
	if err != nil {
		return fmt.Errorf("complete a log-in: %w", err)
	}
	return nil
}

// endLogIn resolves the log-in of a session that has ended. An open one counts as
// refused, because it may have been.
func (tx *tx) endLogIn(sessionID string) error {
	if err := tx.exec(`UPDATE log_ins SET status = 'refused', at = $1 WHERE session_id = $2 AND status = 'open'`,
		tx.Now, sessionID); err != nil {
		return err
	}
	return tx.exec(`DELETE FROM log_ins WHERE session_id = $1 AND status = 'accepted'`, sessionID)
}
