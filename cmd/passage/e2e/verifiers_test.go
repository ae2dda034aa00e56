package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"passage/db/dbtest"
	"passage/web/webhook"
	"passage/web/webhook/verifiers"
)

// signedCase is a request to a merchant's webhook address, with what its
// verifiers have to make of it. The verifiers of each language get the same.
type signedCase struct {
	Name         string            `json:"name"`
	Headers      map[string]string `json:"headers"` // names in lower case
	Body         []byte            `json:"body"`
	At           int64             `json:"at"` // when it arrives, in Unix milliseconds; 0: now
	Secret       string            `json:"secret"`
	Organization string            `json:"organization"`
	KeySet       string            `json:"keySet"` // the address
	Shared       bool              `json:"shared"` // taken by the shared secret
	Signed       bool              `json:"signed"` // taken by the public key
}

// verdict is what a language's verifiers made of a case: "" is taken.
type verdict struct {
	Name   string `json:"name"`
	Shared string `json:"shared"`
	Signed string `json:"signed"`
}

// with is the same case with changes.
func (c signedCase) with(name string, change func(*signedCase)) signedCase {
	c.Name, c.Shared, c.Signed, c.Headers = name, false, false, maps.Clone(c.Headers)
	change(&c)
	return c
}

// checkVerdicts compares what verifiers said with what is right.
func checkVerdicts(t *testing.T, cases []signedCase, verdicts []verdict) {
	t.Helper()
	if len(verdicts) != len(cases) {
		t.Fatalf("%d verdicts on %d cases", len(verdicts), len(cases))
	}
	for n, c := range cases {
		if v := verdicts[n]; v.Name != c.Name || (v.Shared == "") != c.Shared || (v.Signed == "") != c.Signed {
			t.Errorf("%s: by the secret %q, by the key %q; to be taken: %t and %t", c.Name, v.Shared, v.Signed, c.Shared, c.Signed)
		}
	}
}

// verifying is a merchant whose verifiers are tried, and the key of another.
type verifying struct {
	*stack
	t        *testing.T
	address  string // of its receiver
	arrivals <-chan delivered
	id       string // of the organization
	other    string
}

func newVerifying(t *testing.T) *verifying {
	t.Helper()
	s := sharedStack(t)
	v := &verifying{stack: s, t: t, id: dbtest.Organization(t, s.DB, rand.Text()).ID, other: dbtest.Organization(t, s.DB, rand.Text()).ID}
	v.address, v.arrivals = receiver(t)
	return v
}

// delivered has the server deliver a webhook to the receiver: the end of a
// link that is cancelled.
func (v *verifying) delivered(name, organization string) signedCase {
	v.t.Helper()
	wanted := dbtest.NewLink(organization)
	wanted.WebhookURL = v.address
	link := dbtest.Link(v.t, v.DB, wanted)
	if err := v.DB.CancelLink(v.t.Context(), organization, link.ID); err != nil {
		v.t.Fatal(err)
	}
	return v.next(name)
}

func (v *verifying) next(name string) signedCase {
	v.t.Helper()
	arrived := <-v.arrivals
	c := signedCase{Name: name, Headers: map[string]string{}, Body: arrived.body, Secret: v.secrets()[0], Organization: v.id,
		KeySet: v.PublicURL.JoinPath(".well-known/jwks.json").String()}
	for header := range arrived.header {
		c.Headers[strings.ToLower(header)] = arrived.header.Get(header)
	}
	return c
}

// shifted is what the server would have sent at another time: it signs with
// the keys of the same database.
func (v *verifying) shifted(name string, by time.Duration) signedCase {
	v.t.Helper()
	allow, err := webhook.ParseAllow([]string{"127.0.0.1"})
	if err != nil {
		v.t.Fatal(err)
	}
	database := dbtest.OpenFolder(v.t, v.folder, func() time.Time { return time.Now().Add(by) })
	if _, err := webhook.New(webhook.Options{DB: database, Allow: allow}).Test(v.t.Context(), v.id, v.address); err != nil {
		v.t.Fatal(err)
	}
	return v.next(name)
}

// secrets are the merchant's, the newest first.
func (v *verifying) secrets() []string {
	v.t.Helper()
	secrets, err := v.DB.EnsureWebhookSecrets(v.t.Context(), v.id)
	if err != nil {
		v.t.Fatal(err)
	}
	return secrets
}

