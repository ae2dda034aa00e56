package browser

import (
	"context"
	"errors"
	"net/url"
	"time"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// How long a call may take where Within does not say.
const (
	elementWithin = 10 * time.Second
	gotoWithin    = 30 * time.Second
)

// Page is the browser's page, or a frame inside it. Every call is bounded by
// its context and by the page's deadline, and fails at once when the browser
// is dead. A call that looks for elements returns how many matched.
type Page struct {
	frame   *frame
	within  time.Duration // 0: the call's own default
	matched *Matched      // where to note which alternative it was; may be nil
}

// Within returns the same page with another deadline for each of its calls.
func (p *Page) Within(d time.Duration) *Page {
	return &Page{frame: p.frame, within: d, matched: p.matched}
}

// URL returns where the page is, without user, query and fragment.
func (p *Page) URL() string {
	address := p.frame.address()
	if redact := p.frame.browser.redact; redact != nil {
		address = redact.Scrub(address)
	}
	return address
}

// bound is one call's time: the caller's context, the page's deadline and the
// browser's life, and which of them ended it.
type bound struct {
	context.Context // ends with the first of the three
	caller          context.Context
	browser         *Browser
	window          context.Context // the browser's life, or a shorter one of a window's
	deadline        time.Time
	cancel          func()
}

// grace is what a call waits past its deadline for the page's own account of
// what was missing, before it concludes that the page does not answer.
const grace = 500 * time.Millisecond

func (p *Page) bound(ctx context.Context, standard time.Duration) *bound {
	within := p.within
	if within <= 0 {
		within = standard
	}
	b := &bound{caller: ctx, browser: p.frame.browser, deadline: time.Now().Add(within)}
	b.window = p.frame.life
	if b.window == nil {
		b.window = b.browser.life
	}
	merged, stop := merge(ctx, b.window)
	timed, cancel := context.WithDeadline(merged, b.deadline.Add(grace))
	b.Context, b.cancel = timed, func() { cancel(); stop() }
	return b
}

// left is the time until the deadline, in milliseconds, as scripts count it.
func (b *bound) left() int64 { return max(0, time.Until(b.deadline).Milliseconds()) }

// ended explains an error after the time was over: the caller's own cause
// unchanged, the browser's end, or late where it was the deadline.
func (b *bound) ended(err error, late func() error) error {
	switch {
	case err == nil:
		return nil
	case b.caller.Err() != nil:
		return context.Cause(b.caller)
	case b.browser.life.Err() != nil || chrome.IsDisconnected(err):
		return b.browser.process.Lost()
	case b.window.Err() != nil:
		return context.Cause(b.window)
	case b.Err() != nil:
		return late()
	case chrome.IsClosed(err) && b.shutItself():
		return errWindow
	}
	if typed, ok := errors.AsType[*outcome.Error](err); ok {
		return typed
	}
	return outcome.Wrap(outcome.AutomationError, err, "the browser refused a command")
}

// Goto opens an absolute address on one of the policy's hosts and returns when
// the document is there and parsed. It always loads one: left to itself, the
// browser would keep the document where only the fragment differs, or nothing
// does, and what is read back after a write would be what the page remembers.
func (p *Page) Goto(ctx context.Context, address string) error {
	b := p.bound(ctx, gotoWithin)
	defer b.cancel()
	silent := func() error { return outcome.New(outcome.SiteUnavailable, "the site did not answer in time") }
	target, err := url.Parse(address)
	if err != nil || target.Host == "" {
		return outcome.New(outcome.AutomationError, "goto: not an absolute address")
	}
	if !b.browser.rules.Reaches(target) {
		return outcome.New(outcome.AutomationError, "goto: %s://%s is not on the integration's list of hosts", target.Scheme, target.Host)
	}
	b.browser.process.ForgetRefused()
	id, err := p.frame.find(b)
	if err != nil {
		return b.ended(err, silent)
	}
	result, err := p.frame.session.Navigate(b, id, address)
	if err != nil {
		b.stopLoading(p.frame.session)
		return b.ended(err, silent)
	}
	if result.Error != "" {
		return p.unreachable(b, result.Error)
	}
	if result.SameDocument {
		if _, err := p.frame.ask(b, call{Op: "reload"}); err != nil {
			return err
		}
	} else {
		p.frame.forget()
	}
	b.browser.tookAct() // whatever was under way, it has been left behind
	a, err := p.frame.ask(b, call{Op: "parsed"})
	if typed, ok := errors.AsType[*outcome.Error](err); ok && typed.Code == outcome.SiteChanged && time.Until(b.deadline) <= 0 {
		return silent()
	}
	if err != nil {
		return err
	}
	return a.refusal(b.browser)
}

// stopLoading ends a navigation that nobody waits for any more.
func (b *bound) stopLoading(session chrome.Session) {
	if b.browser.life.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(b.browser.life, time.Second)
	defer cancel()
	_ = session.StopLoading(ctx) // the call already has its error
}

// unreachable explains a navigation that came to nothing.
func (p *Page) unreachable(b *bound, text string) error {
	if host := b.browser.process.RefusedHost(); host != "" {
		return sentAway(host)
	}
	return outcome.New(outcome.SiteUnavailable, "the browser reports %s", text)
}
