package db

import (
	"database/sql"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"

	"passage/db/seal"
)

func TestMigrations_KeepAWebhookSecretOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	ctx, folder := t.Context(), t.TempDir()
	path := filepath.Join(folder, FileName)
	keyset, err := seal.OpenKeyset(filepath.Join(folder, KeysetName), path)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, raw, files)
	if err != nil {
		t.Fatal(err)
	}
	const before = 5
	if _, err := provider.UpTo(ctx, before); err != nil {
		t.Fatal(err)
	}
	encrypted, err := keyset.Encrypt(webhookSecretAAD("org_1", "org_1"), []byte("whsec_old"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.ExecContext(ctx, `INSERT INTO organizations VALUES ('org_1', 'acme', 'acme', 1)`); err != nil {
		t.Fatal(err)
	}
	if _, err := raw.ExecContext(ctx, `INSERT INTO webhook_secrets VALUES ('org_1', ?, 1)`, encrypted); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}

	database, err := Open(ctx, Options{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := database.Close(); err != nil {
			t.Error(err)
		}
	}()
	found, err := database.EnsureWebhookSecrets(ctx, "org_1")
	if err != nil || len(found) != 1 || found[0] != "whsec_old" {
		t.Errorf("%d secrets, %v", len(found), err)
	}
}
