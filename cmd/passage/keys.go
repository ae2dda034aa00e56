package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"passage/db"
)

// keysCommand manages the API keys of merchants.
type keysCommand struct {
	Create keysCreate `cmd:"" help:"Make an API key. It is shown this one time."`
	List   keysList   `cmd:"" help:"List the API keys of a merchant, or of all."`
	Revoke keysRevoke `cmd:"" help:"End an API key at once."`
}

type keysCreate struct {
	dataFlag
	Org string `help:"The merchant's name; made if it is new." required:""`
}

type keysList struct {
	dataFlag
	Org string `help:"The merchant's name; all unless said."`
}

type keysRevoke struct {
	dataFlag
	ID  string `arg:"" help:"The key's id, from \"keys list\"."`
	Org string `help:"The merchant's name, as a check; may be left out."`
}

// withDB opens the data folder for a command that runs beside a server.
func withDB(ctx context.Context, folder string, do func(*db.DB) error) (err error) {
	database, err := db.Open(ctx, db.Options{Folder: folder})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.Close()) }()
	return do(database)
}

// withExistingDB is for commands that have nothing to do in an empty folder, so
// that a slip in --data makes none.
func withExistingDB(ctx context.Context, folder string, do func(*db.DB) error) error {
	if _, err := os.Stat(filepath.Join(folder, db.FileName)); err != nil {
		return fmt.Errorf("--data: there is no database in %s", folder)
	}
	return withDB(ctx, folder, do)
}

// Run makes a key.
func (c *keysCreate) Run(ctx context.Context, out *console) error {
	if strings.TrimSpace(c.Org) == "" {
		return asUsage(errors.New("--org: give the merchant's name; people read it on the pages"))
	}
	return withDB(ctx, c.Data, func(database *db.DB) error {
		organization, err := database.EnsureOrganization(ctx, c.Org)
		if err != nil {
			return err
		}
		secret, err := database.CreateKey(ctx, organization.ID)
		if err != nil {
			return err
		}
		fmt.Fprintln(out.stderr, "Keep this key; it is not shown again.")
		return out.printf("%s\n", secret)
	})
}

// Run lists keys, never their secrets.
func (c *keysList) Run(ctx context.Context, out *console) error {
	return withExistingDB(ctx, c.Data, func(database *db.DB) error {
		organization, err := findOrganization(ctx, database, c.Org)
		if err != nil {
			return err
		}
		keys, err := database.Keys(ctx, organization.ID)
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			fmt.Fprintln(out.stderr, "There are no keys. Make one with \"passage keys create --org NAME\".")
			return nil
		}
		table := tabwriter.NewWriter(out.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tMERCHANT\tKEY\tCREATED\tLAST USED\tSTATE")
		for _, key := range keys {
			state := "in force"
			if key.RevokedAt != nil {
				state = "revoked " + day(key.RevokedAt)
			}
			fmt.Fprintf(table, "%s\t%s\tpsg_…%s\t%s\t%s\t%s\n", key.ID, key.OrganizationName, key.Hint,
				day(&key.CreatedAt), day(key.LastUsedAt), state)
		}
		return table.Flush()
	})
}

// Run revokes a key.
func (c *keysRevoke) Run(ctx context.Context, out *console) error {
	return withExistingDB(ctx, c.Data, func(database *db.DB) error {
		organization, err := findOrganization(ctx, database, c.Org)
		if err != nil {
			return err
		}
		keys, err := database.Keys(ctx, organization.ID)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if key.ID == c.ID && key.RevokedAt == nil {
				if err := database.RevokeKey(ctx, c.ID); err != nil {
					return err
				}
				return out.printf("%s is revoked.\n", c.ID)
			}
		}
		return fmt.Errorf("there is no key %s in force; \"passage keys list\" shows them", c.ID)
	})
}

// findOrganization finds a merchant by name; no name is every merchant, whose
// id is empty.
func findOrganization(ctx context.Context, database *db.DB, name string) (db.Organization, error) {
	if name == "" {
		return db.Organization{}, nil
	}
	organizations, err := database.Organizations(ctx)
	if err != nil {
		return db.Organization{}, err
	}
	for _, organization := range organizations {
		if organization.Name == name {
			return organization, nil
		}
	}
	return db.Organization{}, fmt.Errorf("there is no merchant %q", name)
}

func day(at *int64) string {
	if at == nil {
		return "never"
	}
	return time.UnixMilli(*at).UTC().Format("2006-01-02 15:04")
}
