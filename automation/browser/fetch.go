package browser

import (
	"context"
	"encoding/json"

	"passage/automation/outcome"
)

// Reply is the response to Fetch.
type Reply struct {
	Status int    `json:"status"` // 0: the browser blocked the request or the response
	Type   string `json:"type"`   // the content type, without parameters
	Body   string `json:"body"`
}

// Fetch fetches an absolute address with GET as the page's own scripts would: with
// the page's cookies, as far as its origin allows, and from the policy's hosts
// only. It returns an error for more than limit bytes.
func (p *Page) Fetch(ctx context.Context, address string, limit int) (*Reply, error) {
	b := p.bound(ctx, gotoWithin)
	defer b.cancel()
	a, err := p.frame.ask(b, call{Op: "fetch", Text: address, X: float64(limit)})
	if err != nil {
		return nil, err
	}
	reply := &Reply{}
	if err := json.Unmarshal(a.Value, reply); err != nil {
		return nil, outcome.Wrap(outcome.AutomationError, err, "fetch: unexpected value")
	}
	return reply, nil
}
