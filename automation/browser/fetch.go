package browser

import (
	"context"
	"encoding/json"
	"time"

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

// scrollPatience is how long the end of a list may be the end of what is loaded.
const scrollPatience = 2 * time.Second

// Scroll scrolls the page, or the element of a selector, to its end. It reports
// whether more content appeared within two seconds.
func (p *Page) Scroll(ctx context.Context, selector string) (bool, error) {
	return p.scroll(ctx, "scroll", selector)
}

// Step scrolls by four fifths of the visible height, and reports whether it did.
// At the end it waits two seconds for more content.
func (p *Page) Step(ctx context.Context, selector string) (bool, error) {
	return p.scroll(ctx, "step", selector)
}

func (p *Page) scroll(ctx context.Context, op, selector string) (bool, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	c := call{Op: op, X: float64(min(scrollPatience.Milliseconds(), max(0, b.remaining()-100)))}
	if selector != "" {
		c.Selectors = []string{selector}
	}
	a, err := p.frame.ask(b, c)
	if err != nil {
		return false, err
	}
	p.noteMatch(a, c.Selectors, 0)
	return a.isTrue(), nil
}
