package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// keys are an organization's: one to sign the JWT, and those that it shares
// with us: one, and the one before while it changes over.
type keys struct {
	jwt    jose.Signer
	shared [][]byte
}

func (s *Sender) openKeys(ctx context.Context, organizationID string) (keys, error) {
	key, private, err := s.db.EnsureSigningKey(ctx, organizationID)
	if err != nil {
		return keys{}, err
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: private, KeyID: key.ID}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return keys{}, fmt.Errorf("use signing key: %w", err)
	}
	opened := keys{jwt: signer}
	secrets, err := s.db.EnsureWebhookSecrets(ctx, organizationID)
	if err != nil {
		return keys{}, err
	}
	for _, secret := range secrets {
		shared, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			return keys{}, fmt.Errorf("use webhook secret: %w", err)
		}
		opened.shared = append(opened.shared, shared)
	}
	return opened, nil
}

// claims are what the JWT says: this body, of this event, for this organization, now.
type claims struct {
	IssuedAt   int64  `json:"iat"`
	BodySHA256 string `json:"request_body_sha256"`
	Audience   string `json:"aud"`
	ID         string `json:"jti"`
}

// sign adds both signatures of a message to a request's header.
func (m *message) sign(header http.Header, now time.Time) error {
	seconds := strconv.FormatInt(now.Unix(), 10)
	sum := sha256.Sum256(m.body)
	text, err := json.Marshal(claims{
		IssuedAt: now.Unix(), BodySHA256: hex.EncodeToString(sum[:]), Audience: m.event.OrganizationID, ID: m.event.ID})
	if err != nil {
		return fmt.Errorf("write claims: %w", err)
	}
	signed, err := m.keys.jwt.Sign(text)
	if err != nil {
		return fmt.Errorf("sign webhook: %w", err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		return fmt.Errorf("write signature: %w", err)
	}
	header.Set("X-Passage-Signature", token)
	header.Set("X-Passage-Timestamp", seconds)
	header.Set("webhook-id", m.event.ID)
	header.Set("webhook-timestamp", seconds)
	header.Set("webhook-signature", m.standardSignatures(seconds))
	return nil
}

// standardSignatures are those of the Standard Webhooks specification 1.0.0:
// for each shared secret the HMAC-SHA256 of “id.timestamp.body”, in base64. A
// receiver takes the one that fits its own secret.
func (m *message) standardSignatures(seconds string) string {
	signatures := make([]string, len(m.keys.shared))
	for n, secret := range m.keys.shared {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(m.event.ID + "." + seconds + "."))
		mac.Write(m.body)
		signatures[n] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signatures, " ")
}
