package db

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"passage/db/engine"
	"passage/db/seal"
)

// webhookSecretBytes and the prefix are those of the Standard Webhooks specification.
const (
	webhookSecretBytes  = 32
	webhookSecretPrefix = "whsec_"
)

// encryptedSecret is a shared secret as it is stored.
type encryptedSecret struct {
	id        string
	encrypted []byte
}

// EnsureWebhookSecrets returns the organization's shared secrets for Standard
// Webhooks that are in force, in their text form, the newest first; it makes
// the first one when it is needed. There is more than one only while the
// overlap after a rotation lasts.
func (db *DB) EnsureWebhookSecrets(ctx context.Context, organizationID string) ([]string, error) {
	found, err := webhookSecrets(ctx, db.read, organizationID, db.Now())
	if err == nil && len(found) == 0 {
		err = db.transact(ctx, func(tx *tx) error {
			if found, err = webhookSecrets(tx.Context(), tx, organizationID, tx.Now); err != nil || len(found) > 0 {
				return err
			}
			if _, err := db.createWebhookSecret(tx, organizationID); err != nil {
				return err
			}
			found, err = webhookSecrets(tx.Context(), tx, organizationID, tx.Now)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("ensure webhook secret: %w", err)
	}
	secrets := make([]string, len(found))
	for n, secret := range found {
		text, err := db.keyset.Decrypt(webhookSecretAAD(organizationID, secret.id), secret.encrypted)
		if err != nil {
			return nil, err
		}
		secrets[n] = string(text)
	}
	return secrets, nil
}

func webhookSecretAAD(organizationID, id string) seal.AAD {
	return seal.AAD{Organization: organizationID, Table: "webhook_secrets", Row: id, Column: "secret"}
}

func webhookSecrets(ctx context.Context, from engine.Querier, organizationID string, now int64) ([]encryptedSecret, error) {
	return engine.Collect(ctx, from, func(r engine.Row) (s encryptedSecret, err error) {
		return s, r.Scan(&s.id, &s.encrypted)
	}, `SELECT id, secret FROM webhook_secrets
		WHERE organization_id = $1 AND (retired_at IS NULL OR retired_at > $2)
		ORDER BY retired_at IS NULL DESC, retired_at DESC`, organizationID, now)
}

func (db *DB) createWebhookSecret(tx *tx, organizationID string) (text string, err error) {
	secret := make([]byte, webhookSecretBytes)
	if _, err := rand.Read(secret); err != nil {
		return "", err
	}
	text = webhookSecretPrefix + base64.StdEncoding.EncodeToString(secret)
	id, err := db.newID(webhookSecretIDPrefix)
	if err != nil {
		return "", err
	}
	encrypted, err := db.keyset.Encrypt(webhookSecretAAD(organizationID, id), []byte(text))
	if err != nil {
		return "", err
	}
	return text, tx.exec(`INSERT INTO webhook_secrets (id, organization_id, secret, created_at) VALUES ($1, $2, $3, $4)`,
		id, organizationID, encrypted, tx.Now)
}

// RotateWebhookKeys gives an organization a new signing key and a new shared
// secret, which is returned. The old ones stay valid for the overlap.
func (db *DB) RotateWebhookKeys(ctx context.Context, organizationID string, overlap time.Duration, actor string) (secret string, err error) {
	err = db.transact(ctx, func(tx *tx) error {
		until := tx.Now + overlap.Milliseconds()
		for _, table := range []string{"signing_keys", "webhook_secrets"} {
			// Keys that an earlier rotation left valid end no later than the others.
			if err := tx.exec(`UPDATE `+table+` SET retired_at = $1
				WHERE organization_id = $2 AND (retired_at IS NULL OR retired_at > $1)`, until, organizationID); err != nil {
				return err
			}
		}
		key, err := db.createSigningKey(tx, organizationID)
		if err != nil {
			return err
		}
		if err := noteChange(tx, organizationID, actor, Change{Field: FieldWebhookKeys, After: "made " + key.ID}); err != nil {
			return err
		}
		secret, err = db.createWebhookSecret(tx, organizationID)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("rotate webhook keys: %w", err)
	}
	return secret, nil
}
