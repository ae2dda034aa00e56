package db

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// frozen are the checksums of the migrations that databases have run. A migration
// is never edited: a database that has run it would differ from a new one. Changes
// go into a new migration, with a new line here.
var frozen = map[string]string{
	"00001_initial.sql":           "c504cdfff0c0128e19ce150128ce967a6ba9ff696fd2e8b15f29a024f8d893ee",
	"00002_indexes.sql":           "5a03cad4d47874856bc559724efffa3de40521e75fff5e8ea9982816212e5f20",
	"00003_matches.sql":           "5f55e726c8043e545d7ad1cc24f1fa0c4b6b64e1aac25f0cca9ba19c5e9cf2b6",
	"00004_accounts.sql":          "13135da2a6f46034e6bd8fd8540ec175df53034c0ebefd1fffa8a470bff1870c",
	"00005_keys.sql":              "64fb0b78d238323ad3edb307717b3d9d97297e88c040bbcab5ed98899e44a06c",
	"00006_webhooks.sql":          "561cf3515c2a39cd938b4a10a7a3d90f12ec278f2db55f5c55874e8768f986da",
	"00007_return.sql":            "bcc34812b51d14c4a13f7d05aad85d4a6ddab360e16653832df779e4251e138f",
	"00008_branding.sql":          "b04b453d17768ef23c113fbc15b2d7c9448f5d2ec07d5a5f1097149d744ffd5f",
	"00009_phone_codes.sql":       "464975bf3bf1b09a85367e0ca387cbb3ceb21c814b6f3c394e64fa8cd2b628be",
	"00010_health.sql":            "93521106e1f161646b616f9c834436772a2f76f2785ecb607df64d2530c8fae4",
	"00011_suspect.sql":           "42f2d85d0bc10a0133f7d13abac4d031dd3b6e24d6fa73deebe25253fe6c073e",
	"00012_cause.sql":             "480a65d839ff85bd91b8b7a1a271f1b373ecc64e7b18882ea4d70d23aaace2e2",
	"00013_operator_sessions.sql": "5bcc16885a572d06229a4ae49481e32f172c0579f15c27af07abda6691012c70",
	"00014_deletion.sql":          "5ddd7ac9e08169fe25a8e8de79b30357a6c915d968d896a308693c0cb2a362a6",
	"00015_quotas.sql":            "b2006fd7525ab75e37d13655c79fb713d70a2ee7a085c4a18c2c147af974599a",
}

func TestMigrations_AreNeverEdited(t *testing.T) {
	t.Parallel()
	files, err := fs.ReadDir(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := migrations.ReadFile("migrations/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(text)
		if got := hex.EncodeToString(sum[:]); got != frozen[file.Name()] {
			t.Errorf("%s has the checksum %s, want %s", file.Name(), got, frozen[file.Name()])
		}
	}
	if len(files) != len(frozen) {
		t.Errorf("%d migrations, want %d", len(files), len(frozen))
	}
}

func TestOpen_RefusesTheDatabaseOfALaterVersion(t *testing.T) {
	t.Parallel()
	ctx, folder := t.Context(), t.TempDir()
	database, err := Open(ctx, Options{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	if err := database.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", filepath.Join(folder, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.ExecContext(ctx, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	database, err = Open(ctx, Options{Folder: folder})
	if err == nil {
		t.Fatal("opened", database.Close())
	}
	if !strings.Contains(err.Error(), "was used by a later version of Passage (its tables have version 9999") {
		t.Error(err)
	}
}
