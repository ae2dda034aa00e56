package seal_test

import (
	"os"
	"path/filepath"
	"testing"

	"passage/db/seal"
)

var aad = seal.AAD{Organization: "org_1", Table: "links", Row: "link_1", Column: "result"}

func openKeyset(t *testing.T) *seal.Key {
	t.Helper()
	folder := t.TempDir()
	keyset, err := seal.OpenKeyset(filepath.Join(folder, "keyset.json"), filepath.Join(folder, "passage.db"))
	if err != nil {
		t.Fatal(err)
	}
	return keyset
}

func TestDecrypt_NeedsTheSameAssociatedData(t *testing.T) {
	t.Parallel()
	keyset := openKeyset(t)
	encrypted, err := keyset.Encrypt(aad, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := keyset.Decrypt(aad, encrypted); err != nil || string(plain) != "secret" {
		t.Errorf("decrypted to %q, %v", plain, err)
	}
	for name, other := range map[string]seal.AAD{
		"organization": {Organization: "org_2", Table: "links", Row: "link_1", Column: "result"},
		"table":        {Organization: "org_1", Table: "artifacts", Row: "link_1", Column: "result"},
		"row":          {Organization: "org_1", Table: "links", Row: "link_2", Column: "result"},
		"column":       {Organization: "org_1", Table: "links", Row: "link_1", Column: "claim_code"},
	} {
		if _, err := keyset.Decrypt(other, encrypted); err == nil {
			t.Errorf("it decrypts with another %s", name)
		}
	}
}

func TestUnwrap_ReturnsTheDataKey(t *testing.T) {
	t.Parallel()
	keyset := openKeyset(t)
	wrapped, key, err := keyset.NewDataKey(aad)
	if err != nil {
		t.Fatal(err)
	}
	encrypted, err := key.Encrypt(aad, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	unwrapped, err := keyset.Unwrap(aad, wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := unwrapped.Decrypt(aad, encrypted); err != nil || string(plain) != "secret" {
		t.Errorf("decrypted to %q, %v", plain, err)
	}
	if _, err := keyset.Decrypt(aad, encrypted); err == nil {
		t.Error("the keyset decrypts what the data key encrypted")
	}
	if _, err := openKeyset(t).Unwrap(aad, wrapped); err == nil {
		t.Error("another keyset unwraps the key")
	}
}

func TestOpenKeyset_ReplacesNoMissingFileOfADatabase(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	database := filepath.Join(folder, "passage.db")
	if err := os.WriteFile(database, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.OpenKeyset(filepath.Join(folder, "keyset.json"), database); err == nil {
		t.Error("a new keyset was made")
	}
}
