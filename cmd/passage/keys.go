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

	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/db"
	"passage/web/branding"
)

// keysCommand manages the API keys of merchants, and what their webhooks are
// signed with.
type keysCommand struct {
	Create keysCreate `cmd:"" help:"Create an API key. It is shown only once."`
	List   keysList   `cmd:"" help:"List the API keys of one merchant, or of all."`
	Rotate keysRotate `cmd:"" help:"Create a successor with the same scope. The old key stays valid for a grace period."`
	Revoke keysRevoke `cmd:"" help:"Revoke an API key at once."`

	ShowWebhook   keysShowWebhook   `cmd:"" help:"Print the secret that verifies a merchant's webhooks."`
	RotateWebhook keysRotateWebhook `cmd:"" help:"Sign a merchant's webhooks with a new key and a new secret. The old ones stay valid for a grace period."`
}

type keysCreate struct {
	config.DataFlag
	config.IntegrationsFlag
	Org   string `help:"The merchant's name. A new merchant is created." required:""`
	Name  string `help:"A name for the key, to tell it from others."`
	Scope string `help:"Scope of the key: read (without claim URLs), links (also create and cancel links) or all." enum:"read,links,all" default:"all"`
	Test  bool   `help:"Create a test key, which reaches only the integration demo and the links of test keys."`
	Days  int    `help:"Days until the key expires; 0: no expiry." default:"0"`
}

type keysRotate struct {
	config.DataFlag
	ID      string        `arg:"" help:"The key's id, from \"keys list\"."`
	Overlap time.Duration `help:"How long the old key stays valid." default:"24h"`
}

type keysList struct {
	config.DataFlag
	Org string `help:"The merchant's name. Default: all merchants."`
}

type keysRevoke struct {
	config.DataFlag
	ID  string `arg:"" help:"The key's id, from \"keys list\"."`
	Org string `help:"The merchant's name, as a check. Optional."`
}

// withDB opens the database for a command, which may run beside a server.
func withDB(ctx context.Context, folder string, do func(*db.DB) error) (err error) {
	database, err := db.Open(ctx, db.Options{Folder: folder})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.Close()) }()
	return do(database)
}

// withExistingDB is withDB for commands that need an existing database. It keeps a
// typo in --data from creating one.
func withExistingDB(ctx context.Context, folder string, do func(*db.DB) error) error {
	if _, err := os.Stat(filepath.Join(folder, db.FileName)); err != nil {
		return fmt.Errorf("--data: there is no database in %s", folder)
	}
	return withDB(ctx, folder, do)
}

// Run creates a key.
func (c *keysCreate) Run(ctx context.Context, out *console.Console) error {
	if strings.TrimSpace(c.Org) == "" {
		return console.Usage(errors.New("--org: give the merchant's name; users see it on the pages"))
	}
	if c.Days < 0 || c.Days > maxKeyDays {
		return console.Usage(fmt.Errorf("--days: must be 0 (no expiry) to %d", maxKeyDays))
	}
	return withDB(ctx, c.Data, func(database *db.DB) error {
		organization, err := c.organization(ctx, database)
		if err != nil {
			return err
		}
		secret, err := database.CreateKey(ctx, db.NewKey{OrganizationID: organization.ID, Name: c.Name,
			Scope: db.Scope(c.Scope), Test: c.Test, Lifetime: time.Duration(c.Days) * 24 * time.Hour, Actor: atCommandLine()})
		if err != nil {
			return err
		}
		return showKey(out, secret)
	})
}

// organization finds the merchant, or creates it.
func (c *keysCreate) organization(ctx context.Context, database *db.DB) (db.Organization, error) {
	found, err := database.OrganizationByName(ctx, c.Org)
	if !errors.Is(err, db.ErrNotFound) {
		return found, err
	}
	taken, err := takenNames(c.IntegrationsFlag)
	if err != nil {
		return found, err
	}
	if problem := branding.CheckName(c.Org, taken); problem != "" {
		return found, console.Usage(errors.New("--org: " + problem))
	}
	made, err := database.CreateOrganization(ctx, c.Org, atCommandLine())
	if errors.Is(err, db.ErrExists) { // created since we checked
		return database.OrganizationByName(ctx, c.Org)
	}
	return made, err
}

// maxKeyDays keeps the expiry within the range of a time.
const maxKeyDays = 3650

func showKey(out *console.Console, secret string) error {
	fmt.Fprintln(out.Stderr, "Store this key now. It is shown only once.")
	return out.Printf("%s\n", secret)
}

// Run creates the successor of a key.
func (c *keysRotate) Run(ctx context.Context, out *console.Console) error {
	if c.Overlap < 0 {
		return console.Usage(errors.New("--overlap: must not be negative"))
	}
	return withExistingDB(ctx, c.Data, func(database *db.DB) error {
		secret, err := database.RotateKey(ctx, c.ID, c.Overlap, atCommandLine())
		if errors.Is(err, db.ErrNotFound) {
			return noSuchKey(c.ID)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(out.Stderr, "%s stays valid for %s.\n", c.ID, c.Overlap)
		return showKey(out, secret)
	})
}

func noSuchKey(id string) error {
	return fmt.Errorf("no active key %s; \"passage keys list\" shows them", id)
}

// Run lists keys, never their secrets.
func (c *keysList) Run(ctx context.Context, out *console.Console) error {
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
			fmt.Fprintln(out.Stderr, "There are no keys. Create one with \"passage keys create --org NAME\".")
			return nil
		}
		table := tabwriter.NewWriter(out.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tMERCHANT\tNAME\tKEY\tSCOPE\tCREATED\tLAST USED\tSTATE")
		for _, key := range keys {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", key.ID, key.OrganizationName, key.Name,
				key.Masked(), key.Scope, day(&key.CreatedAt), day(key.LastUsedAt), keyState(key, database.Now()))
		}
		return table.Flush()
	})
}

func keyState(key db.Key, now int64) string {
	switch {
	case key.RevokedAt != nil:
		return "revoked " + day(key.RevokedAt)
	case !key.InForce(now):
		return "expired " + day(key.ExpiresAt)
	case key.ExpiresAt != nil:
		return "until " + day(key.ExpiresAt)
	}
	return "in force"
}

// Run revokes a key.
func (c *keysRevoke) Run(ctx context.Context, out *console.Console) error {
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
			if key.ID == c.ID && key.InForce(database.Now()) {
				if err := database.RevokeKey(ctx, c.ID, atCommandLine()); err != nil {
					return err
				}
				return out.Printf("%s is revoked.\n", c.ID)
			}
		}
		return noSuchKey(c.ID)
	})
}

// findOrganization finds a merchant by name. For an empty name it returns an empty
// id, which stands for all merchants.
func findOrganization(ctx context.Context, database *db.DB, name string) (db.Organization, error) {
	if name == "" {
		return db.Organization{}, nil
	}
	found, err := database.OrganizationByName(ctx, name)
	if errors.Is(err, db.ErrNotFound) {
		return found, fmt.Errorf("there is no merchant %q; \"passage organizations list\" shows them", name)
	}
	return found, err
}

func day(at *int64) string {
	if at == nil {
		return "never"
	}
	return time.UnixMilli(*at).UTC().Format("2006-01-02 15:04")
}
