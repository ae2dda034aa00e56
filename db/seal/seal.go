// Package seal is envelope encryption: it encrypts values with data keys, and
// wraps the data keys with the operator's keyset. It owns the keyset's file.
//
// It does not know which values are secret or when a key is destroyed; package
// db does. Its invariant: a value decrypts only with the associated data that it
// was encrypted with, so one that was copied to another row or column does not.
package seal

import (
	"crypto/rand"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// dataKeyBytes makes AES-256 keys.
const dataKeyBytes = 32

// AAD is the associated data of a value: the organization and the cell that it
// belongs to. It is authenticated with the value, not stored.
type AAD struct{ Organization, Table, Row, Column string }

func (a AAD) bytes() []byte {
	return []byte(a.Organization + "\x00" + a.Table + "\x00" + a.Row + "\x00" + a.Column)
}

// Key encrypts and decrypts with AES-GCM. It is the operator's keyset or a data
// key; it is safe for concurrent use.
type Key struct{ aead tink.AEAD }

// Encrypt encrypts a value.
func (k *Key) Encrypt(aad AAD, plain []byte) ([]byte, error) {
	encrypted, err := k.aead.Encrypt(plain, aad.bytes())
	if err != nil {
		return nil, fmt.Errorf("encrypt %s.%s: %w", aad.Table, aad.Column, err)
	}
	return encrypted, nil
}

// Decrypt decrypts a value that Encrypt encrypted with the same key and
// associated data.
func (k *Key) Decrypt(aad AAD, encrypted []byte) ([]byte, error) {
	plain, err := k.aead.Decrypt(encrypted, aad.bytes())
	if err != nil {
		return nil, fmt.Errorf("decrypt %s.%s: %w", aad.Table, aad.Column, err)
	}
	return plain, nil
}

// NewDataKey makes a data key, and wraps it with this one. Destroying the
// wrapped key destroys everything that was encrypted with the data key, in
// backups too once they are replaced.
func (k *Key) NewDataKey(aad AAD) (wrapped []byte, key *Key, err error) {
	raw := make([]byte, dataKeyBytes)
	if _, err := rand.Read(raw); err != nil {
		return nil, nil, fmt.Errorf("draw a key: %w", err)
	}
	if wrapped, err = k.Encrypt(aad, raw); err != nil {
		return nil, nil, err
	}
	key, err = newKey(raw)
	return wrapped, key, err
}

// Unwrap decrypts a data key that NewDataKey wrapped.
func (k *Key) Unwrap(aad AAD, wrapped []byte) (*Key, error) {
	raw, err := k.Decrypt(aad, wrapped)
	if err != nil {
		return nil, err
	}
	return newKey(raw)
}

func newKey(raw []byte) (*Key, error) {
	primitive, err := subtle.NewAESGCM(raw)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return &Key{primitive}, nil
}
