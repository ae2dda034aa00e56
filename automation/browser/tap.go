package browser

import (
	"context"
	"errors"

	"passage/automation/outcome"
)

// Tap types a text on a keypad: for each of its characters it clicks the element
// of a selector, as Click does, each within the deadline. Like Fill, it works only
// in documents that may be typed into. No error and no record tells which keys
// there were, or how many.
func (p *Page) Tap(ctx context.Context, text string, keys []string) error {
	p.frame.browser.recordTyped(text)
	if err := p.mayType(ctx); err != nil {
		return err
	}
	for _, key := range keys {
		if err := p.tapKey(ctx, key); err != nil {
			return withoutKeys(err)
		}
	}
	return p.leaveKeypad(ctx)
}

// mayType returns an error unless the document may be typed into.
func (p *Page) mayType(ctx context.Context) error {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	_, err := p.frame.ask(b, call{Op: "parsed", typing: true})
	return err
}

func (p *Page) tapKey(ctx context.Context, key string) error {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	unnoted := &Page{frame: p.frame, within: p.within}
	_, err := unnoted.clickElement(b, call{Op: "click", Selectors: []string{key}, typing: true, private: true}, nil)
	return err
}

// leaveKeypad moves the mouse away, so that no picture shows it over the last key.
func (p *Page) leaveKeypad(ctx context.Context) error {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	err := p.frame.session.MoveMouse(b, 0, 0)
	if err == nil || b.windowClosed() {
		return nil
	}
	return b.explain(err, func() error { return outcome.New(outcome.SiteChanged, "tap: the page did not take the mouse") })
}

// withoutKeys returns an error that does not tell a key. Those of the element are
// replaced: they name its selector, or quote what it shows.
func withoutKeys(err error) error {
	typed, ok := errors.AsType[*outcome.Error](err)
	switch {
	case !ok || errors.Is(err, errWindowClosed):
		return err
	case typed.Code == outcome.SiteChanged:
		return outcome.New(outcome.SiteChanged, "tap: the keypad has no such key that could be clicked in time, or several")
	case typed.Code == outcome.AutomationError:
		return outcome.New(outcome.AutomationError, "tap: a selector for a key is not valid, or matches several elements")
	}
	return err
}
