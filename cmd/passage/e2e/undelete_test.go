package e2e

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"
)

// What is destroyed is in no file of the live data folder a few seconds later, so
// that neither a copy with the keyset beside it nor a later backup gives it back:
// the card once a write is complete, and the results once they are deleted.
func TestDestroyedData_IsInNoFileOfTheLiveFolder(t *testing.T) {
	t.Parallel()
	s := ownStack(t)
	user := someone(t, "code")
	v := s.visitor(t, s.newLink(t, ask(readCards(), writeCard())))
	card := s.sealed(t, v.link.LinkID, `SELECT arguments_key FROM links WHERE id = $1`,
		`SELECT arguments FROM link_operations WHERE link_id = $1 AND arguments IS NOT NULL`)
	s.wantInFiles(t, "before", card)
	v.walk(v.claim(), user.Person())
	expect(t, "the link", s.link(t, v.link.LinkID).code(), "complete")
	eventually(t, "the card is in no file", func() bool { return len(s.inFiles(t, card)) == 0 })

	results := s.sealed(t, v.link.LinkID, `SELECT data_key FROM links WHERE id = $1`, `SELECT result FROM links WHERE id = $1`)
	s.wantInFiles(t, "before", results)
	expect(t, "the deletion", s.call(t, http.MethodDelete, "/v1/links/"+v.link.LinkID+"/data", nil).status, http.StatusNoContent)
	eventually(t, "the results are in no file", func() bool { return len(s.inFiles(t, results)) == 0 })
}

// sealed reads encrypted values and wrapped keys of a link, as they are stored.
func (s *stack) sealed(t *testing.T, linkID string, queries ...string) (values [][]byte) {
	t.Helper()
	raw, err := sql.Open("sqlite", "file:"+filepath.Join(s.folder, "passage.db")+"?_pragma=busy_timeout(5000)&_pragma=query_only(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }() // it only read
	for _, query := range queries {
		var value []byte
		if err := raw.QueryRowContext(t.Context(), query, linkID).Scan(&value); err != nil || len(value) == 0 {
			t.Fatalf("%s: %d bytes, %v", query, len(value), err)
		}
		values = append(values, value)
	}
	return values
}

// wantInFiles checks that a search would find the values.
func (s *stack) wantInFiles(t *testing.T, when string, values [][]byte) {
	t.Helper()
	if found := s.inFiles(t, values); len(found) < len(values) {
		t.Fatalf("%s, the search finds %v", when, found)
	}
}

// inFiles names the files of a copy of the live folder that hold a value.
func (s *stack) inFiles(t *testing.T, values [][]byte) (found []string) {
	t.Helper()
	for _, name := range []string{"passage.db", "passage.db-wal"} {
		content, err := os.ReadFile(filepath.Join(s.folder, name))
		if err != nil {
			t.Fatal(err)
		}
		for n, value := range values {
			if bytes.Contains(content, value) {
				found = append(found, fmt.Sprintf("%d in %s", n, name))
			}
		}
	}
	return found
}
