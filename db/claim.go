package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"passage/automation/event"
)

// Claim is a person's decision to start work on a link.
type Claim struct {
	Code    string
	Node    string // the process that will run the session
	Visitor string // the id in the person's cookie; empty for a claim through the API
	Consent Consent
	Script  Script // the version of the integration that the session will run
	Prompt  NewPrompt
}

// Claimed is what a claim gives.
type Claimed struct {
	Link        Link
	Session     Session
	PromptID    string
	ClientToken string
}

// ClaimLink makes a link active and creates its session, in one transaction. Of
// any number of concurrent claims exactly one succeeds, and the others get
// ErrActive. ErrNotFound, ErrComplete, ErrAttemptsExhausted, ErrExpired and
// QuotaExceeded give the other reasons.
func (db *DB) ClaimLink(ctx context.Context, claim Claim) (Claimed, error) {
	claimed, err := db.prepareClaim()
	if err != nil {
		return Claimed{}, fmt.Errorf("claim link: %w", err)
	}
	err = db.transact(ctx, func(tx *tx) error {
		lease, err := activate(tx, claim, claimed.Session.ID)
		if errors.Is(err, ErrStale) {
			return db.whyNotClaimable(tx, claim.Code)
		}
		if err != nil {
			return err
		}
		if err := insertSession(tx, lease, claim, claimed.ClientToken); err != nil {
			return err
		}
		if err := checkSessions(tx, lease.LinkID); err != nil {
			return err
		}
		if err := insertPrompt(tx, claimed.PromptID, lease.SessionID, claim.Prompt); err != nil {
			return err
		}
		if _, err := tx.record(lease, anyOpen, "", event.Claimed, event.Claim{Via: claim.Consent.Via}); err != nil {
			return err
		}
		claimed.Session, claimed.Link, err = db.findSession(tx.Context(), tx.reader(), `s.id = $1`, lease.SessionID)
		return err
	})
	if err != nil {
		return Claimed{}, fmt.Errorf("claim link: %w", err)
	}
	return claimed, nil
}

func (db *DB) prepareClaim() (claimed Claimed, err error) {
	var errs [3]error
	claimed.Session.ID, errs[0] = db.newID(sessionPrefix)
	claimed.PromptID, errs[1] = db.newID(promptPrefix)
	claimed.ClientToken, errs[2] = db.newSecret(clientTokenPrefix)
	return claimed, errors.Join(errs[:]...)
}

// activate is the compare-and-set that a claim wins or loses. The number of the
// attempt is the session's epoch: a later session of the link always has a
// greater one. ErrStale says that no link with this code can be claimed.
func activate(tx *tx, claim Claim, sessionID string) (Lease, error) {
	lease := Lease{SessionID: sessionID, Node: claim.Node}
	err := tx.queryRow(`UPDATE links SET status = 'active', attempts = attempts + 1, current_session_id = $1,
			tries = CASE status WHEN 'complete' THEN 1 ELSE tries + 1 END,
			error_code = NULL, error_operation = NULL, result = NULL, return_code_hash = NULL,
			completed_at = NULL, updated_at = $2
		WHERE claim_code_hash = $3 AND expires_at > $2 AND arguments_key IS NOT NULL AND data_key IS NOT NULL
			AND (status = 'pending' OR (status = 'failed' AND tries < $4) OR (status = 'complete' AND reusable = 1))
		RETURNING id, attempts`, sessionID, tx.Now, hash(claim.Code), MaxAttempts).Scan(&lease.LinkID, &lease.Epoch)
	if errors.Is(err, sql.ErrNoRows) {
		return Lease{}, ErrStale
	}
	tx.notify(lease.LinkID)
	return lease, err
}

// Claimable reports whether a claim could win the link as it was read: activate
// holds to the same conditions.
func (l *Link) Claimable() bool {
	switch {
	case l.pastExpiry, l.argumentsKey == nil, l.dataKey == nil: // or destroyed
		return false
	case l.Status == LinkComplete:
		return l.Reusable
	default:
		return l.Status == LinkPending || (l.Status == LinkFailed && !l.AttemptsExhausted())
	}
}

// whyNotClaimable explains a lost claim by the state of the link.
func (db *DB) whyNotClaimable(tx *tx, claimCode string) error {
	link, err := db.findLink(tx.Context(), tx.reader(), `l.claim_code_hash = $2`, hash(claimCode))
	switch {
	case err != nil:
		return err
	case link.Status == LinkComplete:
		return ErrComplete
	case link.Status == LinkActive:
		return ErrActive
	case link.AttemptsExhausted():
		return ErrAttemptsExhausted
	default: // pending or failed: its time has just passed, or its data was destroyed
		return ErrExpired
	}
}

// insertSession creates the session that won the claim, with its operations and
// the script that it runs.
func insertSession(tx *tx, lease Lease, claim Claim, clientToken string) error {
	claim.Consent.At = tx.Now
	consent, err := json.Marshal(claim.Consent)
	if err != nil {
		return err
	}
	var visitorHash []byte
	if claim.Visitor != "" {
		visitorHash = hash(claim.Visitor)
	}
	if err := insertScript(tx, claim.Script); err != nil {
		return err
	}
	if err := tx.exec(`INSERT INTO link_sessions (id, link_id, attempt, status, owner, epoch, lease_until,
			client_token_hash, browser_hash, consent, integration_version, created_at)
		VALUES ($1, $2, $3, 'created', $4, $3, $5, $6, $7, $8, $9, $10)`,
		lease.SessionID, lease.LinkID, lease.Epoch, lease.Node, tx.Now+LeaseDuration.Milliseconds(),
		hash(clientToken), visitorHash, string(consent), claim.Script.Hash, tx.Now); err != nil {
		return err
	}
	return tx.exec(`INSERT INTO session_operations (session_id, position, status)
		SELECT $1, position, 'pending' FROM link_operations WHERE link_id = $2`, lease.SessionID, lease.LinkID)
}

// TransferSession gives a session to another visitor and returns its new client
// token; the old visitor and token lose access. Unless it was approved it
// succeeds only before any input; ErrStale otherwise.
func (db *DB) TransferSession(ctx context.Context, sessionID, visitor string, approved bool) (clientToken string, err error) {
	clientToken, err = db.newSecret(clientTokenPrefix)
	if err != nil {
		return "", err
	}
	err = db.transact(ctx, func(tx *tx) error {
		session, link, err := db.findSession(tx.Context(), tx.reader(), `s.id = $1`, sessionID)
		if err != nil {
			return err
		}
		if !approved && session.Status != SessionCreated {
			return ErrStale
		}
		if session.Status.Ended() {
			return ErrStale
		}
		if err := tx.execOne(`UPDATE link_sessions SET browser_hash = $1, client_token_hash = $2, last_seq = last_seq + 1
			WHERE id = $3`, hash(visitor), hash(clientToken), sessionID); err != nil {
			return err
		}
		if err := tx.insertEvent(sessionID, session.LastSeq+1, NewEvent{Kind: event.Transferred, At: tx.Now}); err != nil {
			return err
		}
		tx.notify(link.ID)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("transfer session: %w", err)
	}
	return clientToken, nil
}
