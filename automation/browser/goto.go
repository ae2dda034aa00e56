package browser

import (
	"context"
	"errors"
	"net/url"
	"time"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// Goto opens an absolute address on one of the policy's hosts, and returns when the
// document is loaded and parsed. It always loads a document. The browser by itself
// would keep the present one if the addresses differ in their fragment only, or not
// at all, and a read-back after a write would read what the page remembers.
func (p *Page) Goto(ctx context.Context, address string) error {
	_, err := p.open(ctx, address, false)
	return err
}

// GotoShown is Goto that returns as soon as the document shows something. Until
// the next Goto, every call works on what is there, in documents that are not
// loaded yet too: for pages with a script that never answers.
func (p *Page) GotoShown(ctx context.Context, address string) error {
	_, err := p.open(ctx, address, true)
	return err
}

// open returns what the page answered when it was there.
func (p *Page) open(ctx context.Context, address string, early bool) (*answer, error) {
	b := p.bound(ctx, gotoWithin)
	defer b.cancel()
	b.browser.early.Store(early)
	silent := func() error { return outcome.New(outcome.SiteUnavailable, "the site did not answer in time") }
	target, err := url.Parse(address)
	if err != nil || target.Host == "" {
		return nil, outcome.New(outcome.AutomationError, "goto: not an absolute address")
	}
	if !b.browser.rules.Reaches(target) {
		return nil, outcome.New(outcome.AutomationError, "goto: %s://%s is not on the integration's list of hosts", target.Scheme, target.Host)
	}
	b.browser.process.ForgetRefused()
	b.browser.traffic.leave()
	select {
	case <-b.browser.files: // of an earlier address
	default:
	}
	id, err := p.frame.findID(b)
	if err != nil {
		return nil, b.explain(err, silent)
	}
	result, err := p.frame.session.Navigate(b, id, address)
	for err == nil && result.SameDocument {
		// Leave the document first. A reload would not do: the page can stop it.
		if _, err = p.frame.session.Navigate(b, id, "about:blank"); err == nil {
			result, err = p.frame.session.Navigate(b, id, address)
		}
	}
	if err != nil {
		b.stopLoading(p.frame.session)
		return nil, b.explain(err, silent)
	}
	if result.Error != "" {
		return nil, p.unreachable(b, target, result.Error)
	}
	p.frame.forgetDocument()
	b.browser.takeAction() // an action before this navigation no longer matters
	a, err := p.frame.ask(b, call{Op: "parsed"})
	if typed, ok := errors.AsType[*outcome.Error](err); ok && typed.Code == outcome.SiteChanged && time.Until(b.deadline) <= 0 {
		return nil, silent()
	}
	if err != nil {
		return nil, err
	}
	return a, a.documentError(b.browser)
}

// stopLoading ends a navigation whose caller does not wait any longer.
func (b *bound) stopLoading(session chrome.Session) {
	if b.browser.life.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(b.browser.life, time.Second)
	defer cancel()
	_ = session.StopLoading(ctx) // the call already has its error
}

// unreachable returns the error of a navigation that loaded no document.
func (p *Page) unreachable(b *bound, target *url.URL, text string) error {
	if host := b.browser.process.RefusedHost(); host != "" {
		return unlistedHost(host)
	}
	if problem := b.browser.process.DialProblem(target.Scheme, target.Host); problem != "" {
		return outcome.New(outcome.SiteUnavailable, "%s", problem)
	}
	if text == "net::ERR_ABORTED" {
		if file := p.frame.browser.refusedFile(b); file != "" {
			return outcome.New(outcome.AutomationError, "goto: the address gives a file, %.80q, and not a page", file)
		}
	}
	return outcome.New(outcome.SiteUnavailable, "the browser reports %s", text)
}

// downloadRefused records the name of a file that was not downloaded.
func (b *Browser) downloadRefused(file string) {
	select {
	case <-b.files: // an earlier one, which nobody asked for
	default:
	}
	b.files <- file
}

// refusedFile returns the name of the file that a navigation gave. The event comes
// about when the navigation ends.
func (b *Browser) refusedFile(ctx context.Context) string {
	wait := time.NewTimer(time.Second)
	defer wait.Stop()
	select {
	case file := <-b.files:
		return file
	case <-ctx.Done():
	case <-wait.C: // the answer was empty
	}
	return ""
}
