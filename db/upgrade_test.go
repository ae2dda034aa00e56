package db_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"passage/db"
	"passage/db/dbtest"
)

// earlier holds databases as earlier versions of the program have left them: a
// folder for each version of the tables, with the database as SQL, its keyset, and
// what is known about it. They are never changed.
const earlier = "testdata/earlier"

// known is what a database holds that an upgrade has to keep.
type known struct {
	Organization, APIKey string
	PendingCode          string // the claim code of a link that waits
	Complete, Results    string // the id of a link, and what was read
	Failed, FailureCode  string // the id of a link, and how its session ended
	Sessions             int    // of that complete link
	Events               int
}

// A new migration comes with a database as the version before it leaves it:
// go test ./db -run TestUpgrade -update writes that of the present tables.
func TestUpgrade_KeepsTheDataOfEarlierVersions(t *testing.T) {
	t.Parallel()
	if *update {
		writeEarlier(t)
	}
	versions, err := os.ReadDir(earlier)
	if err != nil || len(versions) == 0 {
		t.Fatalf("%d versions, %v", len(versions), err)
	}
	for _, version := range versions {
		t.Run(version.Name(), func(t *testing.T) {
			w := &fixture{T: t, clock: dbtest.NewClock(), folder: t.TempDir()}
			known := w.readEarlier(filepath.Join(earlier, version.Name()))
			w.db = dbtest.OpenFolder(t, w.folder, w.clock.Now)
			w.raw, w.org = dbtest.Raw(t, w.folder), known.Organization
			w.wantKnown(known)
		})
	}
}

// wantKnown checks that what was there can still be read and be worked on.
func (w *fixture) wantKnown(known known) {
	w.Helper()
	key, err := w.db.Authenticate(w.Context(), known.APIKey)
	w.must(err)
	expect(w, "the key's organization", key.OrganizationID, known.Organization)

	complete := w.reload(db.Link{ID: known.Complete})
	expect(w, "status", complete.Status, db.LinkComplete)
	results, err := w.db.Result(&complete)
	w.must(err)
	expect(w, "results", string(results), known.Results)
	sessions, err := w.db.SessionsOf(w.Context(), complete.ID)
	w.must(err)
	expect(w, "sessions", len(sessions), known.Sessions)
	w.checkTimeline(sessions[0])

	failed := w.reload(db.Link{ID: known.Failed})
	expect(w, "status", failed.Status, db.LinkFailed)
	expect(w, "code", code(failed.Error), known.FailureCode)
	events, err := w.db.EventsAfter(w.Context(), db.EventFilter{OrganizationID: w.org, Limit: 1000})
	w.must(err)
	expect(w, "events", len(events), known.Events)
	secrets, err := w.db.EnsureWebhookSecrets(w.Context(), w.org)
	w.must(err)
	expect(w, "webhook secrets", len(secrets), 1)

	pending, err := w.db.LinkByCode(w.Context(), known.PendingCode)
	w.must(err)
	arguments, err := w.db.Arguments(&pending)
	w.must(err)
	expect(w, "arguments", string(arguments[1]), `{"cardNumber":"`+cardNumber+`"}`)
	dbtest.Finish(w.T, w.db, w.run(pending), `{}`)
	expect(w, "status at the end", w.reload(pending).Status, db.LinkComplete)
	w.link()
}

// readEarlier makes the data folder of an earlier version.
func (w *fixture) readEarlier(from string) (facts known) {
	w.Helper()
	read := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join(from, name))
		w.must(err)
		return text
	}
	w.must(json.Unmarshal(read("known.json"), &facts))
	w.must(os.WriteFile(filepath.Join(w.folder, db.KeysetName), read(db.KeysetName), 0o600))
	raw, err := sql.Open("sqlite", "file:"+filepath.Join(w.folder, db.FileName))
	w.must(err)
	_, err = raw.ExecContext(w.Context(), string(read("passage.sql")))
	w.must(errors.Join(err, raw.Close()))
	return facts
}

// writeEarlier writes what later versions have to upgrade, once for each version
// of the tables.
func writeEarlier(t *testing.T) {
	t.Helper()
	w := &fixture{T: t, clock: dbtest.NewClock(), folder: t.TempDir()}
	w.db = dbtest.OpenFolder(t, w.folder, w.clock.Now)
	w.raw = dbtest.Raw(t, w.folder)
	var version int
	w.must(w.raw.QueryRowContext(t.Context(), `SELECT MAX(version_id) FROM goose_db_version`).Scan(&version))
	to := filepath.Join(earlier, fmt.Sprintf("%05d", version))
	if _, err := os.Stat(to); err == nil {
		return
	}
	facts := w.makeKnown()
	w.must(os.MkdirAll(to, 0o755))
	keyset, err := os.ReadFile(filepath.Join(w.folder, db.KeysetName))
	w.must(err)
	text, err := json.MarshalIndent(facts, "", "  ")
	w.must(err)
	for name, content := range map[string][]byte{db.KeysetName: keyset, "known.json": append(text, '\n'), "passage.sql": []byte(w.asSQL())} {
		w.must(os.WriteFile(filepath.Join(to, name), content, 0o644))
	}
}

// makeKnown fills a database as its users would.
func (w *fixture) makeKnown() (facts known) {
	w.Helper()
	w.org = dbtest.Organization(w.T, w.db, "Acme Shop").ID
	key, err := w.db.CreateKey(w.Context(), db.NewKey{OrganizationID: w.org})
	w.must(err)
	_, err = w.db.EnsureWebhookSecrets(w.Context(), w.org)
	w.must(err)
	pending, failed, complete := w.link(), w.link(), w.link(reusable)
	w.must(w.db.FailSession(w.Context(), w.run(failed), failure("SITE_CHANGED")))
	w.must(w.db.FailSession(w.Context(), w.run(complete), failure("SITE_UNAVAILABLE")))
	dbtest.Finish(w.T, w.db, w.run(complete), string(result()))
	events, err := w.db.EventsAfter(w.Context(), db.EventFilter{OrganizationID: w.org, Limit: 1000})
	w.must(err)
	return known{Organization: w.org, APIKey: key, PendingCode: pending.ClaimCode, Failed: failed.ID, FailureCode: "SITE_CHANGED",
		Complete: complete.ID, Results: string(result()), Sessions: 2, Events: len(events)}
}

// asSQL writes the tables of a database as statements.
func (w *fixture) asSQL() string {
	w.Helper()
	strs := func(query string) (found []string) {
		rows, err := w.raw.QueryContext(w.Context(), query)
		w.must(err)
		defer func() { w.must(errors.Join(rows.Err(), rows.Close())) }()
		for rows.Next() {
			var text string
			w.must(rows.Scan(&text))
			found = append(found, text)
		}
		return found
	}
	statements := []string{"PRAGMA foreign_keys = OFF"}
	for _, kind := range []string{"table", "index", "trigger"} {
		statements = append(statements, strs(`SELECT sql FROM sqlite_schema WHERE type = '`+kind+`' AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%'`)...)
		if kind != "table" {
			continue
		}
		for _, table := range dbtest.Tables(w.T, w.raw) {
			var quoted []string
			for _, column := range strs(`SELECT name FROM pragma_table_info('` + table + `')`) {
				quoted = append(quoted, `quote("`+column+`")`)
			}
			statements = append(statements, strs(`SELECT 'INSERT INTO "`+table+`" VALUES (' || `+strings.Join(quoted, ` || ', ' || `)+` || ')' FROM "`+table+`"`)...)
		}
	}
	return strings.Join(slices.Concat(statements, []string{""}), ";\n")
}
