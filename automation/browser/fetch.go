package browser

import (
	"context"
	"encoding/json"
	"time"

	"passage/automation/outcome"
)

// Reply is what Fetch got.
type Reply struct {
	Status int    `json:"status"` // 0: the browser let nothing through
	Type   string `json:"type"`   // the content type, without parameters
	Body   string `json:"body"`
}

// Fetch gets an absolute address by GET as the page's own scripts would: with
// the page's cookies, as far as its origin may, and to the policy's hosts only.
// More than limit bytes are an error.
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

// scrollPatience is how long the end of a list is taken for one that loads more.
const scrollPatience = 2 * time.Second

// Scroll goes to the end of what scrolls, the page or the element of a
// selector, and reports whether more of it came within two seconds.
func (p *Page) Scroll(ctx context.Context, selector string) (bool, error) {
	return p.scroll(ctx, "scroll", selector)
}

// Step scrolls on by four fifths of what is shown, and reports whether it did:
// not at the end, unless more of the list comes within two seconds.
func (p *Page) Step(ctx context.Context, selector string) (bool, error) {
	return p.scroll(ctx, "step", selector)
}

func (p *Page) scroll(ctx context.Context, op, selector string) (bool, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	c := call{Op: op, X: float64(min(scrollPatience.Milliseconds(), max(0, b.left()-100)))}
	if selector != "" {
		c.Selectors = []string{selector}
	}
	a, err := p.frame.ask(b, c)
	if err != nil {
		return false, err
	}
	p.note(a, c.Selectors, 0)
	return a.yes(), nil
}
