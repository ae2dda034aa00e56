package api

import (
	"context"

	"passage/automation"
	"passage/db"
	"passage/web/api/strictjson"
	"passage/web/api/wire"
)

// claimLink claims a link without the hosted page. What the person agreed to is
// between them and the merchant, and the consent is stored as such.
func (a *API) claimLink(ctx context.Context, input *jsonBody) (*reply[wire.ClaimedLink], error) {
	code, err := strictjson.ParseText(input.RawBody, "code")
	if err != nil {
		return nil, err
	}
	claimed, err := a.Runner.Claim(ctx, automation.Claim{Code: code, Consent: db.Consent{Via: "api"}})
	if err != nil {
		return nil, err
	}
	return &reply[wire.ClaimedLink]{wire.ClaimedLink{
		LinkID: claimed.Link.ID, SessionID: claimed.Session.ID, ClientToken: claimed.ClientToken,
		WebsocketURL: wire.WebsocketURL(a.PublicURL, claimed.Session.ID, claimed.ClientToken), ExpiresAt: claimed.Link.ExpiresAt,
	}}, nil
}
