package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strings"
	"text/tabwriter"
	"time"

	"passage/automation/catalog"
	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/db"
	"passage/web/branding"
)

// organizationsCommand manages merchants and how they look to people.
type organizationsCommand struct {
	List   organizationsList   `cmd:"" help:"List the merchants."`
	Create organizationsCreate `cmd:"" help:"Add a merchant."`
	Show   organizationsShow   `cmd:"" help:"Show a merchant: its look, its quota, and who changed them."`
	Edit   organizationsEdit   `cmd:"" help:"Change how a merchant looks to users, and its quota. Flags that are not given change nothing."`
}

type organizationsList struct{ config.DataFlag }

type organizationsCreate struct {
	config.DataFlag
	config.IntegrationsFlag
	Org string `help:"The merchant's name. Users see it unless --display-name gives another." required:""`
	settingsFlags
}

type organizationsShow struct {
	config.DataFlag
	Org string `help:"The merchant's name." required:""`
}

type organizationsEdit struct {
	config.DataFlag
	config.IntegrationsFlag
	Org string `help:"The merchant's name." required:""`
	settingsFlags
}

// brandingFlags are the fields of a merchant's branding; nil if not given.
type brandingFlags struct {
	DisplayName *string  `help:"The name that users see. It must not resemble an integration's."`
	Logo        *string  `help:"A PNG, JPEG, GIF or WebP file, cropped to a square. Empty removes the logo." placeholder:"FILE"`
	Accent      *string  `help:"The colour of buttons and links, such as #12594a. Empty: Passage's own." placeholder:"COLOUR"`
	Support     *string  `help:"Support contact for users: an email address or an https URL. Empty: none." placeholder:"ADDRESS"`
	ReturnTo    []string `help:"Allowed return URLs: a host such as shop.example.com, or an app's scheme such as myapp:. May be repeated. Empty: any." placeholder:"HOST|SCHEME:"`
	EmbedOrigin []string `help:"Allowed embedding origins, such as https://shop.example.com. May be repeated. Empty: none." placeholder:"ORIGIN"`
}

// atCommandLine is the author that the audit log records for a change made here.
func atCommandLine() string {
	account, err := user.Current()
	if err != nil {
		return "the command line"
	}
	return account.Username + " at the command line"
}

// Run lists the merchants.
func (c *organizationsList) Run(ctx context.Context, out *console.Console) error {
	return withExistingDB(ctx, c.Data, func(database *db.DB) error {
		found, err := database.OrganizationStats(ctx, 24*time.Hour)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			fmt.Fprintln(out.Stderr, "There are no merchants. Add one with \"passage organizations create --org NAME\".")
			return nil
		}
		table := tabwriter.NewWriter(out.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "NAME\tDISPLAY NAME\tKEYS\tLINKS, 24 H\tFAILURES, 24 H\tLAST USED")
		for _, o := range found {
			fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%s\n", o.Name, o.DisplayName, o.Keys, o.Links, o.Failures, day(o.LastUsedAt))
		}
		return table.Flush()
	})
}

// Run adds a merchant.
func (c *organizationsCreate) Run(ctx context.Context, out *console.Console) error {
	return withDB(ctx, c.Data, func(database *db.DB) error {
		settings, err := c.read(db.Organization{Branding: db.Branding{DisplayName: c.Org}}, c.IntegrationsFlag)
		if err != nil {
			return err
		}
		organization, err := database.CreateOrganization(ctx, c.Org, atCommandLine())
		if errors.Is(err, db.ErrExists) {
			return fmt.Errorf("merchant %q exists already; \"passage organizations edit\" changes it", c.Org)
		}
		if err != nil {
			return err
		}
		if err := settings.keep(ctx, database, organization.ID); err != nil {
			return err
		}
		return out.Printf("%s\n", organization.ID)
	})
}

// Run changes a merchant.
func (c *organizationsEdit) Run(ctx context.Context, out *console.Console) error {
	return withMerchant(ctx, c.Data, c.Org, func(database *db.DB, organization db.Organization) error {
		settings, err := c.read(organization, c.IntegrationsFlag)
		if err != nil {
			return err
		}
		if err := settings.keep(ctx, database, organization.ID); err != nil {
			return err
		}
		if advice := branding.Advice(settings.Accent); c.Accent != nil && advice != "" {
			fmt.Fprintf(out.Stderr, "%s is kept; %s.\n", settings.Accent, advice)
		}
		return out.Printf("%s has been changed.\n", organization.Name)
	})
}

