package db

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
)

// A link that requires the person's return is not complete when its session is.
// It stays active, and its result is not released, until the merchant's server
// redeems the code that the person's browser brought back.

// The errors of a redemption, beside ErrNotFound and ErrExpired.
var (
	ErrNothingToRedeem = errors.New("no return is waited for")
	ErrWrongReturnCode = errors.New("not the return code")
)

// Return codes are derived from a stored secret and the session's id, so that the
// session's visitor can be shown the code again, and none has to be stored.
const (
	returnKeySetting = "return_code_key"
	returnKeyBytes   = 32
)

func returnCode(key []byte, sessionID string) string {
	return returnCodePrefix + base64.RawURLEncoding.EncodeToString(keyedHash(key, []byte(sessionID)))
}

// AwaitsReturn reports whether only the redemption of the return code is
// missing, as of the time of reading.
func (l *Link) AwaitsReturn() bool { return l.Status == LinkActive && l.returnCodeHash != nil }

// ReturnAddress is where the person of a session goes back to, empty where the
// merchant gave no address: with the return code while it is waited for. It is
// for the holder of the session alone.
func (db *DB) ReturnAddress(ctx context.Context, link *Link, session *Session) (string, error) {
	if link.ReturnURL == "" {
		return "", nil
	}
	if !link.AwaitsReturn() || link.CurrentSessionID != session.ID {
		return ReturnTo(link.ReturnURL, link.ID), nil
	}
	key, err := db.readSecret(ctx, db.read, returnKeySetting)
	if err != nil {
		return "", err
	}
	return appendQuery(ReturnTo(link.ReturnURL, link.ID), returnCodeParameter, url.QueryEscape(returnCode(key, session.ID))), nil
}

// returnHash is what is kept of a session's return code: nil where the link
// requires no return.
func (db *DB) returnHash(tx *tx, link *Link, sessionID string) ([]byte, error) {
	if !link.RequireReturn {
		return nil, nil
	}
	key, err := db.secret(tx, returnKeySetting, returnKeyBytes)
	if err != nil {
		return nil, err
	}
	return hash(returnCode(key, sessionID)), nil
}

// Redeem completes a link whose person has returned, with the event and its
// delivery. The same code again changes nothing and is no error.
// ErrNothingToRedeem says that no session has succeeded, or that the link
// requires no return.
func (db *DB) Redeem(ctx context.Context, organizationID, id, code string) error {
	err := db.transact(ctx, func(tx *tx) error {
		link, err := db.findLink(tx.Context(), tx.reader(), `l.id = $2 AND l.organization_id = $3`, id, organizationID)
		switch {
		case err != nil:
			return err
		case link.Status == LinkExpired:
			return ErrExpired
		case link.returnCodeHash == nil:
			return ErrNothingToRedeem
		case subtle.ConstantTimeCompare(link.returnCodeHash, hash(code)) != 1:
			return ErrWrongReturnCode
		case link.Status == LinkComplete:
			return nil
		}
		tx.notify(link.ID)
		if err := tx.execOne(`UPDATE links SET status = 'complete', completed_at = $1, updated_at = $1
			WHERE id = $2 AND status = 'active' AND return_code_hash IS NOT NULL AND expires_at > $1`, tx.Now, link.ID); err != nil {
			return err
		}
		return db.announce(tx, &link, LinkComplete, link.CurrentSessionID, nil)
	})
	if err != nil {
		return fmt.Errorf("redeem return code: %w", err)
	}
	return nil
}

// destroyUnredeemed destroys the result of a link whose return code was never
// redeemed.
func (tx *tx) destroyUnredeemed(linkID string) error {
	changed, err := tx.destroy(`UPDATE links SET result = NULL, data_key = NULL, return_code_hash = NULL
		WHERE id = $1 AND return_code_hash IS NOT NULL`, linkID)
	if err != nil || changed == 0 { // nothing was unredeemed
		return err
	}
	_, err = tx.destroyRecordings(linkID)
	return err
}
