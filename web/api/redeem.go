package api

import (
	"context"
	"errors"
	"time"

	"github.com/go-chi/httprate"

	"passage/db"
	"passage/web/api/strictjson"
	"passage/web/api/wire"
	"passage/web/problem"
)

// How often the return code of a link may be wrong, in this window and the one
// before. A code cannot be guessed; the limit stops those who try through the
// merchant's server.
const (
	wrongCodesPerLink = 10
	wrongCodesWindow  = time.Minute
)

// wrongCodes counts wrong return codes by link.
type wrongCodes struct{ counter httprate.LimitCounter }

func newWrongCodes() wrongCodes { return wrongCodes{httprate.NewLocalLimitCounter(wrongCodesWindow)} }

func (w wrongCodes) check(link string) error {
	now := time.Now().UTC()
	window := now.Truncate(wrongCodesWindow)
	current, before, err := w.counter.Get(link, window, window.Add(-wrongCodesWindow))
	if err == nil && current+before >= wrongCodesPerLink {
		return problem.TooMany(window.Add(2 * wrongCodesWindow).Sub(now))
	}
	return err
}

func (w wrongCodes) count(link string) error {
	return w.counter.Increment(link, time.Now().UTC().Truncate(wrongCodesWindow))
}

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
