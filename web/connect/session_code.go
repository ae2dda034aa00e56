package connect

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"passage/web/problem"
)

// The path of a session's pages holds its code: its id, and a secret that is
// derived from the id. The id alone, which the API and the dashboard show, opens
// no page, or it would let whoever may read it take the session over.
const (
	sessionKeySetting  = "session_code_key"
	sessionSecretBytes = 16
)

func (h *Handler) sessionCode(id string) string {
	mac := hmac.New(sha256.New, h.sessionKey)
	mac.Write([]byte(id))
	return id + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:sessionSecretBytes])
}

// sessionID returns the id in a session's code. A code with a wrong secret is not
// found, like that of no session.
func (h *Handler) sessionID(code string) (string, error) {
	id, _, _ := strings.Cut(code, ".")
	if !hmac.Equal([]byte(code), []byte(h.sessionCode(id))) {
		return "", problem.NotFound()
	}
	return id, nil
}
