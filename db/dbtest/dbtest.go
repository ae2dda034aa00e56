// Package dbtest opens real databases for tests and drives their clock.
//
// It owns nothing that ships: only tests import it.
package dbtest

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"passage/db"
)

// Clock is a clock that moves only when a test moves it.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts at a fixed time.
func NewClock() *Clock { return &Clock{now: time.UnixMilli(1_800_000_000_000).UTC()} }

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock forward.
func (c *Clock) Advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

// Open makes a database in a folder of the test's own.
func Open(t testing.TB, now func() time.Time) *db.DB {
	t.Helper()
	return OpenFolder(t, t.TempDir(), now)
}

// OpenFolder opens the database in a folder; several may share one. The write-ahead log
// keeps what was destroyed, so that tests can see whether something was written.
func OpenFolder(t testing.TB, folder string, now func() time.Time) *db.DB {
	t.Helper()
	must(t, fill(folder))
	database, err := db.Open(t.Context(), db.Options{Folder: folder, Now: now, KeepLog: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := database.Close(); err != nil {
			t.Error(err)
		}
	})
	return database
}

// empty holds the files of a new database, by name: bringing the tables up to
// date is the most costly part of opening one, so it is done once.
var empty = sync.OnceValues(func() (files map[string][]byte, err error) {
	folder, err := os.MkdirTemp("", "dbtest")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	database, err := db.Open(context.Background(), db.Options{Folder: folder})
	if err != nil {
		return nil, err
	}
	if err := database.Close(); err != nil {
		return nil, err
	}
	files = map[string][]byte{}
	for _, name := range []string{"passage.db", "keyset.json"} {
		if files[name], err = os.ReadFile(filepath.Join(folder, name)); err != nil {
			return nil, err
		}
	}
	return files, nil
})

// fill puts a new database into a folder that has none.
func fill(folder string) error {
	if _, err := os.Stat(filepath.Join(folder, "passage.db")); err == nil {
		return nil
	}
	files, err := empty()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Organization makes an organization.
func Organization(t testing.TB, database *db.DB, name string) db.Organization {
	t.Helper()
	organization, err := database.EnsureOrganization(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return organization
}

// NewLink is a link of one read and one write for the demo integration.
func NewLink(organizationID string) db.NewLink {
	return db.NewLink{
		OrganizationID: organizationID,
		IntegrationID:  "demo",
		Lifetime:       4 * time.Hour,
		WebhookURL:     "https://merchant.example/hooks",
		Operations: []db.NewOperation{
			{Resource: "paymentMethod", Action: "read"},
			{Resource: "paymentMethod", Action: "write", Arguments: json.RawMessage(`{"cardNumber":"4111111111111111"}`),
				Summary: map[string]string{"last4": "1111"}},
		},
	}
}

// Link creates a link.
func Link(t testing.TB, database *db.DB, draft db.NewLink) db.Link {
	t.Helper()
	link, _, err := database.CreateLink(t.Context(), draft, nil)
	if err != nil {
		t.Fatal(err)
	}
	return link
}

// Claim claims a link for a node.
func Claim(t testing.TB, database *db.DB, link db.Link, node string) db.Claimed {
	t.Helper()
	claimed, err := database.ClaimLink(t.Context(), NewClaim(link.ClaimCode, node))
	if err != nil {
		t.Fatal(err)
	}
	return claimed
}

// What NewClaim claims with.
const (
	Visitor = "visitor"
	Version = "version" // the hash of the script
)

// NewClaim is a person's claim with a credentials prompt.
func NewClaim(code, node string) db.Claim {
	return db.Claim{
		Code: code, Node: node, Visitor: Visitor, Consent: db.Consent{Via: "page"},
		Script: db.Script{Hash: Version, IntegrationID: "demo"},
		Prompt: db.NewPrompt{Kind: "credentials", Question: json.RawMessage(`{"kind":"credentials"}`)},
	}
}
