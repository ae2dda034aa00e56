package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables up to date on a connection of its own. Foreign keys
// are off while it runs: with them on, rebuilding a parent table the way SQLite
// asks for empties its children. They are checked afterwards instead.
func migrate(ctx context.Context, path string) (err error) {
	query := "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(0)&_txlock=immediate"
	pool, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query}).String())
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	pool.SetMaxOpenConns(1)

	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, pool, folder)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring %s up to date (if it is damaged, restore a backup): %w", path, err)
	}
	return checkForeignKeys(ctx, pool, path)
}

func checkForeignKeys(ctx context.Context, pool *sql.DB, path string) error {
	broken, err := collect(ctx, pool, func(r row) (string, error) {
		var table, parent string
		var id, key any
		err := r.Scan(&table, &id, &parent, &key)
		return fmt.Sprintf("%s → %s", table, parent), err
	}, `PRAGMA foreign_key_check`)
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	if len(broken) > 0 {
		return fmt.Errorf("%s holds rows that refer to nothing (%v): restore a backup", path, broken)
	}
	return nil
}
