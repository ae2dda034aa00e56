package verifiers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// VerifyShared checks webhook-signature with your secret, whsec_…. The body is
// the request's as it came, byte for byte.
func VerifyShared(secret string, header http.Header, body []byte) error {
	webhook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return err
	}
	return webhook.Verify(body, header)
}

// Keys checks X-Passage-Signature with the public keys of a server. One is for
// all requests: it fetches the keys again when they are old, or miss one.
type Keys struct {
	URL          string       // https://…/.well-known/jwks.json
	Organization string       // yours, org_…: what is signed for another is not for you
	Client       *http.Client // one with a timeout

	mu      sync.Mutex
	set     jose.JSONWebKeySet
	fetched time.Time
}

const (
	tolerance = 5 * time.Minute  // between the two clocks, and for the way
	keysFor   = 5 * time.Minute  // a key that was retired is taken for no longer
	keysRest  = 10 * time.Second // between two fetches, whatever arrives
)

// Verify checks one request. The body is as it came, byte for byte.
func (k *Keys) Verify(ctx context.Context, header http.Header, body []byte) error {
	token, err := jwt.ParseSigned(header.Get("X-Passage-Signature"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return err
	}
	set, err := k.keys(ctx, token.Headers[0].KeyID)
	if err != nil {
		return err
	}
	var claims struct {
		jwt.Claims
		BodySHA256 string `json:"request_body_sha256"`
	}
	if err := token.Claims(set, &claims); err != nil {
		return err
	}
	now := time.Now()
	if err := claims.ValidateWithLeeway(jwt.Expected{AnyAudience: jwt.Audience{k.Organization}, Time: now}, tolerance); err != nil {
		return err
	}
	if claims.IssuedAt == nil || now.Sub(claims.IssuedAt.Time()) > tolerance {
		return errors.New("the signature is too old")
	}
	if sum := sha256.Sum256(body); claims.BodySHA256 != hex.EncodeToString(sum[:]) {
		return errors.New("the signature is of another body")
	}
	return nil
}

// keys gives the keys in force, of which one should have the id.
func (k *Keys) keys(ctx context.Context, id string) (jose.JSONWebKeySet, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	age := time.Since(k.fetched)
	if age < keysRest || age < keysFor && len(k.set.Key(id)) > 0 {
		return k.set, nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, k.URL, http.NoBody)
	if err != nil {
		return k.set, err
	}
	response, err := k.Client.Do(request)
	if err != nil {
		return k.set, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return k.set, fmt.Errorf("fetch the keys: %s", response.Status)
	}
	var set jose.JSONWebKeySet
	if err := json.NewDecoder(response.Body).Decode(&set); err != nil {
		return k.set, fmt.Errorf("fetch the keys: %w", err)
	}
	k.set, k.fetched = set, time.Now()
	return k.set, nil
}
