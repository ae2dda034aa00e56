package dbtest

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"passage/db"
)

// Run gives a claimed session its credentials and its browser.
func Run(t testing.TB, database *db.DB, claimed db.Claimed) db.Lease {
	t.Helper()
	lease := claimed.Session.Lease()
	must(t, database.StartSession(t.Context(), lease, claimed.PromptID))
	must(t, database.RunSession(t.Context(), lease))
	return lease
}

// Finish carries a session that runs through all its operations to success.
func Finish(t testing.TB, database *db.DB, lease db.Lease, result string) {
	t.Helper()
	operations, err := database.SessionOperations(t.Context(), lease.SessionID)
	must(t, err)
	for _, operation := range operations {
		if operation.Status == db.OperationPending {
			must(t, database.StartOperation(t.Context(), lease, operation.Position))
		}
		if operation.Status != db.OperationComplete {
			must(t, database.CompleteOperation(t.Context(), lease, operation.Position, nil))
		}
	}
	must(t, database.CompleteSession(t.Context(), lease, json.RawMessage(result)))
}

// Submit carries a session that runs to where the second operation of NewLink,
// the write, was handed to the site.
func Submit(t testing.TB, database *db.DB, lease db.Lease) {
	t.Helper()
	must(t, database.StartOperation(t.Context(), lease, 0))
	must(t, database.CompleteOperation(t.Context(), lease, 0, nil))
	must(t, database.StartOperation(t.Context(), lease, 1))
	must(t, database.SubmitOperation(t.Context(), lease, 1))
}

// Raw opens the file of a data folder without the package db, on one connection.
func Raw(t testing.TB, folder string) *sql.DB {
	t.Helper()
	raw, err := sql.Open("sqlite", "file:"+filepath.Join(folder, "passage.db")+"?_pragma=busy_timeout(5000)")
	must(t, err)
	raw.SetMaxOpenConns(1)
	t.Cleanup(func() { must(t, raw.Close()) })
	return raw
}

// Dump renders every row of every table, to compare two moments.
func Dump(t testing.TB, raw *sql.DB) string {
	t.Helper()
	var text strings.Builder
	for _, table := range Tables(t, raw) {
		dumpTable(t, raw, table, &text)
	}
	return text.String()
}

// Tables names the tables of a database.
func Tables(t testing.TB, raw *sql.DB) (names []string) {
	t.Helper()
	rows, err := raw.QueryContext(t.Context(), `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
	must(t, err)
	defer func() { must(t, errors.Join(rows.Err(), rows.Close())) }()
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		names = append(names, name)
	}
	return names
}

func dumpTable(t testing.TB, raw *sql.DB, table string, text *strings.Builder) {
	t.Helper()
	rows, err := raw.QueryContext(t.Context(), `SELECT * FROM "`+table+`" ORDER BY 1, 2`)
	must(t, err)
	defer func() { must(t, errors.Join(rows.Err(), rows.Close())) }()
	columns, err := rows.Columns()
	must(t, err)
	for rows.Next() {
		values := make([]any, len(columns))
		places := make([]any, len(columns))
		for n := range values {
			places[n] = &values[n]
		}
		must(t, rows.Scan(places...))
		fmt.Fprintf(text, "%s:", table)
		for n, value := range values {
			fmt.Fprintf(text, " %s=%v", columns[n], value)
		}
		text.WriteString("\n")
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
