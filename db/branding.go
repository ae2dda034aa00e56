package db

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Branding is how an organization looks to people, and where its pages may
// lead and stand. What it holds was checked before it came here (web/branding).
type Branding struct {
	DisplayName  string   // what a person reads
	Accent       string   // “#12594a”; empty: ours
	Support      string   // a mailto: or https: URL for questions; empty: none is shown
	ReturnTo     []string // where links may return to: a scheme such as “myapp:”, or a host; none: anywhere
	EmbedOrigins []string // whose pages may frame the hosted ones, such as “https://shop.example.com”
	LogoHash     string   // what Logo finds it by; empty: none
}

// changes lists what differs, in words for those who look it up later.
func (b *Branding) changes(draft *Branding) []Change {
	list := func(entries []string) string { return strings.Join(entries, " ") }
	all := []Change{
		{Field: FieldDisplayName, Before: b.DisplayName, After: draft.DisplayName},
		{Field: FieldAccent, Before: b.Accent, After: draft.Accent},
		{Field: FieldSupport, Before: b.Support, After: draft.Support},
		{Field: FieldReturnTo, Before: list(b.ReturnTo), After: list(draft.ReturnTo)},
		{Field: FieldEmbedOrigins, Before: list(b.EmbedOrigins), After: list(draft.EmbedOrigins)},
	}
	return slices.DeleteFunc(all, func(c Change) bool { return c.Before == c.After })
}

// SetBranding changes all of an organization's branding but its logo, which
// has a way of its own, and notes who did.
func (db *DB) SetBranding(ctx context.Context, organizationID string, draft Branding, actor string) error {
	returnTo, err := asList(draft.ReturnTo)
	if err != nil {
		return fmt.Errorf("set branding: %w", err)
	}
	embedOrigins, err := asList(draft.EmbedOrigins)
	if err != nil {
		return fmt.Errorf("set branding: %w", err)
	}
	err = db.transact(ctx, func(tx *tx) error {
		old, err := organizationByID(tx.Context(), tx, organizationID)
		if err != nil {
			return err
		}
		if err := noteChange(tx, organizationID, actor, old.changes(&draft)...); err != nil {
			return err
		}
		return tx.execOne(`UPDATE organizations SET display_name = $1, accent = $2, support = $3, return_to = $4, embed_origins = $5
			WHERE id = $6`, draft.DisplayName, draft.Accent, draft.Support, returnTo, embedOrigins, organizationID)
	})
	if err != nil {
		return fmt.Errorf("set branding: %w", err)
	}
	return nil
}

// asList writes a list as JSON, none as an empty one.
func asList(entries []string) (string, error) {
	if entries == nil {
		entries = []string{}
	}
	text, err := json.Marshal(entries)
	return string(text), err
}

// logoHashBytes is long enough to tell logos apart; nothing depends on collision
// resistance.
const logoHashBytes = 16

// SetLogo gives an organization a logo, a PNG; none takes the old one away.
func (db *DB) SetLogo(ctx context.Context, organizationID string, content []byte, actor string) error {
	hashed := ""
	if len(content) > 0 {
		sum := sha256.Sum256(content)
		hashed = hex.EncodeToString(sum[:logoHashBytes])
	}
	err := db.transact(ctx, func(tx *tx) error {
		old, err := organizationByID(tx.Context(), tx, organizationID)
		if err != nil || old.LogoHash == hashed {
			return err
		}
		if err := tx.exec(`DELETE FROM logos WHERE organization_id = $1`, organizationID); err != nil {
			return err
		}
		if hashed != "" {
			if err := tx.exec(`INSERT INTO logos (organization_id, hash, content) VALUES ($1, $2, $3)`, organizationID, hashed, content); err != nil {
				return err
			}
		}
		if err := noteChange(tx, organizationID, actor, Change{Field: FieldLogo, Before: old.LogoHash, After: hashed}); err != nil {
			return err
		}
		return tx.execOne(`UPDATE organizations SET logo_hash = $1 WHERE id = $2`, hashed, organizationID)
	})
	if err != nil {
		return fmt.Errorf("set logo: %w", err)
	}
	return nil
}

// Logo finds a logo in use by its hash.
func (db *DB) Logo(ctx context.Context, hash string) (png []byte, err error) {
	err = db.read.QueryRowContext(ctx, `SELECT content FROM logos WHERE hash = $1 LIMIT 1`, hash).Scan(&png)
	if err != nil {
		return nil, fmt.Errorf("find logo: %w", orNotFound(err))
	}
	return png, nil
}
