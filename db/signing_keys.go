package db

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"passage/db/engine"
	"passage/db/seal"
)

// SigningKey signs an organization's webhooks with ES256.
type SigningKey struct {
	ID             string // the kid
	OrganizationID string
	PublicPEM      string // SPKI
	CreatedAt      int64
	RetiredAt      *int64 // null: signs; in the future: what it signed can be verified until then

	encrypted []byte
}

const signingKeyColumns = `id, organization_id, public_key, private_key, created_at, retired_at`

func scanSigningKey(r engine.Row) (SigningKey, error) {
	var k SigningKey
	err := r.Scan(&k.ID, &k.OrganizationID, &k.PublicPEM, &k.encrypted, &k.CreatedAt, &k.RetiredAt)
	return k, err
}

func signingKeyAAD(k *SigningKey) seal.AAD {
	return seal.AAD{Organization: k.OrganizationID, Table: "signing_keys", Row: k.ID, Column: "private_key"}
}

// EnsureSigningKey returns the key that signs for the organization, with its
// private half, making the first one when it is needed.
func (db *DB) EnsureSigningKey(ctx context.Context, organizationID string) (SigningKey, *ecdsa.PrivateKey, error) {
	key, err := db.currentSigningKey(ctx, db.read, organizationID)
	if errors.Is(err, ErrNotFound) {
		err = db.transact(ctx, func(tx *tx) error {
			key, err = db.currentSigningKey(tx.Context(), tx, organizationID)
			if !errors.Is(err, ErrNotFound) {
				return err
			}
			key, err = db.createSigningKey(tx, organizationID)
			return err
		})
	}
	if err != nil {
		return SigningKey{}, nil, fmt.Errorf("ensure signing key: %w", err)
	}
	private, err := db.openSigningKey(&key)
	return key, private, err
}

func (db *DB) currentSigningKey(ctx context.Context, from engine.Querier, organizationID string) (SigningKey, error) {
	key, err := scanSigningKey(from.QueryRowContext(ctx, `SELECT `+signingKeyColumns+` FROM signing_keys
		WHERE organization_id = $1 AND retired_at IS NULL`, organizationID))
	return key, orNotFound(err)
}

func (db *DB) createSigningKey(tx *tx, organizationID string) (SigningKey, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return SigningKey{}, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return SigningKey{}, err
	}
	public, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		return SigningKey{}, err
	}
	key := SigningKey{OrganizationID: organizationID, CreatedAt: tx.Now,
		PublicPEM: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))}
	if key.ID, err = db.newID(signingKeyPrefix); err != nil {
		return SigningKey{}, err
	}
	if key.encrypted, err = db.keyset.Encrypt(signingKeyAAD(&key), secret); err != nil {
		return SigningKey{}, err
	}
	return key, tx.exec(`INSERT INTO signing_keys (`+signingKeyColumns+`) VALUES ($1, $2, $3, $4, $5, NULL)`,
		key.ID, organizationID, key.PublicPEM, key.encrypted, tx.Now)
}

func (db *DB) openSigningKey(key *SigningKey) (*ecdsa.PrivateKey, error) {
	secret, err := db.keyset.Decrypt(signingKeyAAD(key), key.encrypted)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(secret)
	if err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("read signing key: a %T is not an ECDSA key", parsed)
	}
	return private, nil
}

// SigningKey finds a key in force by its kid. A retired one is not found: who
// rotates a key that got into wrong hands wants its signatures refused.
func (db *DB) SigningKey(ctx context.Context, id string) (SigningKey, error) {
	key, err := scanSigningKey(db.read.QueryRowContext(ctx,
		`SELECT `+signingKeyColumns+` FROM signing_keys WHERE id = $1 AND (retired_at IS NULL OR retired_at > $2)`, id, db.Now()))
	if err != nil {
		return SigningKey{}, fmt.Errorf("find signing key: %w", orNotFound(err))
	}
	return key, nil
}

// SigningKeysOf lists an organization's keys in force, the one that signs first.
func (db *DB) SigningKeysOf(ctx context.Context, organizationID string) ([]SigningKey, error) {
	found, err := engine.Collect(ctx, db.read, scanSigningKey, `SELECT `+signingKeyColumns+` FROM signing_keys
		WHERE organization_id = $1 AND (retired_at IS NULL OR retired_at > $2)
		ORDER BY retired_at IS NULL DESC, retired_at DESC`, organizationID, db.Now())
	if err != nil {
		return nil, fmt.Errorf("list an organization's signing keys: %w", err)
	}
	return found, nil
}

// SigningKeys lists all keys in force, of every organization.
func (db *DB) SigningKeys(ctx context.Context) ([]SigningKey, error) {
	found, err := engine.Collect(ctx, db.read, scanSigningKey,
		`SELECT `+signingKeyColumns+` FROM signing_keys
			WHERE retired_at IS NULL OR retired_at > $1 ORDER BY created_at, id`, db.Now())
	if err != nil {
		return nil, fmt.Errorf("list signing keys: %w", err)
	}
	return found, nil
}
