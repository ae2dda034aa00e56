package db_test

import (
	"bytes"
	"database/sql"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"passage/db"
	"passage/db/dbtest"
)

// TestMain lets the test binary be another process that holds a data folder.
func TestMain(m *testing.M) {
	if folder := os.Getenv("PASSAGE_TEST_LOCK"); folder != "" {
		holdLock(folder)
		return
	}
	// Fewer histories than rapid's hundred, to stay quick; -rapid.checks asks for more.
	if err := flag.Set("rapid.checks", "10"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// holdLock holds a folder's lock until its input ends, or its process does.
func holdLock(folder string) {
	unlock, err := db.LockFolder(folder)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("locked")
	_, _ = io.Copy(io.Discard, os.Stdin) // the parent's end of the pipe says when
	if err := unlock(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("unlocked")
}

// holder is another process that was asked to lock a folder.
type holder struct {
	*exec.Cmd
	input io.Closer
	said  *bytes.Buffer
}

func startHolder(t *testing.T, folder string) *holder {
	t.Helper()
	h := &holder{Cmd: exec.CommandContext(t.Context(), os.Args[0]), said: new(bytes.Buffer)}
	h.Env = append(os.Environ(), "PASSAGE_TEST_LOCK="+folder)
	input, err := h.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := h.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	h.input = input
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 512)
	n, err := output.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	h.said.Write(line[:n])
	return h
}

func TestLockFolder_AdmitsOneProcess(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	first := startHolder(t, folder)
	if got := first.said.String(); got != "locked\n" {
		t.Fatalf("the first process said %q", got)
	}
	pid := fmt.Sprintf("process %d ", first.Process.Pid)
	second := startHolder(t, folder)
	if got := second.said.String(); !strings.Contains(got, pid) || !strings.Contains(got, folder) {
		t.Errorf("the second process does not name the first (%s): %q", pid, got)
	}
	if second.Wait() == nil {
		t.Error("the second process locked the folder too")
	}
	if _, err := db.LockFolder(folder); err == nil || !strings.Contains(err.Error(), pid) {
		t.Errorf("this process got %v", err)
	}

	if err := first.Process.Kill(); err != nil { // no unlocking, as with kill -9
		t.Fatal(err)
	}
	_ = first.Wait() // says only that it was killed
	unlock, err := db.LockFolder(folder)
	if err != nil {
		t.Fatalf("the lock outlives its process: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := db.LockFolder(folder)
	if err != nil {
		t.Fatalf("the lock outlives its unlocking: %v", err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}

func TestOpen_NamesAFolderThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := db.LockFolder(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("lock: %v", err)
	}
	if _, err := db.Open(t.Context(), db.Options{Folder: file}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("open: %v", err)
	}
}

// refuses opens a folder that must not open, and returns what is said.
func refuses(t *testing.T, folder string) string {
	t.Helper()
	database, err := db.Open(t.Context(), db.Options{Folder: folder})
	if err == nil {
		t.Error(database.Close())
		t.Fatal("it opened")
	}
	return err.Error()
}

// closed makes a data folder with a link in it and closes it.
func closed(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	database, err := db.Open(t.Context(), db.Options{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Link(t, database, dbtest.NewLink(dbtest.Organization(t, database, "shop").ID))
	if err := database.Close(); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestOpen_RefusesADamagedFolder(t *testing.T) {
	t.Parallel()
	rewrite := func(name string, change func([]byte) []byte) func(string) error {
		return func(folder string) error {
			path := filepath.Join(folder, name)
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(path, change(content), 0o600)
		}
	}
	for name, damage := range map[string]struct {
		do    func(folder string) error
		names string // the file that the error must name
	}{
		"the database is no database": {rewrite("passage.db", func([]byte) []byte { return bytes.Repeat([]byte("no "), 4096) }), "passage.db"},
		"the database was cut off":    {rewrite("passage.db", func(b []byte) []byte { return b[:len(b)/3] }), "passage.db"},
		"the header is damaged":       {rewrite("passage.db", func(b []byte) []byte { copy(b[20:], make([]byte, 40)); return b }), "passage.db"},
		"the keyset is missing":       {func(folder string) error { return os.Remove(filepath.Join(folder, "keyset.json")) }, "keyset.json"},
		"the keyset is empty":         {rewrite("keyset.json", func([]byte) []byte { return nil }), "keyset.json"},
		"the keyset is no keyset":     {rewrite("keyset.json", func([]byte) []byte { return []byte(`{"key":[]}`) }), "keyset.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := closed(t)
			if err := damage.do(folder); err != nil {
				t.Fatal(err)
			}
			said := refuses(t, folder)
			if !strings.Contains(said, filepath.Join(folder, damage.names)) || !strings.Contains(said, "backup") {
				t.Errorf("the error names neither the file nor the way out: %s", said)
			}
			if strings.Contains(said, "key_value") || strings.Contains(said, "keyData") {
				t.Errorf("the error holds a key: %s", said)
			}
		})
	}
}

func TestOpen_DecryptsNothingWithAnotherKeyset(t *testing.T) {
	t.Parallel()
	folder, other := closed(t), closed(t)
	foreign, err := os.ReadFile(filepath.Join(other, "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "keyset.json"), foreign, 0o600); err != nil {
		t.Fatal(err)
	}
	database := dbtest.OpenFolder(t, folder, nil)
	org := dbtest.Organization(t, database, "shop").ID
	if _, _, err := database.Links(t.Context(), db.LinkFilter{OrganizationID: org, Limit: 10}); err == nil {
		t.Error("a link opened with another folder's keyset")
	}
}

func TestOpen_MakesTheKeysetReadableByItsOwnerOnly(t *testing.T) {
	t.Parallel()
	info, err := os.Stat(filepath.Join(closed(t), "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "permissions", info.Mode().Perm(), 0o600)
}

func TestOpen_CreatesAFolderOnceUnderConcurrency(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "new")
	var opens sync.WaitGroup
	for range 6 {
		opens.Go(func() {
			database, err := db.Open(t.Context(), db.Options{Folder: folder})
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := database.Secret(t.Context(), "shared", 16); err != nil {
				t.Error(err) // each must hold the same keyset
			}
			if err := database.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	opens.Wait()
}

func TestMigrations_RunOnceAndKeepData(t *testing.T) {
	t.Parallel()
	folder := closed(t)
	raw := dbtest.Raw(t, folder)
	before := dbtest.Dump(t, raw)
	dbtest.OpenFolder(t, folder, nil)
	expect(t, "database after the second opening", dbtest.Dump(t, raw), before)
	for _, table := range []string{"links", "link_sessions", "session_operations", "artifacts", "operators"} {
		if !strings.Contains(" "+strings.Join(dbtest.Tables(t, raw), " ")+" ", " "+table+" ") {
			t.Errorf("there is no table %s", table)
		}
	}
}

func TestOpen_RefusesDanglingRows(t *testing.T) {
	t.Parallel()
	folder := closed(t)
	raw := dbtest.Raw(t, folder) // foreign keys are off here
	if _, err := raw.ExecContext(t.Context(), `DELETE FROM links`); err != nil {
		t.Fatal(err)
	}
	if said := refuses(t, folder); !strings.Contains(said, "link_operations") || !strings.Contains(said, "backup") {
		t.Errorf("it is said %s", said)
	}
}

func TestOpen_EnforcesForeignKeys(t *testing.T) {
	w := newFixture(t)
	lease := w.run(w.link())
	if _, err := w.db.CreateKey(t.Context(), db.NewKey{OrganizationID: "org_none"}); err == nil {
		t.Error("a key of no organization was created")
	}
	draft := dbtest.NewLink("org_none")
	if _, _, err := w.db.CreateLink(t.Context(), draft, nil); err == nil {
		t.Error("a link of no organization was created")
	}
	w.must(w.db.Ping(t.Context()))
	var broken string
	err := w.raw.QueryRowContext(t.Context(), `PRAGMA foreign_key_check`).Scan(&broken)
	w.want(err, sql.ErrNoRows)
	expect(t, "session", w.session(lease.SessionID).Status, db.SessionRunning)
}
