package api

import (
	"time"

	"github.com/go-chi/httprate"

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
