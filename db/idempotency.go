package db

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"passage/db/seal"
)

// ErrKeyReused says that an idempotency key came again with another body.
var ErrKeyReused = errors.New("the idempotency key was used with another body")

// IdempotencyWindow is how long a key stands for its first reply.
const IdempotencyWindow = 24 * time.Hour

// Idempotency makes a request take effect once.
type Idempotency struct {
	Key  string
	Body []byte // the request's body as it came
	// Reply renders the reply that is kept and given again. It runs inside the
	// transaction, so it must be quick and must not use the database.
	Reply func(Link) (Reply, error)

	bodyMAC []byte
}

// Reply is a reply as it went out, byte for byte.
type Reply struct {
	Status int
	Body   []byte
}

// bodyMACSetting names the key with which bodies are compared. A plain hash
// would let a reader of the database guess a card number.
const bodyMACSetting = "idempotency_body_mac_key"

// Idempotent prepares a request for CreateLink.
func (db *DB) Idempotent(ctx context.Context, once Idempotency) (*Idempotency, error) {
	key, err := db.Secret(ctx, bodyMACSetting, sha256.Size)
	if err != nil {
		return nil, err
	}
	once.bodyMAC = keyedHash(key, once.Body)
	return &once, nil
}

func idempotencyAAD(organizationID string, keyHash []byte) seal.AAD {
	return seal.AAD{Organization: organizationID, Table: "idempotency_keys", Row: string(keyHash), Column: "reply"}
}

// Replay gives the kept reply of an earlier use of the key, or nil. It lets a
// caller answer a repeated request before looking at it again: what was right
// then may be refused now. CreateLink asks once more, so two first uses at the
// same time still count once.
func (db *DB) Replay(ctx context.Context, organizationID string, once *Idempotency) (*Reply, error) {
	reply, err := db.replay(ctx, db.reader(), organizationID, once)
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	return reply, nil
}

func (db *DB) replay(ctx context.Context, from reader, organizationID string, once *Idempotency) (*Reply, error) {
	keyHash := hash(once.Key)
	var mac, encrypted []byte
	reply := new(Reply)
	err := orNotFound(from.QueryRowContext(ctx, `SELECT body_mac, status, reply FROM idempotency_keys
		WHERE organization_id = $1 AND key_hash = $2 AND created_at > $3`,
		organizationID, keyHash, from.now-IdempotencyWindow.Milliseconds()).Scan(&mac, &reply.Status, &encrypted))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !hmac.Equal(mac, once.bodyMAC) {
		return nil, ErrKeyReused
	}
	if len(encrypted) == 0 {
		return nil, ErrDestroyed
	}
	reply.Body, err = db.keyset.Decrypt(idempotencyAAD(organizationID, keyHash), encrypted)
	return reply, err
}

// keepReply keeps the reply of the first use of a key; ErrStale says that there
// was one before.
func (db *DB) keepReply(tx *tx, link *Link, once *Idempotency) error {
	reply, err := once.Reply(*link)
	if err != nil {
		return fmt.Errorf("render the reply: %w", err)
	}
	keyHash := hash(once.Key)
	encrypted, err := db.keyset.Encrypt(idempotencyAAD(link.OrganizationID, keyHash), reply.Body)
	if err != nil {
		return err
	}
	return tx.execOne(`INSERT INTO idempotency_keys (organization_id, key_hash, body_mac, status, reply, link_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (organization_id, key_hash) DO UPDATE SET body_mac = excluded.body_mac, status = excluded.status,
			reply = excluded.reply, link_id = excluded.link_id, created_at = excluded.created_at
		WHERE idempotency_keys.created_at <= $8`,
		link.OrganizationID, keyHash, once.bodyMAC, reply.Status, encrypted, link.ID, tx.Now, tx.Now-IdempotencyWindow.Milliseconds())
}
