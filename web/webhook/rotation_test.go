package webhook

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"passage/db"
	"passage/db/dbtest"
)

// kid names the key of a delivery's JWT.
func kid(t testing.TB, got received) string {
	t.Helper()
	signature, err := jose.ParseSignedCompact(got.header.Get("X-Passage-Signature"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	return signature.Signatures[0].Header.KeyID
}

func TestRotation_KeepsEarlierKeysDuringOverlap(t *testing.T) {
	t.Parallel()
	clock := dbtest.NewClock()
	database := dbtest.Open(t, clock.Now)
	sender := New(Options{DB: database, Allow: loopback(t), Logger: quiet()})
	receiver := newReceiver(t, status(http.StatusOK))
	deliver := func() received {
		expired(t, database, "acme", receiver.URL)
		drive(t, sender)
		return receiver.next(t)
	}
	organization := dbtest.Organization(t, database, "acme").ID
	before := deliver()
	oldSecret := secrets(t, database, organization)[0]
	newSecret, err := database.RotateWebhookKeys(t.Context(), organization, time.Hour, "ada")
	if err != nil {
		t.Fatal(err)
	}
	takes := func(secret string, got received) bool {
		return standardVerifier(t, secret).VerifyIgnoringTimestamp(got.body, got.header) == nil
	}

	during := deliver()
	if kid(t, during) == kid(t, before) || oldSecret == newSecret {
		t.Error("nothing was rotated")
	}
	verifyJWT(t, database, before) // on its way while the keys changed
	verifyJWT(t, database, during)
	if !takes(oldSecret, during) || !takes(newSecret, during) || takes(newSecret, before) {
		t.Errorf("during the overlap it was signed with %s", during.header.Get("webhook-signature"))
	}

	clock.Advance(time.Hour)
	after := deliver()
	verifyJWT(t, database, after)
	if kid(t, after) != kid(t, during) || takes(oldSecret, after) || !takes(newSecret, after) {
		t.Errorf("after the overlap it was signed with %s", after.header.Get("webhook-signature"))
	}
	if _, err := database.SigningKey(t.Context(), kid(t, before)); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the key before is still given out: %v", err)
	}
	if keys, err := database.SigningKeys(t.Context()); err != nil || len(keys) != 1 || keys[0].ID != kid(t, after) {
		t.Errorf("keys in force: %+v, %v", keys, err)
	}
}

func TestRotation_WithoutOverlapEndsEarlierKeys(t *testing.T) {
	t.Parallel()
	clock := dbtest.NewClock()
	database := dbtest.Open(t, clock.Now)
	organization := dbtest.Organization(t, database, "acme").ID
	other := secrets(t, database, dbtest.Organization(t, database, "globex").ID)
	for _, overlap := range []time.Duration{time.Hour, 48 * time.Hour, 0} {
		secret, err := database.RotateWebhookKeys(t.Context(), organization, overlap, "ada")
		if err != nil {
			t.Fatal(err)
		}
		if found := secrets(t, database, organization); found[0] != secret {
			t.Errorf("after %s the newest is not the first", overlap)
		}
	}
	if found := secrets(t, database, organization); len(found) != 1 {
		t.Errorf("%d secrets are in force", len(found))
	}
	if keys, err := database.SigningKeys(t.Context()); err != nil || len(keys) != 1 {
		t.Errorf("%d keys are in force, %v", len(keys), err)
	}
	if found := secrets(t, database, dbtest.Organization(t, database, "globex").ID); found[0] != other[0] {
		t.Error("another organization's secret was rotated")
	}
}
