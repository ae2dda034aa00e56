package api

import (
	"context"
	"errors"

	"passage/db"
	"passage/web/api/strictjson"
	"passage/web/api/wire"
)

type redeemInput struct {
	jsonBody
	ID string `path:"id"`
}

// redeemReturn releases the result of a link whose person has returned. The same
// code gives the same reply again, as a reply may get lost.
func (a *API) redeemReturn(ctx context.Context, input *redeemInput) (*reply[wire.Link], error) {
	code, err := strictjson.ParseText(input.RawBody, "returnCode")
	if err != nil {
		return nil, err
	}
	if err := a.mayChange(ctx, input.ID); err != nil {
		return nil, err
	}
	tried := organization(ctx) + " " + input.ID
	if err := a.wrongCodes.check(tried); err != nil {
		return nil, err
	}
	err = a.DB.Redeem(ctx, organization(ctx), input.ID, code)
	if errors.Is(err, db.ErrWrongReturnCode) {
		err = errors.Join(err, a.wrongCodes.count(tried))
	}
	if err != nil {
		return nil, err
	}
	return a.getLink(ctx, &idInput{input.ID})
}
