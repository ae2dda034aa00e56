package db

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// dataKeyBytes makes AES-256 keys.
const dataKeyBytes = 32

// place says what a sealed value belongs to. It is bound into the seal, so a
// value that was copied to another row or column does not open.
type place struct{ organization, table, row, column string }

func (p place) bytes() []byte {
	return []byte(p.organization + "\x00" + p.table + "\x00" + p.row + "\x00" + p.column)
}

// sealer seals with the operator's keyset.
type sealer struct{ aead tink.AEAD }

// openKeyset reads keyset.json, or makes it for a data folder that holds no
// database yet. Without its keyset a database's secrets are lost, so a missing
// file is never replaced.
func openKeyset(folder, database string) (*sealer, error) {
	path := filepath.Join(folder, "keyset.json")
	handle, err := readKeyset(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, statErr := os.Stat(database); statErr == nil {
			return nil, fmt.Errorf("%s is missing, and %s cannot be read without it: restore it from your backup", path, database)
		}
		handle, err = createKeyset(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the keyset %s (if it is damaged, restore it from your backup): %w", path, err)
	}
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("use the keyset %s: %w", path, err)
	}
	return &sealer{primitive}, nil
}

func readKeyset(path string) (*keyset.Handle, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(file))
	return handle, errors.Join(err, file.Close())
}

func createKeyset(path string) (*keyset.Handle, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	// Written beside and then renamed: a crash leaves a whole keyset or none.
	file, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	err = insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(file))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return nil, err
	}
	return handle, os.Rename(path+".new", path)
}

func (s *sealer) seal(at place, plain []byte) ([]byte, error) {
	sealed, err := s.aead.Encrypt(plain, at.bytes())
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", at.table, at.column, err)
	}
	return sealed, nil
}

func (s *sealer) open(at place, sealed []byte) ([]byte, error) {
	plain, err := s.aead.Decrypt(sealed, at.bytes())
	if err != nil {
		return nil, fmt.Errorf("open the seal of %s.%s: %w", at.table, at.column, err)
	}
	return plain, nil
}

// newKey makes a key of its own for one link's arguments or data. Destroying
// the wrapped key destroys all that was sealed with it, in backups too once
// they are replaced.
func (s *sealer) newKey(at place) (wrapped []byte, key *sealer, err error) {
	raw := make([]byte, dataKeyBytes)
	if _, err := rand.Read(raw); err != nil {
		return nil, nil, fmt.Errorf("draw a key: %w", err)
	}
	if wrapped, err = s.seal(at, raw); err != nil {
		return nil, nil, err
	}
	key, err = keySealer(raw)
	return wrapped, key, err
}

// unwrap opens a key made by newKey; ErrNotFound says that it was destroyed.
func (s *sealer) unwrap(at place, wrapped []byte) (*sealer, error) {
	if wrapped == nil {
		return nil, ErrNotFound
	}
	raw, err := s.open(at, wrapped)
	if err != nil {
		return nil, err
	}
	return keySealer(raw)
}

func keySealer(raw []byte) (*sealer, error) {
	primitive, err := subtle.NewAESGCM(raw)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return &sealer{primitive}, nil
}
