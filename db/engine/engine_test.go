package engine_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"passage/db/engine"
)

var schema = fstest.MapFS{"00001_initial.sql": {Data: []byte("-- +goose Up\nCREATE TABLE notes (text TEXT PRIMARY KEY) STRICT;\n")}}

func open(t *testing.T) *engine.Engine {
	t.Helper()
	opened, _ := openFile(t)
	return opened
}

func openFile(t *testing.T) (opened *engine.Engine, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "test.db")
	return openAt(t, path, time.Now), path
}

func openAt(t *testing.T, path string, now func() time.Time) *engine.Engine {
	t.Helper()
	if err := engine.Migrate(t.Context(), path, schema); err != nil {
		t.Fatal(err)
	}
	opened, err := engine.Open(t.Context(), engine.Options{Path: path, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return opened
}

func insert(tx *engine.Tx, text string) error {
	_, err := tx.Exec(`INSERT INTO notes (text) VALUES ($1)`, text)
	return err
}

func notes(t *testing.T, opened *engine.Engine) []string {
	t.Helper()
	found, err := engine.Collect(t.Context(), opened.Reader(), func(r engine.Row) (text string, err error) {
		return text, r.Scan(&text)
	}, `SELECT text FROM notes ORDER BY text`)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestTransact_RunsAGroupWhoseMembersFailAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opened := open(t)
		refusal := errors.New("refused")
		release := make(chan struct{})
		var writers sync.WaitGroup
		for n := range 4 {
			writers.Go(func() {
				err := opened.Transact(t.Context(), func(tx *engine.Tx) error {
					if n == 0 {
						<-release
					}
					if err := insert(tx, fmt.Sprint(n)); err != nil || n != 2 {
						return err
					}
					return refusal
				})
				if want := n == 2; errors.Is(err, refusal) != want {
					t.Errorf("transaction %d ended with %v", n, err)
				}
			})
			synctest.Wait() // the first is at work, the others wait for it
		}
		close(release)
		writers.Wait()
		if got := notes(t, opened); !slices.Equal(got, []string{"0", "1", "3"}) {
			t.Errorf("committed %v", got)
		}
	})
}

func TestTransact_DoesNotStartAfterCancellation(t *testing.T) {
	t.Parallel()
	opened := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := opened.Transact(ctx, func(tx *engine.Tx) error { return insert(tx, "late") })
	if !errors.Is(err, context.Canceled) || len(notes(t, opened)) != 0 {
		t.Errorf("ended with %v", err)
	}
}

func TestTransact_FinishesDespiteCancellation(t *testing.T) {
	t.Parallel()
	opened := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := opened.Transact(ctx, func(tx *engine.Tx) error {
		cancel()
		return insert(tx, "in time")
	})
	if err != nil || len(notes(t, opened)) != 1 {
		t.Errorf("ended with %v", err)
	}
}

func TestTx_IsolatesAPart(t *testing.T) {
	t.Parallel()
	opened := open(t)
	refusal := errors.New("refused")
	err := opened.Transact(t.Context(), func(tx *engine.Tx) error {
		failed := tx.Isolate(func() error { return errors.Join(insert(tx, "undone"), refusal) })
		if !errors.Is(failed, refusal) {
			t.Errorf("the part ended with %v", failed)
		}
		return tx.Isolate(func() error { return insert(tx, "kept") })
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := notes(t, opened); !slices.Equal(got, []string{"kept"}) {
		t.Errorf("committed %v", got)
	}
}

func TestReader_CannotWrite(t *testing.T) {
	t.Parallel()
	_, err := engine.Collect(t.Context(), open(t).Reader(), func(r engine.Row) (text string, err error) {
		return text, r.Scan(&text)
	}, `INSERT INTO notes (text) VALUES ('x') RETURNING text`)
	if err == nil {
		t.Error("a reader may write")
	}
}
