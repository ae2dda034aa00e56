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

// Request is what Fetch sends.
type Request struct {
	Address       string // absolute
	JSON          string // the body of a POST; empty for a GET
	Authorization string // the header's value; empty for none
}

// Fetch sends a request as the page's own scripts would: with the page's cookies, as
// far as its origin allows, and to the policy's hosts only. It returns an error for
// more than limit bytes.
func (p *Page) Fetch(ctx context.Context, r Request, limit int) (*Reply, error) {
	b := p.bound(ctx, gotoWithin)
	defer b.cancel()
	defer b.browser.traffic.expectOwn(r)()
	a, err := p.frame.ask(b, call{Op: "fetch", Text: r.Address, Body: r.JSON, Authorization: r.Authorization, X: float64(limit)})
	if err != nil {
		return nil, err
	}
	reply := &Reply{}
	if err := json.Unmarshal(a.Value, reply); err != nil {
		return nil, outcome.Wrap(outcome.AutomationError, err, "fetch: unexpected value")
	}
	return reply, nil
}

// Download is the response to a GET for a file.
type Download struct {
	Status int    `json:"status"` // 0: the browser blocked the request or the response
	Type   string `json:"type"`   // the content type, without parameters
	Body   []byte `json:"body"`
}

// Download gets a file as Fetch gets a text, with the same cookies, hosts and limit.
func (p *Page) Download(ctx context.Context, address string, limit int) (*Download, error) {
	b := p.bound(ctx, gotoWithin)
	defer b.cancel()
	defer b.browser.traffic.expectOwn(Request{Address: address})()
	a, err := p.frame.ask(b, call{Op: "fetch", Text: address, Base64: true, X: float64(limit)})
	if err != nil {
		return nil, err
	}
	download := &Download{}
	if err := json.Unmarshal(a.Value, download); err != nil {
		return nil, outcome.Wrap(outcome.AutomationError, err, "download: unexpected value")
	}
	return download, nil
}

// Stored returns what the page keeps in its local storage, or else in its session
// storage, under a key. ok is false if there is nothing.
func (p *Page) Stored(ctx context.Context, key string) (text string, ok bool, err error) {
	var found *string
	_, err = p.get(ctx, call{Op: "stored", Text: key}, &found)
	if err != nil || found == nil {
		return "", false, err
	}
	return *found, true, nil
}
