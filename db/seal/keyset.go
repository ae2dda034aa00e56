package seal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// OpenKeyset reads the operator's keyset. Where the file is missing it creates
// one, but only for a database that does not exist yet either: without its
// keyset the secrets in a database are lost, so a missing file is never
// replaced.
func OpenKeyset(path, database string) (*Key, error) {
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
	return &Key{primitive}, nil
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
	// It is written to another file and then renamed, so a crash leaves a whole
	// keyset or none.
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
