package api

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"passage/db"
)

// The names here are those of the existing API, which writes them this way.
type verificationKeyRequest struct {
	KeyID string `json:"key_id" doc:"The kid of the signature's header."`
}

type verificationKey struct {
	KeyID     string `json:"key_id"`
	Key       string `json:"key" doc:"PEM, SPKI."`
	Algorithm string `json:"algorithm" example:"ES256"`
	CreatedAt int64  `json:"created_at"`
}

// getVerificationKey needs no API key: the key is public, and whoever verifies
// a webhook may not have one.
func (a *API) getVerificationKey(ctx context.Context, input *jsonBody) (*reply[verificationKey], error) {
	id, err := readOne(input.RawBody, "key_id")
	if err != nil {
		return nil, err
	}
	key, err := a.DB.SigningKey(ctx, id)
	if err != nil {
		return nil, err
	}
	return &reply[verificationKey]{verificationKey{KeyID: key.ID, Key: key.PublicPEM,
		Algorithm: string(jose.ES256), CreatedAt: key.CreatedAt}}, nil
}

// publicJWK is a public key of RFC 7517 and 7518, section 6.2.1.
type publicJWK struct {
	KeyType   string `json:"kty" example:"EC"`
	Curve     string `json:"crv" example:"P-256"`
	X         string `json:"x"`
	Y         string `json:"y"`
	KeyID     string `json:"kid"`
	Use       string `json:"use" example:"sig"`
	Algorithm string `json:"alg" example:"ES256"`
}

type jwks struct {
	CacheControl string `header:"Cache-Control"`
	Body         jwkSet
}

type jwkSet struct {
	Keys []publicJWK `json:"keys"`
}

// getJWKS lists the keys in force of all organizations: a kid names one.
func (a *API) getJWKS(ctx context.Context, _ *struct{}) (*jwks, error) {
	keys, err := a.DB.SigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	set := jwkSet{Keys: make([]publicJWK, len(keys))}
	for n := range keys {
		if set.Keys[n], err = asJWK(&keys[n]); err != nil {
			return nil, fmt.Errorf("list keys: %w", err)
		}
	}
	return &jwks{CacheControl: "public, max-age=300", Body: set}, nil
}

func asJWK(key *db.SigningKey) (publicJWK, error) {
	block, _ := pem.Decode([]byte(key.PublicPEM))
	if block == nil {
		return publicJWK{}, errors.New("a stored key is not PEM")
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return publicJWK{}, err
	}
	text, err := jose.JSONWebKey{Key: public, KeyID: key.ID, Use: "sig", Algorithm: string(jose.ES256)}.MarshalJSON()
	if err != nil {
		return publicJWK{}, err
	}
	var jwk publicJWK
	return jwk, json.Unmarshal(text, &jwk)
}
