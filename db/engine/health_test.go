package engine_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"passage/db/engine"
)

// pragma sets a pragma of the connection that writes.
func pragma(t *testing.T, opened *engine.Engine, text string) {
	t.Helper()
	err := opened.Transact(t.Context(), func(tx *engine.Tx) error {
		_, err := tx.Exec("PRAGMA " + text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, opened *engine.Engine, text string) error {
	return opened.Transact(t.Context(), func(tx *engine.Tx) error { return insert(tx, text) })
}

// wantUnavailable checks a failure, and what the database's health says of it.
func wantUnavailable(t *testing.T, opened *engine.Engine, err error, reason engine.Reason) {
	t.Helper()
	if got := engine.Unavailable(err); got != reason {
		t.Errorf("%q is the reason of %v, want %q", got, err, reason)
	}
	if health := opened.Health(); health.Err == nil || health.Failures[reason] == 0 {
		t.Errorf("after %v: %+v", err, health)
	}
}

// wantAvailable checks that the next Check finds the database well again.
func wantAvailable(t *testing.T, opened *engine.Engine) {
	t.Helper()
	if err := opened.Check(t.Context()); err != nil {
		t.Errorf("the database should be well again: %v", err)
	}
}

func TestHealth_KnowsAFullDatabase(t *testing.T) {
	t.Parallel()
	opened := open(t)
	pragma(t, opened, "max_page_count = 1") // is raised to what there is
	big := strings.Repeat("x", 100_000)
	wantUnavailable(t, opened, write(t, opened, big), engine.Full)
	pragma(t, opened, "max_page_count = 1000000")
	if opened.Health().Err == nil {
		t.Error("a transaction that wrote nothing proves nothing")
	}
	wantAvailable(t, opened)
	if err := write(t, opened, big); err != nil {
		t.Error(err)
	}
}

func TestTransact_LosesAllOfATransactionThatFillsTheDisk(t *testing.T) {
	t.Parallel()
	opened := open(t)
	pragma(t, opened, "max_page_count = 1")
	err := opened.Transact(t.Context(), func(tx *engine.Tx) error {
		if err := insert(tx, "before"); err != nil {
			return err
		}
		// As a sweep, which goes on with the next row.
		_ = tx.Isolate(func() error { return insert(tx, strings.Repeat("x", 100_000)) })
		_ = tx.Isolate(func() error { return insert(tx, "after") })
		return nil
	})
	wantUnavailable(t, opened, err, engine.Full)
	if found := notes(t, opened); len(found) != 0 {
		t.Errorf("committed %v", found)
	}
}

func TestHealth_KnowsAReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	opened := open(t)
	pragma(t, opened, "query_only = 1")
	wantUnavailable(t, opened, write(t, opened, "x"), engine.ReadOnly)
	if err := opened.Check(t.Context()); engine.Unavailable(err) != engine.ReadOnly {
		t.Errorf("a database that is still read-only: %v", err)
	}
}

func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	other.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	})
	return other
}

func TestHealth_KnowsALockedDatabase(t *testing.T) {
	t.Parallel()
	opened, path := openFile(t)
	other := raw(t, path)
	if _, err := other.ExecContext(t.Context(), `BEGIN EXCLUSIVE`); err != nil {
		t.Fatal(err)
	}
	wantUnavailable(t, opened, write(t, opened, "x"), engine.Locked)
	if err := opened.Ping(t.Context()); err != nil {
		t.Errorf("it can still be read: %v", err)
	}
	if _, err := other.ExecContext(t.Context(), `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	wantAvailable(t, opened)
}

func TestHealth_RemembersThatTheDatabaseIsDamaged(t *testing.T) {
	t.Parallel()
	opened, path := openFile(t)
	if err := write(t, opened, strings.Repeat("x", 10_000)); err != nil {
		t.Fatal(err)
	}
	if _, err := raw(t, path).ExecContext(t.Context(), `PRAGMA user_version = 7; PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := 4096; n < len(content); n++ {
		content[n] = 0xa5
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = opened.Reader().QueryContext(t.Context(), `SELECT text FROM notes ORDER BY length(text)`) //nolint:rowserrcheck,sqlclosecheck // fails
	wantUnavailable(t, opened, err, engine.Damaged)
	if err := opened.Check(t.Context()); engine.Unavailable(err) != engine.Damaged {
		t.Errorf("a damaged file does not heal: %v", err)
	}
}

func TestCheck_NoticesAFileThatWasReplacedOrRemoved(t *testing.T) {
	t.Parallel()
	opened, path := openFile(t)
	wantAvailable(t, opened)
	aside := path + ".aside"
	if err := os.Rename(path, aside); err != nil {
		t.Fatal(err)
	}
	if err := opened.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "removed") {
		t.Errorf("the file is gone: %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := opened.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "replaced") {
		t.Errorf("another file is there: %v", err)
	}
	wantUnavailable(t, opened, write(t, opened, "lost"), engine.Replaced)
	if err := os.Rename(aside, path); err != nil {
		t.Fatal(err)
	}
	wantAvailable(t, opened)
}

func TestCheck_CommitsOnlyIfNothingWasCommittedLately(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1_800_000_000_000)
	path := filepath.Join(t.TempDir(), "test.db")
	opened := openAt(t, path, func() time.Time { return now })
	for _, step := range []struct {
		pass time.Duration
		want time.Duration // of the last commit, since the start
	}{{0, 0}, {5 * time.Second, 0}, {5 * time.Second, 10 * time.Second}} {
		now = now.Add(step.pass)
		wantAvailable(t, opened)
		if got := opened.Health().LastCommit.Sub(time.UnixMilli(1_800_000_000_000)); got != step.want {
			t.Errorf("the last commit was after %s, want %s", got, step.want)
		}
	}
}
