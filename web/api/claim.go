package api

import (
	"context"
	"errors"

	"passage/automation"
	"passage/db"
	"passage/web/api/strictjson"
	"passage/web/api/wire"
	"passage/web/problem"
)

// claimLink claims without a page of ours: what the person agreed to is between
// them and the merchant, and is stored as that.
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
