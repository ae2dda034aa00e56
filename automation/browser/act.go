package browser

import (
	"context"

	"passage/automation/browser/chrome"
)

// Fill waits for a visible, enabled text field and replaces its content, with
// the events that typing gives; a field that does not take it so gets real
// keys. A text for a field of one character is spread over it and those like
// it. It types only into documents of the policy's hosts, over https or on loopback.
func (p *Page) Fill(ctx context.Context, selector, text string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	b.browser.noteTyped(text) // before, so that no picture can come between
	a, err := p.frame.ask(b, call{Op: "fill", Selectors: []string{selector}, Text: text, typing: true})
	b.browser.noteAct()
	if err != nil {
		return a.matches(), err
	}
	p.note(a, []string{selector}, 0)
	switch string(a.Value) {
	case `"keys"`:
		_, err = p.keys(b, selector, text, true)
	case `"boxes"`:
		err = p.spread(b, selector, text)
	}
	return a.matches(), err
}

// Type waits for a visible, enabled text field and types at the end of what it
// holds, a real key for each character. Where it types is as with Fill.
func (p *Page) Type(ctx context.Context, selector, text string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	b.browser.noteTyped(text)
	return p.keys(b, selector, text, false)
}

// keys types into a field, in the place of what it holds or after it. It returns
// how many elements matched.
func (p *Page) keys(b *bound, selector, text string, replace bool) (int, error) {
	a, err := p.frame.ask(b, call{Op: "focus", Selectors: []string{selector}, On: replace, typing: true})
	if err != nil {
		return a.matches(), err
	}
	p.note(a, []string{selector}, 0)
	defer b.browser.noteAct()
	for _, r := range text {
		if err := p.pressKey(b, keyOf(r)); err != nil {
			return a.matches(), err
		}
	}
	return a.matches(), nil
}

// spread types a text over boxes of one character each, with real keys: such
// boxes move the focus on, come and go, and send the form at the last one. What
// was typed is never typed again: a document that goes away has what it wanted.
func (p *Page) spread(b *bound, selector, text string) error {
	defer b.browser.noteAct()
	c := call{Op: "box", Selectors: []string{selector}, typing: true}
	var inside chrome.WorldID
	for i, r := range []rune(text) {
		var err error
		if i == 0 {
			_, err = p.frame.ask(b, c)
			inside = p.frame.present()
		} else {
			c.X = float64(i)
			var a *answer
			if a, err = p.frame.run(b, inside, c); err == nil {
				err = p.frame.judge(a, c)
			} else if b.Err() == nil && chrome.IsDetached(err) {
				return nil
			}
		}
		if err != nil {
			return b.ended(err, func() error { return missing(c, nil, "the page did not answer") })
		}
		if err := p.pressKey(b, keyOf(r)); err != nil {
			return err
		}
	}
	return nil
}

// Click waits until an element is visible, enabled, still and not covered, and
// clicks it with the mouse. A click that something else would have taken, which
// came up over the element at that moment, comes to nothing, and Click looks
// again until its time is over; one that has come to the element is the last.
func (p *Page) Click(ctx context.Context, selector string) (int, error) {
	return p.Submit(ctx, selector, nil)
}

// Submit is Click with something to do first, or nil: once, right before the
// mouse is pressed for the first time, when the element could be clicked.
func (p *Page) Submit(ctx context.Context, selector string, first func() error) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	a, err := p.press(b, call{Op: "click", Selectors: []string{selector}}, first)
	return a.matches(), err
}

// Hover waits as Click does, and only moves the mouse there.
func (p *Page) Hover(ctx context.Context, selector string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	c := call{Op: "click", Selectors: []string{selector}}
	a, at, err := p.spot(b, c)
	if err != nil || at == nil {
		return a.matches(), err
	}
	return a.matches(), p.mouse(b, c, a, at)
}

// Check waits for an enabled checkbox or radio button and switches it, by a
// click on it or on its label, if it is not already as wanted.
func (p *Page) Check(ctx context.Context, selector string, on bool) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	c := call{Op: "check", Selectors: []string{selector}, On: on}
	a, err := p.press(b, c, nil)
	if err != nil || string(a.Value) == "null" {
		return a.matches(), err
	}
	_, err = p.frame.ask(b, call{Op: "checked", Selectors: c.Selectors, On: on})
	return a.matches(), err
}
