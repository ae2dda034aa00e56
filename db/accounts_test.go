package db_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"sync"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

func TestAuthenticate_AcceptsAKeyUntilItIsRevoked(t *testing.T) {
	w := newFixture(t)
	secret, err := w.db.CreateKey(t.Context(), db.NewKey{OrganizationID: w.org})
	w.must(err)
	other, err := w.db.CreateKey(t.Context(), db.NewKey{OrganizationID: w.org})
	w.must(err)
	key, err := w.db.Authenticate(t.Context(), secret)
	w.must(err)
	expect(t, "organization", key.OrganizationID, w.org)
	expect(t, "organization's name", key.OrganizationName, "shop")
	expect(t, "hint", key.Hint, secret[len(secret)-4:])
	for _, wrong := range []string{"", "psg_", secret[:len(secret)-1], secret + "x", strings.ToUpper(secret)} {
		_, err := w.db.Authenticate(t.Context(), wrong)
		w.want(err, db.ErrMalformedKey)
	}
	elsewhere := secretOfAnotherServer(t)
	_, err = w.db.Authenticate(t.Context(), elsewhere) // a whole key, of another server
	w.want(err, db.ErrNotFound)
	w.must(w.db.RevokeKey(t.Context(), key.ID, "ada"))
	_, err = w.db.Authenticate(t.Context(), secret)
	w.want(err, db.ErrKeyRevoked)
	w.want(w.db.RevokeKey(t.Context(), key.ID, "ada"), db.ErrNotFound)
	w.want(w.db.RevokeKey(t.Context(), "key_none", "ada"), db.ErrNotFound)
	_, err = w.db.Authenticate(t.Context(), other)
	w.must(err)
	keys, err := w.db.Keys(t.Context(), w.org)
	w.must(err)
	expect(t, "keys listed", len(keys), 2)
	none, err := w.db.Keys(t.Context(), "org_none")
	w.must(err)
	expect(t, "keys of nobody", len(none), 0)
}

