package db_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"passage/db"
	"passage/db/dbtest"
)

func TestLists_LeaveDamagedRowsOut(t *testing.T) {
	t.Parallel()
	folder, logs := t.TempDir(), new(bytes.Buffer)
	dbtest.OpenFolder(t, folder, nil)
	database, err := db.Open(t.Context(), db.Options{Folder: folder, Logger: slog.New(slog.NewTextHandler(logs, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := database.Close(); err != nil {
			t.Error(err)
		}
	})
	organization := dbtest.Organization(t, database, "acme").ID
	if _, err := database.Secret(t.Context(), "secret", 32); err != nil { // as every server has one
		t.Fatal(err)
	}
	var ids []string
	for range 6 {
		draft := dbtest.NewLink(organization)
		draft.Metadata = map[string]string{"canary": "4111111111111111"}
		link := dbtest.Link(t, database, draft)
		dbtest.Claim(t, database, link, "node")
		ids = append(ids, link.ID)
	}
	raw := dbtest.Raw(t, folder)
	for n, statement := range []string{
		`UPDATE links SET metadata = '{"canary":4111111111111111}' WHERE id = $1`,
		`UPDATE links SET claim_code = x'00' WHERE id = $1`,
		`UPDATE link_operations SET summary = '{' WHERE link_id = $1 AND position = 1`,
		`UPDATE link_sessions SET consent = '{' WHERE link_id = $1`,
	} {
		if _, err := raw.ExecContext(t.Context(), statement, ids[n]); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		wantPages(t, ids[3:], func(cursor string) (found []string, next string, err error) {
			links, next, err := database.Links(t.Context(), db.LinkFilter{OrganizationID: organization, Limit: 1, Cursor: cursor})
			for _, link := range links {
				found = append(found, link.ID)
			}
			return found, next, err
		})
		wantPages(t, slices.Concat(ids[:3], ids[4:]), func(cursor string) (found []string, next string, err error) {
			rows, next, err := database.Sessions(t.Context(), db.SessionFilter{Limit: 1, Cursor: cursor})
			for _, row := range rows {
				found = append(found, row.LinkID)
			}
			return found, next, err
		})
	}
	if got := strings.Count(logs.String(), "level=ERROR"); got != 4 {
		t.Errorf("4 rows are damaged, %d are logged:\n%s", got, logs)
	}
	for n, want := range []string{"metadata", "claim_code", "summary"} {
		if !strings.Contains(logs.String(), "id="+ids[n]+" column="+want) {
			t.Errorf("the log lacks %s of %s:\n%s", want, ids[n], logs)
		}
	}
	if strings.Contains(logs.String(), "4111") {
		t.Errorf("the log shows a value: %s", logs)
	}
	if _, err := database.Link(t.Context(), organization, ids[0]); err == nil || strings.Contains(err.Error(), "4111") {
		t.Errorf("the damaged link itself: %v", err)
	}
}

// wantPages reads a list to its end and compares what it holds, in any order.
func wantPages(t *testing.T, want []string, list func(cursor string) ([]string, string, error)) {
	t.Helper()
	got := pages(t, list, func() {})
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLists_LeaveDamagedOrganizationsAndEventsOut(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	dbtest.Finish(t, w.db, w.run(link), `{}`)
	if _, err := w.raw.ExecContext(t.Context(), `UPDATE events SET operations = '{'`); err != nil {
		t.Fatal(err)
	}
	if events, err := w.db.EventsOfLink(t.Context(), link.ID); err != nil || len(events) != 0 {
		t.Errorf("%v, %v", events, err)
	}
	if _, err := w.raw.ExecContext(t.Context(), `UPDATE organizations SET return_to = '{'`); err != nil {
		t.Fatal(err)
	}
	if organizations, err := w.db.Organizations(t.Context()); err != nil || len(organizations) != 0 {
		t.Errorf("%v, %v", organizations, err)
	}
	if keys, err := w.db.Keys(t.Context(), ""); err != nil || len(keys) != 0 {
		t.Errorf("%v, %v", keys, err)
	}
}

func TestQuickCheck_FindsDamage(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := db.QuickCheck(t.Context(), folder); err != nil {
		t.Errorf("no database: %v", err)
	}
	dbtest.OpenFolder(t, folder, nil)
	if err := db.QuickCheck(t.Context(), folder); err != nil {
		t.Errorf("a database in use: %v", err)
	}
	dbtest.Damage(t, folder)
	err := db.QuickCheck(t.Context(), folder)
	if damaged, ok := errors.AsType[*db.DamagedFile](err); !ok || len(damaged.Faults) == 0 {
		t.Errorf("a damaged database: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.QuickCheck(ctx, folder); !errors.Is(err, context.Canceled) {
		t.Errorf("a check without time: %v", err)
	}
}
