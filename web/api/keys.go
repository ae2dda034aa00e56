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
	"passage/web/api/strictjson"
	"passage/web/api/wire"
)

// getVerificationKey needs no API key: the key is public, and a receiver of
// webhooks may have no API key.
func (a *API) getVerificationKey(ctx context.Context, input *jsonBody) (*reply[wire.VerificationKey], error) {
	id, err := strictjson.ParseText(input.RawBody, "key_id")
	if err != nil {
		return nil, err
	}
	key, err := a.DB.SigningKey(ctx, id)
	if err != nil {
		return nil, err
	}
	return &reply[wire.VerificationKey]{wire.VerificationKey{KeyID: key.ID, Key: key.PublicPEM,
		Algorithm: string(jose.ES256), CreatedAt: key.CreatedAt}}, nil
}

type jwks struct {
	CacheControl string `header:"Cache-Control"`
	Body         wire.KeySet
}

// getJWKS lists the keys in force of all organizations: a kid names one.
func (a *API) getJWKS(ctx context.Context, _ *struct{}) (*jwks, error) {
	keys, err := a.DB.SigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	set := wire.KeySet{Keys: make([]wire.PublicKey, len(keys))}
	for n := range keys {
		if set.Keys[n], err = asJWK(&keys[n]); err != nil {
			return nil, fmt.Errorf("list keys: %w", err)
		}
	}
	return &jwks{CacheControl: "public, max-age=300", Body: set}, nil
}

func asJWK(key *db.SigningKey) (wire.PublicKey, error) {
	block, _ := pem.Decode([]byte(key.PublicPEM))
	if block == nil {
		return wire.PublicKey{}, errors.New("a stored key is not PEM")
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return wire.PublicKey{}, err
	}
	text, err := jose.JSONWebKey{Key: public, KeyID: key.ID, Use: "sig", Algorithm: string(jose.ES256)}.MarshalJSON()
	if err != nil {
		return wire.PublicKey{}, err
	}
	var jwk wire.PublicKey
	return jwk, json.Unmarshal(text, &jwk)
}
