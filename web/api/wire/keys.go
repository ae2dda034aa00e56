package wire

// VerificationKeyRequest is the body of POST /webhook_verification_key/get. Its
// fields are named as in the existing API.
type VerificationKeyRequest struct {
	KeyID string `json:"key_id" doc:"The kid of the signature's header."`
}

// VerificationKey is a public key that verifies webhooks.
type VerificationKey struct {
	KeyID     string `json:"key_id"`
	Key       string `json:"key" doc:"PEM, SPKI."`
	Algorithm string `json:"algorithm" example:"ES256"`
	CreatedAt int64  `json:"created_at"`
}

// PublicKey is a public key of RFC 7517 and 7518, section 6.2.1.
type PublicKey struct {
	KeyType   string `json:"kty" example:"EC"`
	Curve     string `json:"crv" example:"P-256"`
	X         string `json:"x"`
	Y         string `json:"y"`
	KeyID     string `json:"kid"`
	Use       string `json:"use" example:"sig"`
	Algorithm string `json:"alg" example:"ES256"`
}

// KeySet is the reply of GET /.well-known/jwks.json.
type KeySet struct {
	Keys []PublicKey `json:"keys"`
}
