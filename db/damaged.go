package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"passage/db/engine"
)

// DamagedRow is a row with a value that cannot be decoded or decrypted. Its text shows
// nothing of the value, nor does it wrap an error that might.
type DamagedRow struct{ Table, ID, Column string }

func (d *DamagedRow) Error() string {
	return fmt.Sprintf("%s %s: the column %s cannot be read", d.Table, d.ID, d.Column)
}

// damagedIf returns a DamagedRow where a value could not be read.
func damagedIf(err error, table, id, column string) error {
	if err == nil {
		return nil
	}
	return &DamagedRow{table, id, column}
}

// leftOut remembers the damaged rows that lists left out, to log each once.
type leftOut struct {
	logger *slog.Logger
	seen   sync.Map // of DamagedRow
}

// isDamaged reports whether an error is a damaged row's, and logs the row.
func (l *leftOut) isDamaged(ctx context.Context, err error) bool {
	damaged, ok := errors.AsType[*DamagedRow](err)
	if !ok {
		return false
	}
	if _, known := l.seen.LoadOrStore(*damaged, true); !known {
		l.logger.ErrorContext(ctx, "left a damaged row out of a list", "table", damaged.Table, "id", damaged.ID, "column", damaged.Column)
	}
	return true
}

// list reads every row of a query, as engine.Collect does, but leaves out damaged ones.
func list[T any](ctx context.Context, db *DB, scan func(engine.Row) (T, error), query string, args ...any) ([]T, error) {
	rows, _, err := listPage(ctx, db, 0, nil, scan, query, args...)
	return rows, err
}

// listPage is list for a page of at most limit rows, of a query that gives one more
// where there are more; no limit if 0. It returns the cursor of the next page, "" at
// the end. Damaged rows count, so that a page of nothing else does not end the list.
func listPage[T any](ctx context.Context, db *DB, limit int, at func(*T) cursor, scan func(engine.Row) (T, error),
	query string, args ...any) (rows []T, next string, err error) {
	var last cursor
	seen := 0
	_, err = engine.Collect(ctx, db.read, func(r engine.Row) (struct{}, error) {
		row, err := scan(r)
		damaged := db.leftOut.isDamaged(ctx, err)
		if err != nil && !damaged {
			return struct{}{}, err
		}
		seen++
		if limit > 0 && seen > limit {
			next = last.String()
			return struct{}{}, nil
		}
		if at != nil {
			last = at(&row)
		}
		if !damaged {
			rows = append(rows, row)
		}
		return struct{}{}, nil
	}, query, args...)
	return rows, next, err
}

// LeavesOut reports whether a list should go on without a row, because the error is
// that of a damaged one. It logs the row.
func (db *DB) LeavesOut(ctx context.Context, err error) bool { return db.leftOut.isDamaged(ctx, err) }

// DamagedFile is a database whose file is not in order.
type DamagedFile struct {
	Path   string
	Faults []string // as SQLite tells them
}

func (d *DamagedFile) Error() string {
	return fmt.Sprintf("%s is damaged: restore a backup, or copy what can be read with “sqlite3 %s .recover” (%s)",
		d.Path, d.Path, strings.Join(d.Faults, "; "))
}

// QuickCheck reads the whole database of a folder, if there is one, and returns a
// DamagedFile where its structure is not in order. The database may be in use.
func QuickCheck(ctx context.Context, folder string) error {
	path := filepath.Join(folder, FileName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	faults, err := engine.QuickCheck(ctx, path)
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	if len(faults) > 0 {
		return &DamagedFile{path, faults}
	}
	return nil
}

// checkKeyset tells a damaged row from a wrong keyset, with which nothing decrypts: it
// decrypts one of the server's own secrets.
func (db *DB) checkKeyset(ctx context.Context) error {
	var name string
	if err := db.read.QueryRowContext(ctx, `SELECT name FROM settings ORDER BY name LIMIT 1`).Scan(&name); err != nil {
		return fmt.Errorf("check the keyset: %w", err)
	}
	if _, err := db.readSecret(ctx, db.read, name); err != nil {
		return fmt.Errorf("check the keyset: %w", err)
	}
	return nil
}
