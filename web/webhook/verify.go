package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Verifier checks deliveries as a merchant does: by the shared secret, by the
// public keys, or by both.
type Verifier struct {
	Secret string       // whsec_…; empty: webhook-signature is not looked at
	KeyURL string       // of a JSON Web Key Set; empty: X-Passage-Signature is not looked at
	Client *http.Client // fetches the keys
}

// tolerance is how far a signature's time may be off, as in Standard Webhooks.
const tolerance = 5 * time.Minute

// maxKeySet bounds what is read of a key set, in bytes.
const maxKeySet = 1 << 20

// Verify says what is wrong with a delivery. Its errors are fit to be printed.
func (v *Verifier) Verify(ctx context.Context, header http.Header, body []byte) error {
	if v.Secret != "" {
		standard, err := standardwebhooks.NewWebhook(v.Secret)
		if err != nil {
			return errors.New("the secret is not one: it is whsec_ and base64")
		}
		if err := standard.Verify(body, header); err != nil {
			return fmt.Errorf("webhook-signature: %w", err)
		}
	}
	if v.KeyURL != "" {
		if err := v.verifyJWT(ctx, header, body); err != nil {
			return fmt.Errorf("X-Passage-Signature: %w", err)
		}
	}
	return nil
}

func (v *Verifier) verifyJWT(ctx context.Context, header http.Header, body []byte) error {
	signature, err := jose.ParseSignedCompact(header.Get("X-Passage-Signature"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return errors.New("is not a JWT signed with ES256")
	}
	keys, err := v.fetchKeys(ctx)
	if err != nil {
		return err
	}
	known := keys.Key(signature.Signatures[0].Header.KeyID)
	if len(known) != 1 {
		return errors.New("is of a key that is not in force, or of another server")
	}
	text, err := signature.Verify(known[0])
	if err != nil {
		return errors.New("does not fit its key")
	}
	var said claims
	if err := json.Unmarshal(text, &said); err != nil {
		return errors.New("holds no claims")
	}
	sum := sha256.Sum256(body)
	switch age := time.Since(time.Unix(said.IssuedAt, 0)); {
	case said.BodySHA256 != hex.EncodeToString(sum[:]):
		return errors.New("is of another body")
	case said.ID != header.Get("webhook-id"):
		return errors.New("is of another event")
	case age > tolerance, age < -tolerance:
		return fmt.Errorf("is %s off: check the clocks", age.Round(time.Second))
	}
	return nil
}

// fetchKeys asks each time: what is in force changes with a rotation.
func (v *Verifier) fetchKeys(ctx context.Context) (keys jose.JSONWebKeySet, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.KeyURL, http.NoBody)
	if err != nil {
		return keys, fmt.Errorf("fetch the keys: %w", err)
	}
	response, err := v.Client.Do(request)
	if err != nil {
		return keys, fmt.Errorf("fetch the keys: %w", err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		return keys, fmt.Errorf("fetch the keys: %s answers %s", v.KeyURL, response.Status)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxKeySet)).Decode(&keys); err != nil {
		return keys, fmt.Errorf("fetch the keys: what is at %s is no key set", v.KeyURL)
	}
	return keys, nil
}
