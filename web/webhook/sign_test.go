package webhook

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"passage/db"
	"passage/db/dbtest"
)

// verifyJWT does what the contract tells merchants to do, with the PEM that they are given.
func verifyJWT(t testing.TB, database *db.DB, got received) claims {
	t.Helper()
	signature, err := jose.ParseSignedCompact(got.header.Get("X-Passage-Signature"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	header := signature.Signatures[0].Protected
	key, err := database.SigningKey(t.Context(), header.KeyID)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode([]byte(key.PublicPEM))
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signature.Verify(public)
	if err != nil {
		t.Fatal(err)
	}
	if header.Algorithm != "ES256" || header.ExtraHeaders["typ"] != "JWT" || len(header.ExtraHeaders) != 1 || header.JSONWebKey != nil {
		t.Errorf("header is %+v", header)
	}
	var said map[string]any
	var read claims
	if err := json.Unmarshal(text, &said); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if len(said) != 4 {
		t.Errorf("claims are %v", said)
	}
	return read
}

func TestSign_MakesTwoValidSignatures(t *testing.T) {
	t.Parallel()
	database := dbtest.Open(t, time.Now)
	sender := New(Options{DB: database, Allow: loopback(t), Logger: quiet()})
	receiver := newReceiver(t, status(http.StatusOK))
	link, delivery := expired(t, database, "acme", receiver.URL)
	drive(t, sender)
	got := receiver.next(t)

	claims := verifyJWT(t, database, got)
	sum := sha256.Sum256(got.body)
	if claims.BodySHA256 != hex.EncodeToString(sum[:]) || claims.Audience != link.OrganizationID || claims.ID != delivery.EventID {
		t.Errorf("claims are %+v", claims)
	}
	if age := time.Since(time.Unix(claims.IssuedAt, 0)); age < 0 || age > time.Minute {
		t.Errorf("issued %s ago", age)
	}
	if got.header.Get("X-Passage-Timestamp") != strconv.FormatInt(claims.IssuedAt, 10) {
		t.Errorf("timestamp is %s, want %d", got.header.Get("X-Passage-Timestamp"), claims.IssuedAt)
	}

	verifier := standardVerifier(t, secrets(t, database, link.OrganizationID)[0])
	if err := verifier.Verify(got.body, got.header); err != nil {
		t.Error(err)
	}
	if got.header.Get("webhook-id") != delivery.EventID {
		t.Errorf("webhook-id is %s, want %s", got.header.Get("webhook-id"), delivery.EventID)
	}
	if err := verifier.Verify(append(got.body, ' '), got.header); err == nil {
		t.Error("another body verifies")
	}
}

func secrets(t testing.TB, database *db.DB, organizationID string) []string {
	t.Helper()
	found, err := database.EnsureWebhookSecrets(t.Context(), organizationID)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func standardVerifier(t testing.TB, secret string) *standardwebhooks.Webhook {
	t.Helper()
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

func TestSign_UsesKeysOfTheOrganization(t *testing.T) {
	t.Parallel()
	sender := newSender(t)
	receiver := newReceiver(t, status(http.StatusOK))
	kids := map[string]bool{}
	for _, merchant := range []string{"acme", "globex"} {
		link, _ := expired(t, sender.db, merchant, receiver.URL)
		drive(t, sender)
		got := receiver.next(t)
		if claims := verifyJWT(t, sender.db, got); claims.Audience != link.OrganizationID {
			t.Errorf("aud is %s, want %s", claims.Audience, link.OrganizationID)
		}
		signature, err := jose.ParseSignedCompact(got.header.Get("X-Passage-Signature"), []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			t.Fatal(err)
		}
		kids[signature.Signatures[0].Header.KeyID] = true
	}
	if len(kids) != 2 {
		t.Errorf("keys are %v", kids)
	}
}

func TestSign_SignsEachAttemptWithItsTime(t *testing.T) {
	t.Parallel()
	clock := dbtest.NewClock()
	sender := New(Options{DB: dbtest.Open(t, clock.Now), Allow: loopback(t), Logger: quiet()})
	receiver := newReceiver(t, status(http.StatusServiceUnavailable))
	expired(t, sender.db, "acme", receiver.URL)
	var ids [2]string
	for n := range ids {
		drive(t, sender)
		got := receiver.next(t)
		ids[n] = got.header.Get("webhook-id")
		if claims := verifyJWT(t, sender.db, got); claims.IssuedAt != clock.Now().Unix() ||
			got.header.Get("webhook-timestamp") != strconv.FormatInt(clock.Now().Unix(), 10) {
			t.Errorf("try %d was issued at %d, want %d", n+1, claims.IssuedAt, clock.Now().Unix())
		}
		clock.Advance(time.Minute)
	}
	if ids[0] != ids[1] {
		t.Errorf("webhook-id changed from %s to %s", ids[0], ids[1])
	}
}
