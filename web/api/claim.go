package api

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"passage/automation"
	"passage/db"
	"passage/web/problem"
)

// claimRequest describes the body of POST /link/claim.
type claimRequest struct {
	Code string `json:"code" example:"clm_…" doc:"The claim code of a link. After ten attempts that failed there is none more: 409, attempts_used_up."`
}

type claimedLink struct {
	LinkID       string `json:"linkId"`
	SessionID    string `json:"sessionId"`
	ClientToken  string `json:"clientToken" doc:"The authority over the session."`
	WebsocketURL string `json:"websocketUrl" doc:"Drives the session; holds the token."`
	ExpiresAt    int64  `json:"expiresAt" doc:"When the link expires."`
}

// claimLink claims without a page of ours: what the person agreed to is between
// them and the merchant, and is stored as that.
func (a *API) claimLink(ctx context.Context, input *jsonBody) (*reply[claimedLink], error) {
	code, err := readOne(input.RawBody, "code")
	if err != nil {
		return nil, err
	}
	claimed, err := a.Runner.Claim(ctx, automation.Claim{Code: code, Consent: db.Consent{Via: "api"}})
	if err != nil {
		return nil, err
	}
	return &reply[claimedLink]{claimedLink{
		LinkID: claimed.Link.ID, SessionID: claimed.Session.ID, ClientToken: claimed.ClientToken,
		WebsocketURL: a.websocketURL(claimed.Session.ID, claimed.ClientToken), ExpiresAt: claimed.Link.ExpiresAt,
	}}, nil
}

func (a *API) websocketURL(sessionID, clientToken string) string {
	address := a.PublicURL.JoinPath("sessions", sessionID, "ws")
	address.Scheme = strings.Replace(address.Scheme, "http", "ws", 1)
	address.RawQuery = url.Values{"role": {"client"}, "token": {clientToken}}.Encode()
	return address.String()
}

// readOne reads a body whose only field is a required text.
func readOne(body []byte, name string) (string, error) {
	var found issues
	f, err := readForm(body, &found)
	if err != nil {
		return "", err
	}
	value := f.requiredText(name)
	f.close()
	return value, found.err()
}

// endedIsConflict is for changes of a link that has ended: an expired one is
// there all the same, so it is not gone.
func endedIsConflict(err error) error {
	if errors.Is(err, db.ErrExpired) {
		return expiredAlready()
	}
	return err
}

func expiredAlready() *problem.Problem {
	return problem.Conflict("link_expired", "The link has expired already.")
}
