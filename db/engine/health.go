package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"sync"
	"time"
)

// How often Watch looks at the database, and how old the last commit may become before
// Watch makes one.
const (
	checkEvery    = 5 * time.Second
	heartbeatWhen = 10 * time.Second
)

// Reason is why the storage of the database fails, whatever the statement. It is a
// label of metrics.
type Reason string

// The reasons.
const (
	Full     Reason = "full"      // of the disk
	Locked   Reason = "locked"    // by another process, for longer than a writer waits
	ReadOnly Reason = "read_only" // the file or its folder
	IOError  Reason = "io_error"
	Damaged  Reason = "damaged"  // the file's content
	Replaced Reason = "replaced" // the file, under the open database, or removed
)

// Health is what is known of the storage from what happened so far.
type Health struct {
	LastCommit time.Time      // of a transaction that changed something; zero: none since Open
	Failures   map[Reason]int // since Open
	Err        error          // nil: the database takes writes, as far as is known
}

// health remembers how the storage did.
type health struct {
	mu         sync.Mutex
	lastCommit time.Time
	failures   map[Reason]int
	failed     error // the last failure; nil after a commit that changed something
	damaged    error // stays: a damaged file does not heal while it is open
	moved      error // the file at the path is not the open one
}

// Health returns what is known of the storage. It does not ask the database.
func (e *Engine) Health() Health {
	h := &e.health
	h.mu.Lock()
	defer h.mu.Unlock()
	return Health{LastCommit: h.lastCommit, Failures: maps.Clone(h.failures), Err: errors.Join(h.failed, h.damaged, h.moved)}
}

// committed notes that a transaction that changed something is on disk.
func (h *health) committed(at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lastCommit, h.failed = at, nil
}

// note remembers an error if it is one of the storage.
func (h *health) note(err error) {
	reason := Unavailable(err)
	if reason == "" {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failures == nil {
		h.failures = map[Reason]int{}
	}
	h.failures[reason]++
	if reason == Damaged {
		h.damaged = fmt.Errorf("the database is damaged: %w", err)
		return
	}
	h.failed = fmt.Errorf("the database does not take writes: %w", err)
}

// needsHeartbeat reports whether only a write can tell how the storage does.
func (h *health) needsHeartbeat(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failed != nil || now.Sub(h.lastCommit) >= heartbeatWhen
}

// Watch calls Check until the context ends, and logs when the storage fails and when
// it is well again.
func (e *Engine) Watch(ctx context.Context, logger *slog.Logger) error {
	every := time.NewTicker(checkEvery)
	defer every.Stop()
	failing := false
	for {
		err := e.Check(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			if !failing {
				logger.ErrorContext(ctx, "database unavailable", "error", err)
			}
		case failing:
			logger.InfoContext(ctx, "database available again")
		}
		failing = err != nil
		select {
		case <-every.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// Check finds out whether the open file is still the one at its path, and whether the
// database takes writes: unless something was committed lately, it writes. It returns
// Health's Err.
func (e *Engine) Check(ctx context.Context) error {
	e.checkFile()
	if e.health.needsHeartbeat(e.now()) {
		// What is wrong with the storage was noted.
		if err := e.Transact(ctx, heartbeat); err != nil && Unavailable(err) == "" {
			return err
		}
	}
	return e.Health().Err
}

// replacedError says that the file at the database's path is not the open one.
type replacedError struct{ text string }

func (e *replacedError) Error() string { return e.text }

// replaced is an error while the file at the path is not the open one: what is
// committed to that would be lost.
func (h *health) replaced() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.moved
}

// checkFile notices a file that was replaced or removed.
func (e *Engine) checkFile() {
	found, err := os.Stat(e.path)
	switch {
	case err != nil:
		err = &replacedError{"the database's file was removed: put it back, or restart the server: " + err.Error()}
	case !os.SameFile(found, e.file):
		err = &replacedError{e.path + " was replaced by another file: restart the server"}
	}
	e.health.mu.Lock()
	defer e.health.mu.Unlock()
	e.health.moved = err
}
