package browser

import (
	"context"
	"time"
)

// Page is the browser's page, or a frame inside it. Every call is limited by its
// context and by the page's deadline, and fails at once when the browser is dead.
type Page struct {
	frame   *frame
	within  time.Duration // 0: the default of each call
	first   bool          // of several matches, a call takes the first visible one
	matched *Matched      // set to the alternative that a call used; may be nil
}

// Within returns the same page with another deadline for each of its calls.
func (p *Page) Within(d time.Duration) *Page {
	return &Page{frame: p.frame, within: d, first: p.first, matched: p.matched}
}

// First returns the same page, whose calls take the first visible match of a
// selector. Without it, a call about one element fails if there are several.
func (p *Page) First() *Page {
	return &Page{frame: p.frame, within: p.within, first: true, matched: p.matched}
}

// Address returns the page's address without user, query and fragment, as the site
// has it.
func (p *Page) Address() string { return p.frame.address() }

// URL is Address for logs and recordings: without anything private.
func (p *Page) URL() string {
	address := p.Address()
	if redact := p.frame.browser.redact; redact != nil {
		address = redact.Scrub(address)
	}
	return address
}

// How long a call may take if Within does not say.
const (
	elementWithin = 10 * time.Second
	gotoWithin    = 30 * time.Second
)

// bound starts the limits of one call. The caller cancels it.
func (p *Page) bound(ctx context.Context, standard time.Duration) *bound {
	b := &bound{caller: ctx, browser: p.frame.browser, deadline: p.deadline(standard), first: p.first}
	b.window = p.frame.life
	if b.window == nil {
		b.window = b.browser.life
	}
	merged, stop := merge(ctx, b.window)
	timed, cancel := context.WithDeadline(merged, b.deadline.Add(grace))
	b.Context, b.cancel = timed, func() { cancel(); stop() }
	return b
}

// deadline returns the deadline of a call that begins now.
func (p *Page) deadline(standard time.Duration) time.Time {
	if p.within > 0 {
		return time.Now().Add(p.within)
	}
	return time.Now().Add(standard)
}
