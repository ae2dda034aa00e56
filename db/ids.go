package db

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
)

// Prefixes tell ids and secrets apart at a glance, in logs and in leaks.
const (
	organizationPrefix    = "org_"
	keyPrefix             = "key_"
	apiKeyPrefix          = "psg_"
	testKeyPrefix         = apiKeyPrefix + "test_"
	linkPrefix            = "link_"
	claimCodePrefix       = "clm_"
	sessionPrefix         = "sess_"
	clientTokenPrefix     = "ct_"
	returnCodePrefix      = "rtn_"
	phoneCodePrefix       = "hnd_"
	phoneCodeIDPrefix     = "phn_"
	promptPrefix          = "prm_"
	eventPrefix           = "evt_"
	endpointPrefix        = "ep_"
	deliveryPrefix        = "dlv_"
	artifactPrefix        = "art_"
	operatorPrefix        = "op_"
	operatorSessionPrefix = "ops_"
	operatorTokenPrefix   = "opt_"
	signingKeyPrefix      = "whk_"
	webhookSecretIDPrefix = "whs_"
	userDeletionPrefix    = "del_"
)

// idBytes is 128 bits: enough to be unguessable, so every id may be shown.
const idBytes = 16

// secretBytes is what a bearer secret holds, and operatorTokenBytes what opens the
// dashboard.
const (
	secretBytes        = 24
	operatorTokenBytes = 32
)

// newID draws a random id. It fails only when the operating system's source of
// randomness does.
func (db *DB) newID(prefix string) (string, error) { return db.draw(prefix, idBytes) }

func (db *DB) newSecret(prefix string) (string, error) { return db.draw(prefix, secretBytes) }

func (db *DB) draw(prefix string, size int) (string, error) {
	raw := make([]byte, size)
	if _, err := io.ReadFull(db.random, raw); err != nil {
		return "", fmt.Errorf("draw a random id: %w", err)
	}
	return prefix + base64.RawURLEncoding.EncodeToString(raw), nil
}

// hash is how secrets with at least 128 random bits are looked up: no salt or
// stretching is needed, as they cannot be guessed.
func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// keyedHash is an HMAC: without the key it can neither be computed nor be
// compared with guesses.
func keyedHash(key, text []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(text)
	return mac.Sum(nil)
}
