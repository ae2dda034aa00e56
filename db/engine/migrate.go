package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// Migrate brings the tables of a database up to date, creating its file where
// there is none. The folder holds numbered migrations.
func Migrate(ctx context.Context, path string, folder fs.FS) (err error) {
	opened, err := openForMigration(path)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	provider, err := goose.NewProvider(gooseDialect, opened, folder)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring %s up to date (if it is damaged, restore a backup): %w", path, err)
	}
	return checkForeignKeys(ctx, opened, path)
}
