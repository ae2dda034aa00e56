package dbtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Lock takes the lock for writing from the database in a folder, as another program may
// that opens the file, until the returned function is called.
func Lock(t testing.TB, folder string) (unlock func()) {
	t.Helper()
	raw := Raw(t, folder)
	_, err := raw.ExecContext(t.Context(), `BEGIN EXCLUSIVE`)
	must(t, err)
	return func() {
		t.Helper()
		_, err := raw.ExecContext(t.Context(), `ROLLBACK`)
		must(t, err)
	}
}

// Damage overwrites the tables of the database in a folder, which may be open.
func Damage(t testing.TB, folder string) {
	t.Helper()
	raw := Raw(t, folder)
	// Open connections drop the pages that they remember once another one has written.
	_, err := raw.ExecContext(t.Context(), `PRAGMA user_version = 7; PRAGMA wal_checkpoint(TRUNCATE)`)
	must(t, err)
	path := filepath.Join(folder, "passage.db")
	content, err := os.ReadFile(path)
	must(t, err)
	const page = 4096 // the first one says that this is a database
	for n := page; n < len(content); n++ {
		content[n] = 0xa5
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	must(t, err)
	_, err = file.WriteAt(content[page:], page)
	must(t, err)
	must(t, file.Close())
}
