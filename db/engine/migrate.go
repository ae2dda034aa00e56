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
	if err := refuseNewer(ctx, provider, path); err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring %s up to date (if it is damaged, restore a backup): %w", path, err)
	}
	return checkForeignKeys(ctx, opened, path)
}

// refuseNewer fails if a later version of this program has changed the tables: this
// one would write what the later one does not expect.
func refuseNewer(ctx context.Context, provider *goose.Provider, path string) error {
	known, latest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version of %s (if it is damaged, restore a backup): %w", path, err)
	}
	if known > latest {
		return fmt.Errorf("%s was used by a later version of Passage (its tables have version %d, this program knows up to %d): start the later version, or restore a backup from before it", path, known, latest)
	}
	return nil
}
