package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/db"
)

// settingsFlags are everything that an operator sets for a merchant.
type settingsFlags struct {
	brandingFlags
	quotaFlags
	retentionFlag
}

// organizationSettings are settings to store.
type organizationSettings struct {
	rebranding
	quota       db.Quota
	retainLinks *time.Duration
}

// read applies the flags to what is stored, and reports the first kind of flags that
// has errors.
func (f settingsFlags) read(kept db.Organization, scripts config.IntegrationsFlag) (s organizationSettings, err error) {
	if s.rebranding, err = f.brandingFlags.read(kept.Branding, scripts); err != nil {
		return s, err
	}
	if s.quota, err = f.quotaFlags.read(kept.Quota); err != nil {
		return s, err
	}
	s.retainLinks, err = f.retentionFlag.read(kept.RetainLinks)
	return s, err
}

func (s *organizationSettings) keep(ctx context.Context, database *db.DB, organizationID string) error {
	if err := s.rebranding.keep(ctx, database, organizationID); err != nil {
		return err
	}
	if err := database.SetQuota(ctx, organizationID, s.quota, atCommandLine()); err != nil {
		return err
	}
	return database.SetLinkRetention(ctx, organizationID, s.retainLinks, atCommandLine())
}

// quotaFlags are what a merchant may use; nil if not given.
type quotaFlags struct {
	LinksPerDay    *int `help:"Links that the merchant may create in a day of UTC. 0: no limit." placeholder:"N"`
	SessionsAtOnce *int `help:"Sessions of the merchant's users that may be open at once. 0: no limit." placeholder:"N"`
}

// read applies the flags to the stored quota.
func (f quotaFlags) read(kept db.Quota) (db.Quota, error) {
	var errs []error
	for _, flag := range []struct {
		name  string
		given *int
		field *int
	}{{"links-per-day", f.LinksPerDay, &kept.LinksPerDay}, {"sessions-at-once", f.SessionsAtOnce, &kept.SessionsAtOnce}} {
		if flag.given == nil {
			continue
		}
		if *flag.field = *flag.given; *flag.given < 0 {
			errs = append(errs, fmt.Errorf("--%s: must be 0 or more", flag.name))
		}
	}
	return kept, console.Usage(errors.Join(errs...))
}

// retentionFlag is how long a merchant's links are kept; nil if not given.
type retentionFlag struct {
	RetainLinks *string `help:"How long links are kept after their end, such as 400d. 0: for ever. Empty: as serve is told." placeholder:"DAYSd"`
}

func (f retentionFlag) read(kept *time.Duration) (*time.Duration, error) {
	switch {
	case f.RetainLinks == nil:
		return kept, nil
	case *f.RetainLinks == "":
		return nil, nil
	}
	var days config.Days
	if err := days.UnmarshalText([]byte(*f.RetainLinks)); err != nil {
		return nil, console.Usage(fmt.Errorf("--retain-links: %w", err))
	}
	return new(time.Duration(days)), nil
}
