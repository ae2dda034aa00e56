package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/db"
)

type keysShowWebhook struct {
	config.DataFlag
	Org string `help:"The merchant's name." required:""`
}

type keysRotateWebhook struct {
	config.DataFlag
	Org     string        `help:"The merchant's name." required:""`
	Overlap time.Duration `help:"How long the old key and secret stay valid." default:"24h"`
}

// Run prints the active secrets, newest first, one per line. The server signs with
// them, so unlike API keys they are stored. It also prints the audience, which a
// verifier needs.
func (c *keysShowWebhook) Run(ctx context.Context, out *console.Console) error {
	return withMerchant(ctx, c.Data, c.Org, func(database *db.DB, organization db.Organization) error {
		secrets, err := database.EnsureWebhookSecrets(ctx, organization.ID)
		if err != nil {
			return err
		}
		fmt.Fprintf(out.Stderr, "X-Passage-Signature, the other signature, has this audience (aud): %s\n", organization.ID)
		return out.Printf("%s\n", strings.Join(secrets, "\n"))
	})
}

// Run creates the next signing key and the next secret.
func (c *keysRotateWebhook) Run(ctx context.Context, out *console.Console) error {
	if c.Overlap < 0 {
		return console.Usage(errors.New("--overlap: must not be negative"))
	}
	return withMerchant(ctx, c.Data, c.Org, func(database *db.DB, organization db.Organization) error {
		secret, err := database.RotateWebhookKeys(ctx, organization.ID, c.Overlap, atCommandLine())
		if err != nil {
			return err
		}
		fmt.Fprintf(out.Stderr, "Webhooks are now signed with a new key and with this secret. The old ones stay valid for %s.\n", c.Overlap)
		return out.Printf("%s\n", secret)
	})
}

// withMerchant opens the data folder for a command about one merchant.
func withMerchant(ctx context.Context, folder, name string, do func(*db.DB, db.Organization) error) error {
	if strings.TrimSpace(name) == "" {
		return console.Usage(errors.New("--org: give the merchant's name"))
	}
	return withExistingDB(ctx, folder, func(database *db.DB) error {
		organization, err := findOrganization(ctx, database, name)
		if err != nil {
			return err
		}
		return do(database, organization)
	})
}
