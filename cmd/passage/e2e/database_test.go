package e2e

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"passage/automation/prompt"
	"passage/db"
)

// What a test sees of the database that nobody outside does.

// look readies a look at the database that costs next to nothing.
func (s *stack) look(ctx context.Context) (err error) {
	raw, err := sql.Open("sqlite", "file:"+filepath.Join(s.folder, "passage.db")+"?_pragma=busy_timeout(5000)&_pragma=query_only(1)")
	if err != nil {
		return err
	}
	s.OnClose(raw.Close)
	raw.SetMaxOpenConns(1)
	s.status, err = raw.PrepareContext(ctx, `SELECT status FROM link_sessions WHERE id = $1`)
	return err
}

// atTurn reports whether the page of a session has something for the person to
// do or to know the end of. It spares tests the many pages in between.
func (s *stack) atTurn(t *testing.T, address string) bool {
	t.Helper()
	var status db.SessionStatus
	id, _, _ := strings.Cut(path.Base(address), ".") // of /s/{sessionCode}
	err := s.status.QueryRowContext(t.Context(), id).Scan(&status)
	if err != nil && !errors.Is(err, sql.ErrNoRows) { // it may be another page
		t.Fatalf("%s: %v", address, err)
	}
	return status != db.SessionQueued && status != db.SessionRunning
}

// asked is what a session asked, in order, each with the reason if again.
func (s *stack) asked(t *testing.T, sessionID string) string {
	t.Helper()
	prompts, err := s.DB.Prompts(t.Context(), sessionID)
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	for _, stored := range prompts {
		var question prompt.Prompt
		if err := json.Unmarshal(stored.Question, &question); err != nil {
			t.Fatal(err)
		}
		asked = append(asked, strings.TrimSpace(stored.Kind+" "+question.Reason))
	}
	return strings.Join(asked, ", ")
}