// forge signs a token for a body as the server does, but with another key.
func (v *verifying) forge(c *signedCase, algorithm jose.SignatureAlgorithm, key any, id string) {
	v.t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jose.JSONWebKey{Key: key, KeyID: id}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		v.t.Fatal(err)
	}
	signed, err := signer.Sign(v.claims(c.Body))
	if err != nil {
		v.t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		v.t.Fatal(err)
	}
	c.Headers["x-passage-signature"] = token
}

func (v *verifying) claims(body []byte) []byte {
	v.t.Helper()
	sum := sha256.Sum256(body)
	text, err := json.Marshal(map[string]any{"iat": time.Now().Unix(), "request_body_sha256": hex.EncodeToString(sum[:]), "aud": v.id, "jti": "evt_forged"})
	if err != nil {
		v.t.Fatal(err)
	}
	return text
}

// cases are deliveries of the server, and what others might post in its name.
func (v *verifying) cases() []signedCase {
	v.t.Helper()
	genuine := v.delivered("as it was delivered", v.id)
	genuine.Shared, genuine.Signed = true, true
	key, _, err := v.DB.EnsureSigningKey(v.t.Context(), v.id)
	if err != nil {
		v.t.Fatal(err)
	}
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		v.t.Fatal(err)
	}
	cases := []signedCase{
		genuine,
		genuine.with("a changed body", func(c *signedCase) { c.Body = append(slices.Clone(c.Body), ' ') }),
		genuine.with("no signature", func(c *signedCase) {
			delete(c.Headers, "webhook-signature")
			delete(c.Headers, "x-passage-signature")
		}),
		genuine.with("signatures that are none", func(c *signedCase) {
			c.Headers["webhook-signature"], c.Headers["x-passage-signature"] = "v1,?", "a.b.c"
		}),
		genuine.with("another's secret, and a key of nobody's under the name of the right one", func(c *signedCase) {
			c.Secret = "whsec_" + base64.StdEncoding.EncodeToString([]byte(rand.Text()))
			v.forge(c, jose.ES256, stranger, key.ID)
		}),
		genuine.with("a key that no set holds", func(c *signedCase) { v.forge(c, jose.ES256, stranger, "whk_unknown"); c.Shared = true }),
		genuine.with("no algorithm", func(c *signedCase) {
			encode := base64.RawURLEncoding.EncodeToString
			c.Headers["x-passage-signature"] = encode([]byte(`{"alg":"none","typ":"JWT","kid":"`+key.ID+`"}`)) + "." + encode(v.claims(c.Body)) + "."
			c.Shared = true
		}),
		genuine.with("the public key as a shared secret", func(c *signedCase) {
			v.forge(c, jose.HS256, []byte(key.PublicPEM), key.ID)
			c.Shared = true
		}),
		v.delivered("for another organization", v.other),
		v.shifted("of an hour ago", -time.Hour),
		v.shifted("of the next hour", time.Hour),
	}
	return append(cases, v.rotated(genuine)...)
}

// rotated are deliveries around a change of keys, while the old ones go on.
func (v *verifying) rotated(before signedCase) []signedCase {
	v.t.Helper()
	old := v.secrets()[0]
	if _, err := v.DB.RotateWebhookKeys(v.t.Context(), v.id, time.Hour, "ada"); err != nil {
		v.t.Fatal(err)
	}
	before.Name = "on its way while the keys changed"
	during := v.delivered("after the keys changed", v.id)
	during.Shared, during.Signed = true, true
	if during.Headers["x-passage-signature"] == "" || strings.Count(during.Headers["webhook-signature"], "v1,") != 2 || during.Secret == old {
		v.t.Errorf("the keys did not change: %v", during.Headers)
	}
	return []signedCase{before, during, during.with("after the keys changed, with the secret before", func(c *signedCase) {
		c.Secret, c.Shared, c.Signed = old, true, true
	})}
}

// verifyInGo tries the verifiers that are written in Go.
func verifyInGo(ctx context.Context, cases []signedCase) (verdicts []verdict) {
	for _, c := range cases {
		header := http.Header{}
		for name, value := range c.Headers {
			header.Set(name, value)
		}
		keys := verifiers.Keys{URL: c.KeySet, Organization: c.Organization, Client: http.DefaultClient}
		verdicts = append(verdicts, verdict{c.Name, said(verifiers.VerifyShared(c.Secret, header, c.Body)), said(keys.Verify(ctx, header, c.Body))})
	}
	return verdicts
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return fmt.Sprintf("refused: %v", err)
}

func TestVerifiers_AcceptOnlyGenuineDeliveriesInGo(t *testing.T) {
	t.Parallel()
	cases := newVerifying(t).cases()
	checkVerdicts(t, cases, verifyInGo(t.Context(), cases))
}
