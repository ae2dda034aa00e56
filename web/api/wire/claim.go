package wire

import (
	"net/url"
	"strings"
)

// ClaimRequest describes the body of POST /link/claim.
type ClaimRequest struct {
	Code string `json:"code" example:"clm_…" doc:"The claim code of a link. After ten attempts that failed there is none more: 409, attempts_used_up."`
}

// ClaimedLink is the reply of POST /link/claim.
type ClaimedLink struct {
	LinkID       string `json:"linkId"`
	SessionID    string `json:"sessionId"`
	ClientToken  string `json:"clientToken" doc:"The authority over the session."`
	WebsocketURL string `json:"websocketUrl" doc:"Drives the session. The token is in its query; better leave the query out and send the token in client.hello, as proxies log addresses."`
	ExpiresAt    int64  `json:"expiresAt" doc:"When the link expires."`
}

// WebsocketURL is where a client drives a session.
func WebsocketURL(public *url.URL, sessionID, clientToken string) string {
	address := public.JoinPath("sessions", sessionID, "ws")
	address.Scheme = strings.Replace(address.Scheme, "http", "ws", 1)
	address.RawQuery = url.Values{"role": {"client"}, "token": {clientToken}}.Encode()
	return address.String()
}
