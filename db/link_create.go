package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"passage/db/seal"
)

// NewLink is what a merchant asked for, already validated.
type NewLink struct {
	OrganizationID string
	IntegrationID  string
	Operations     []NewOperation
	ReturnURL      string
	WebhookURL     string
	ExternalUserID string
	Metadata       map[string]string
	Debug          bool
	Reusable       bool
	UserLabel      string
	RequireReturn  bool
	Locale         string
	Test           bool // made with a test key
	Lifetime       time.Duration
}

// NewOperation is one operation of a NewLink.
type NewOperation struct {
	Resource  string
	Action    string
	Arguments json.RawMessage   // stored encrypted; nil where there are none
	Summary   map[string]string // stored as it is: only what may be shown
}

// CreateLink stores a link. With a request that carries an idempotency key, the
// reply is stored in the same transaction; where the key was used before,
// nothing is created, and the first reply is returned instead of the link (see
// Idempotency). QuotaExceeded says that the organization may create no more today.
func (db *DB) CreateLink(ctx context.Context, draft NewLink, once *Idempotency) (Link, *Reply, error) {
	link, err := db.prepareLink(draft)
	if err != nil {
		return Link{}, nil, fmt.Errorf("create link: %w", err)
	}
	var reply *Reply
	err = db.transact(ctx, func(tx *tx) error {
		link.stamp(tx.Now, draft.Lifetime)
		if once != nil {
			err := db.keepReply(tx, &link, once)
			if errors.Is(err, ErrStale) { // another request was faster
				reply, err = db.replay(tx.Context(), tx.reader(), draft.OrganizationID, once)
				return err
			}
			if err != nil {
				return err
			}
		}
		if err := countLink(tx, link.OrganizationID); err != nil {
			return err
		}
		if err := insertLink(tx, &link); err != nil {
			return err
		}
		return insertOperations(tx, &link)
	})
	if err != nil {
		return Link{}, nil, fmt.Errorf("create link: %w", err)
	}
	if reply != nil {
		return Link{}, reply, nil
	}
	return link, nil, nil
}

// prepareLink does what needs no transaction: ids, keys and encryption.
func (db *DB) prepareLink(draft NewLink) (Link, error) {
	link := Link{
		OrganizationID: draft.OrganizationID, IntegrationID: draft.IntegrationID, Status: LinkPending,
		ReturnURL: draft.ReturnURL, WebhookURL: draft.WebhookURL, ExternalUserID: draft.ExternalUserID,
		Metadata: draft.Metadata, Debug: draft.Debug, Reusable: draft.Reusable, UserLabel: draft.UserLabel,
		RequireReturn: draft.RequireReturn, Locale: draft.Locale, Test: draft.Test,
	}
	var err, codeErr error
	link.ID, err = db.newID(linkPrefix)
	link.ClaimCode, codeErr = db.newSecret(claimCodePrefix)
	if err := errors.Join(err, codeErr); err != nil {
		return Link{}, err
	}
	var arguments *seal.Key
	if link.argumentsKey, arguments, err = db.keyset.NewDataKey(link.aad("arguments_key")); err != nil {
		return Link{}, err
	}
	if link.dataKey, _, err = db.keyset.NewDataKey(link.aad("data_key")); err != nil {
		return Link{}, err
	}
	if link.encryptedCode, err = db.keyset.Encrypt(link.aad("claim_code"), []byte(link.ClaimCode)); err != nil {
		return Link{}, err
	}
	return link, link.addOperations(draft.Operations, arguments)
}

// addOperations adds operations with their encrypted arguments.
func (l *Link) addOperations(operations []NewOperation, key *seal.Key) (err error) {
	for position, draft := range operations {
		operation := Operation{Position: position, Resource: draft.Resource, Action: draft.Action,
			Summary: draft.Summary, Status: OperationPending}
		if operation.Summary == nil {
			operation.Summary = map[string]string{}
		}
		if draft.Arguments != nil {
			if operation.arguments, err = key.Encrypt(l.argumentsAAD(position), draft.Arguments); err != nil {
				return err
			}
		}
		l.Operations = append(l.Operations, operation)
	}
	return nil
}

func (l *Link) stamp(now int64, lifetime time.Duration) {
	l.CreatedAt, l.UpdatedAt, l.ExpiresAt = now, now, now+lifetime.Milliseconds()
}

func insertLink(tx *tx, l *Link) error {
	var metadata string
	if l.Metadata != nil {
		text, err := json.Marshal(l.Metadata)
		if err != nil {
			return err
		}
		metadata = string(text)
	}
	return tx.exec(`INSERT INTO links (id, organization_id, integration_id, status, claim_code_hash, claim_code,
			arguments_key, data_key, return_url, webhook_url, external_user_id, metadata, debug, reusable, user_label,
			require_return, locale, test, expires_at, created_at, updated_at)
		VALUES ($1, $2, $3, 'pending', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19)`,
		l.ID, l.OrganizationID, l.IntegrationID, hash(l.ClaimCode), l.encryptedCode, l.argumentsKey, l.dataKey,
		orNull(l.ReturnURL), orNull(l.WebhookURL), orNull(l.ExternalUserID), orNull(metadata), l.Debug, l.Reusable,
		orNull(l.UserLabel), l.RequireReturn, orNull(l.Locale), l.Test, l.ExpiresAt, l.CreatedAt)
}

func insertOperations(tx *tx, link *Link) error {
	for _, operation := range link.Operations {
		summary, err := json.Marshal(operation.Summary)
		if err != nil {
			return err
		}
		if err := tx.exec(`INSERT INTO link_operations (link_id, position, resource, action, arguments, summary)
			VALUES ($1, $2, $3, $4, $5, $6)`,
			link.ID, operation.Position, operation.Resource, operation.Action, operation.arguments, string(summary)); err != nil {
			return err
		}
	}
	return nil
}