// rebranding is the branding to store; a nil logo changes nothing.
type rebranding struct {
	db.Branding
	logo []byte
}

func (r *rebranding) keep(ctx context.Context, database *db.DB, organizationID string) error {
	if err := database.SetBranding(ctx, organizationID, r.Branding, atCommandLine()); err != nil {
		return err
	}
	if r.logo == nil {
		return nil
	}
	return database.SetLogo(ctx, organizationID, r.logo, atCommandLine())
}

// read applies the flags to the stored branding, and reports every error.
func (f brandingFlags) read(kept db.Branding, scripts config.IntegrationsFlag) (rebranding, error) {
	taken, err := takenNames(scripts)
	if err != nil {
		return rebranding{}, err
	}
	form := branding.FormOf(kept)
	for flag, field := range map[*string]*string{f.DisplayName: &form.DisplayName, f.Accent: &form.Accent, f.Support: &form.Support} {
		if flag != nil {
			*field = *flag
		}
	}
	if f.ReturnTo != nil {
		form.ReturnTo = f.ReturnTo
	}
	if f.EmbedOrigin != nil {
		form.EmbedOrigins = f.EmbedOrigin
	}
	read, errs := form.Validate(taken)
	var wrong []error
	for _, issue := range errs {
		wrong = append(wrong, fmt.Errorf("--%s: %s", brandingFlag[issue.Field], issue.Text))
	}
	logo, err := f.readLogo()
	if err != nil {
		wrong = append(wrong, fmt.Errorf("--logo: %w", err))
	}
	return rebranding{read, logo}, console.Usage(errors.Join(wrong...))
}

// brandingFlag names the flag of a field.
var brandingFlag = map[string]string{
	branding.FieldDisplayName: "display-name", branding.FieldAccent: "accent", branding.FieldSupport: "support",
	branding.FieldReturnTo: "return-to", branding.FieldEmbedOrigins: "embed-origin",
}

// readLogo returns nil without the flag, and an empty logo to remove it.
func (f brandingFlags) readLogo() ([]byte, error) {
	switch {
	case f.Logo == nil:
		return nil, nil
	case *f.Logo == "":
		return []byte{}, nil
	}
	file, err := os.Open(*f.Logo)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	return branding.Logo(file)
}

// takenNames are the names of integrations, which a merchant cannot use.
func takenNames(scripts config.IntegrationsFlag) ([]string, error) {
	loaded, err := catalog.Load(catalog.Options{Folder: scripts.Folder()})
	if err != nil {
		return nil, err
	}
	return branding.IntegrationNames(loaded), nil
}

// shownChanges is how many changes show prints, newest first.
const shownChanges = 20

// Run prints a merchant's branding, its quota, and its changes.
func (c *organizationsShow) Run(ctx context.Context, out *console.Console) error {
	return withMerchant(ctx, c.Data, c.Org, func(database *db.DB, o db.Organization) error {
		changes, err := database.Changes(ctx, o.ID, shownChanges)
		if err != nil {
			return err
		}
		or := func(text, otherwise string) string {
			if text == "" {
				return otherwise
			}
			return text
		}
		table := tabwriter.NewWriter(out.Stdout, 0, 0, 2, ' ', 0)
		for _, row := range [][2]string{
			{"id", o.ID}, {"name", o.Name}, {"display name", o.DisplayName}, {"created", day(&o.CreatedAt)},
			{"logo", or(o.LogoHash, "none")}, {"accent", or(o.Accent, "Passage's own")}, {"", branding.Advice(o.Accent)},
			{"support", or(branding.SupportText(o.Support), "none")},
			{"return to", or(strings.Join(o.ReturnTo, ", "), "anywhere")},
			{"embed origins", or(strings.Join(o.EmbedOrigins, ", "), "none")},
			{"links a day", db.QuotaText(o.LinksPerDay)}, {"sessions at once", db.QuotaText(o.SessionsAtOnce)},
			{"links kept", db.RetentionText(o.RetainLinks)},
		} {
			if row[1] != "" {
				fmt.Fprintf(table, "%s\t%s\n", row[0], row[1])
			}
		}
		if len(changes) > 0 {
			fmt.Fprintln(table, "\nWHEN\tWHO\tWHAT\tBEFORE\tAFTER")
		}
		for _, change := range changes {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", day(&change.At), change.Actor, change.Field, change.Before, change.After)
		}
		return table.Flush()
	})
}