// secretOfAnotherServer is a whole key that opens nothing here.
func secretOfAnotherServer(t *testing.T) string {
	t.Helper()
	other := dbtest.Open(t, dbtest.NewClock().Now)
	secret, err := other.CreateKey(t.Context(), db.NewKey{OrganizationID: dbtest.Organization(t, other, "other").ID})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestCreateKey_StoresWhatItWasGiven(t *testing.T) {
	w := newFixture(t)
	secret, err := w.db.CreateKey(t.Context(), db.NewKey{OrganizationID: w.org, Name: "reports", Scope: db.ScopeRead, Test: true, Lifetime: time.Hour})
	w.must(err)
	if !strings.HasPrefix(secret, "psg_test_") {
		t.Errorf("a test key begins with %.9s", secret)
	}
	key, err := w.db.Authenticate(t.Context(), secret)
	w.must(err)
	expect(t, "name", key.Name, "reports")
	expect(t, "scope", key.Scope, db.ScopeRead)
	expect(t, "test", key.Test, true)
	expect(t, "expiry", *key.ExpiresAt, w.db.Now()+time.Hour.Milliseconds())
	w.clock.Advance(time.Hour - time.Millisecond)
	_, err = w.db.Authenticate(t.Context(), secret)
	w.must(err)
	w.clock.Advance(time.Millisecond)
	_, err = w.db.Authenticate(t.Context(), secret)
	w.want(err, db.ErrKeyExpired)
	w.want(w.db.RevokeKey(t.Context(), key.ID, "ada"), db.ErrNotFound)
	_, err = w.db.RotateKey(t.Context(), key.ID, time.Hour, "ada")
	w.want(err, db.ErrNotFound)
}

func TestRotateKey_KeepsTheOldKeyForTheOverlap(t *testing.T) {
	w := newFixture(t)
	secret, err := w.db.CreateKey(t.Context(), db.NewKey{OrganizationID: w.org, Name: "shop", Scope: db.ScopeLinks})
	w.must(err)
	old, err := w.db.Authenticate(t.Context(), secret)
	w.must(err)
	next, err := w.db.RotateKey(t.Context(), old.ID, time.Hour, "ada")
	w.must(err)
	made, err := w.db.Authenticate(t.Context(), next)
	w.must(err)
	expect(t, "name", made.Name, old.Name)
	expect(t, "scope", made.Scope, old.Scope)
	expect(t, "organization", made.OrganizationID, old.OrganizationID)
	w.clock.Advance(time.Hour - time.Millisecond)
	_, err = w.db.Authenticate(t.Context(), secret)
	w.must(err)
	w.clock.Advance(time.Millisecond)
	_, err = w.db.Authenticate(t.Context(), secret)
	w.want(err, db.ErrKeyExpired)
	_, err = w.db.Authenticate(t.Context(), next)
	w.must(err)
	_, err = w.db.RotateKey(t.Context(), made.ID, time.Hour, "ada") // which is to end in an hour
	w.must(err)
	last, err := w.db.RotateKey(t.Context(), made.ID, time.Hour, "ada")
	w.must(err)
	after, err := w.db.Authenticate(t.Context(), last)
	w.must(err)
	if after.ExpiresAt != nil {
		t.Error("the next of a key for ever has an end, because the key before had been rotated already")
	}
	_, err = w.db.RotateKey(t.Context(), "key_none", time.Hour, "ada")
	w.want(err, db.ErrNotFound)
}

func TestScope_CoversLesserScopes(t *testing.T) {
	t.Parallel()
	order := []db.Scope{db.ScopeRead, db.ScopeLinks, db.ScopeAll}
	for n, has := range order {
		for m, needed := range order {
			expect(t, string(has)+" covers "+string(needed), has.Covers(needed), n >= m)
		}
	}
	expect(t, "no scope covers reading", db.Scope("").Covers(db.ScopeRead), false)
}

func TestAuthenticate_StoresTheLastUseToTheMinute(t *testing.T) {
	w := newFixture(t)
	secret, err := w.db.CreateKey(t.Context(), db.NewKey{OrganizationID: w.org})
	w.must(err)
	start := w.db.Now()
	for _, step := range []struct{ advance, noted time.Duration }{
		{0, 0}, {time.Minute - time.Millisecond, 0}, {time.Millisecond, time.Minute},
	} {
		w.clock.Advance(step.advance)
		_, err := w.db.Authenticate(t.Context(), secret)
		w.must(err)
		keys, err := w.db.Keys(t.Context(), "")
		w.must(err)
		expect(t, "last use", *keys[0].LastUsedAt, start+step.noted.Milliseconds())
	}
}

func TestCheckPassword_AcceptsTheOperatorsPasswordOnly(t *testing.T) {
	w := newFixture(t)
	w.must(w.db.CreateOperator(t.Context(), " Ada@Example.com", "correct horse battery"))
	w.want(w.db.CreateOperator(t.Context(), "ada@example.COM", "another one entirely"), db.ErrExists)
	operator, err := w.db.CheckPassword(t.Context(), "ADA@example.com ", "correct horse battery")
	w.must(err)
	expect(t, "email", operator.Email, "ada@example.com")
	for email, password := range map[string]string{"ada@example.com": "correct horse batterY", "bob@example.com": "correct horse battery"} {
		_, err := w.db.CheckPassword(t.Context(), email, password)
		w.want(err, db.ErrWrongPassword)
	}

	w.clock.Advance(time.Second)
	w.must(w.db.SetPassword(t.Context(), "ada@example.com", "a new one, also long"))
	_, err = w.db.CheckPassword(t.Context(), "ada@example.com", "correct horse battery")
	w.want(err, db.ErrWrongPassword)
	changed, err := w.db.CheckPassword(t.Context(), "ada@example.com", "a new one, also long")
	w.must(err)
	expect(t, "operator", changed.ID, operator.ID)
	expect(t, "password changed at", changed.PasswordChangedAt, w.db.Now())
	w.want(w.db.SetPassword(t.Context(), "bob@example.com", "a new one, also long"), db.ErrNotFound)
	var operators int
	w.must(w.raw.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM operators`).Scan(&operators))
	expect(t, "operators", operators, 1)
	var stored string
	w.must(w.raw.QueryRowContext(t.Context(), `SELECT password_hash FROM operators`).Scan(&stored))
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=65536,t=3,p=4$") {
		t.Errorf("the password is hashed otherwise: %.32s", stored)
	}
}

func TestEnsureOrganization_CreatesItOnce(t *testing.T) {
	w := newFixture(t)
	ids := make([]string, 8)
	var callers sync.WaitGroup
	for n := range ids {
		callers.Go(func() {
			organization, err := w.db.EnsureOrganization(t.Context(), "new shop")
			if err != nil {
				t.Error(err)
			}
			ids[n] = organization.ID
		})
	}
	callers.Wait()
	for _, id := range ids {
		expect(t, "id", id, ids[0])
	}
	all, err := w.db.Organizations(t.Context())
	w.must(err)
	expect(t, "organizations", len(all), 2)
	found, err := w.db.Organization(t.Context(), ids[0])
	w.must(err)
	expect(t, "display name", found.DisplayName, "new shop")
	_, err = w.db.Organization(t.Context(), "org_none")
	w.want(err, db.ErrNotFound)
}

func TestSecret_SurvivesARestart(t *testing.T) {
	w := newFixture(t)
	secret, err := w.db.Secret(t.Context(), "cookies", 32)
	w.must(err)
	key, private, err := w.db.EnsureSigningKey(t.Context(), w.org)
	w.must(err)
	webhook, err := w.db.EnsureWebhookSecrets(t.Context(), w.org)
	w.must(err)
	if len(webhook) != 1 || !strings.HasPrefix(webhook[0], "whsec_") {
		t.Errorf("%d webhook secrets, or one without its prefix", len(webhook))
	}

	restarted := dbtest.OpenFolder(t, w.folder, w.clock.Now)
	again, err := restarted.Secret(t.Context(), "cookies", 32)
	w.must(err)
	expect(t, "secret", string(again), string(secret))
	sameKey, samePrivate, err := restarted.EnsureSigningKey(t.Context(), w.org)
	w.must(err)
	expect(t, "kid", sameKey.ID, key.ID)
	expect(t, "private key", samePrivate.Equal(private), true)
	sameWebhook, err := restarted.EnsureWebhookSecrets(t.Context(), w.org)
	w.must(err)
	expect(t, "webhook secret", sameWebhook[0], webhook[0])

	other, _, err := w.db.EnsureSigningKey(t.Context(), dbtest.Organization(t, w.db, "other").ID)
	w.must(err)
	expect(t, "another organization has the same key", other.ID == key.ID, false)
	all, err := w.db.SigningKeys(t.Context())
	w.must(err)
	expect(t, "keys in force", len(all), 2)
	found, err := w.db.SigningKey(t.Context(), key.ID)
	w.must(err)
	block, _ := pem.Decode([]byte(found.PublicPEM))
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	w.must(err)
	expect(t, "public half", private.PublicKey.Equal(public.(*ecdsa.PublicKey)), true)
	_, err = w.db.SigningKey(t.Context(), "whk_none")
	w.want(err, db.ErrNotFound)
}

func TestLink_ReturnsEveryField(t *testing.T) {
	w := newFixture(t)
	link := w.link(func(draft *db.NewLink) {
		draft.ReturnURL, draft.ExternalUserID, draft.UserLabel, draft.Locale = "myapp://back?x=%2F", "user 7", "ada@…", "es-MX"
		draft.Metadata = map[string]string{"order": "17", "": ""}
		draft.Debug, draft.Reusable, draft.RequireReturn = true, true, true
	})
	read := w.reload(link)
	if read.ReturnURL != link.ReturnURL || read.ExternalUserID != "user 7" || read.UserLabel != "ada@…" || read.Locale != "es-MX" ||
		len(read.Metadata) != 2 || read.Metadata["order"] != "17" || !read.Debug || !read.Reusable || !read.RequireReturn ||
		read.WebhookURL != link.WebhookURL || read.IntegrationID != "demo" {
		t.Errorf("got %+v", read)
	}
	expect(t, "expires", read.ExpiresAt, read.CreatedAt+(4*time.Hour).Milliseconds())
	expect(t, "summary", read.Operations[1].Summary["last4"], "1111")
	plain := w.reload(w.link())
	if plain.Metadata != nil || plain.Error != nil || plain.CompletedAt != nil || plain.CurrentSessionID != "" {
		t.Errorf("what was not given is there: %+v", plain)
	}
}

func TestCheckPassword_HashesTwoPasswordsAtOnce(t *testing.T) {
	w := newFixture(t)
	w.must(w.db.CreateOperator(t.Context(), "ada@example.com", "correct horse battery"))
	first, second := db.Hash(w.db), db.Hash(w.db)
	for _, email := range []string{"ada@example.com", "bob@example.com"} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		_, err := w.db.CheckPassword(ctx, email, "correct horse battery")
		w.want(err, context.DeadlineExceeded)
		cancel()
	}
	first()
	_, err := w.db.CheckPassword(t.Context(), "ada@example.com", "correct horse battery")
	w.must(err)
	second()
}
