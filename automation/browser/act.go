package browser

import (
	"context"
	"encoding/json"
	"fmt"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// Fill waits for a visible, enabled text field and replaces its content, with the
// events that typing causes. A field that does not accept the text so gets real
// keys; if it then holds less than the text's letters and digits, that is an
// error. A text for a field of one character is spread over the fields from there
// on. Fill types only into documents of the policy's hosts, over https or
// on loopback. Like every method that takes a selector, it returns how many
// elements matched.
func (p *Page) Fill(ctx context.Context, selector, text string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	b.browser.recordTyped(text) // first, so that no picture can be taken in between
	b.browser.traffic.act()
	a, err := p.frame.ask(b, call{Op: "fill", Selectors: []string{selector}, Text: text, typing: true})
	b.browser.markAction()
	if err != nil {
		return a.matches(), err
	}
	p.noteMatch(a, []string{selector}, 0)
	switch string(a.Value) {
	case `"keys"`:
		if _, err = p.typeKeys(b, selector, text, true); err == nil {
			err = p.checkKept(b, selector, text)
		}
	case `"boxes"`:
		err = p.fillBoxes(b, selector, text)
	}
	return a.matches(), err
}

// checkKept returns an error if a field holds less than was typed, or something
// else. The error has the numbers of characters and not the characters.
func (p *Page) checkKept(b *bound, selector, text string) error {
	a, err := p.frame.ask(b, call{Op: "kept", Selectors: []string{selector}, Text: text, typing: true})
	if err != nil {
		return err
	}
	var lost *struct{ Holds, Of, MaxLength int }
	if err := json.Unmarshal(a.Value, &lost); err != nil || lost == nil {
		return err
	}
	detail := fmt.Sprintf("fill: the field holds %d of %d characters", lost.Holds, lost.Of)
	if lost.Holds >= lost.Of {
		detail = "fill: the field holds other characters than those that were typed"
	}
	if lost.MaxLength > 0 && lost.MaxLength < len([]rune(text)) {
		detail += fmt.Sprintf("; its maxlength is %d", lost.MaxLength)
	}
	return outcome.New(outcome.SiteChanged, "%s", detail)
}

// Type waits for a visible, enabled text field and types at the end of its
// content, with a real key for each character. It types into the same documents
// as Fill.
func (p *Page) Type(ctx context.Context, selector, text string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	b.browser.recordTyped(text)
	b.browser.traffic.act()
	return p.typeKeys(b, selector, text, false)
}

// typeKeys types into a field, replacing its content or after it, and returns how
// many elements matched.
func (p *Page) typeKeys(b *bound, selector, text string, replace bool) (int, error) {
	a, err := p.frame.ask(b, call{Op: "focus", Selectors: []string{selector}, On: replace, typing: true})
	if err != nil {
		return a.matches(), err
	}
	p.noteMatch(a, []string{selector}, 0)
	defer b.browser.markAction()
	for _, r := range text {
		if err := p.pressKey(b, keyOf(r)); err != nil {
			return a.matches(), err
		}
	}
	return a.matches(), nil
}

// fillBoxes types a text into fields of one character each, with real keys. Such
// fields move the focus on, come and go, and send the form at the last one. It
// never types a character twice: a document that goes away has got what it wanted.
func (p *Page) fillBoxes(b *bound, selector, text string) error {
	defer b.browser.markAction()
	c := call{Op: "box", Selectors: []string{selector}, typing: true}
	var inside chrome.WorldID
	for i, r := range []rune(text) {
		var err error
		if i == 0 {
			_, err = p.frame.ask(b, c)
			inside = p.frame.currentWorld()
		} else {
			c.X = float64(i)
			var a *answer
			if a, err = p.frame.run(b, inside, c); err == nil {
				err = p.frame.errorOf(a, c)
			} else if b.Err() == nil && chrome.IsDetached(err) {
				return nil
			}
		}
		if err != nil {
			return b.explain(err, func() error { return notFound(c, nil, "the page did not answer") })
		}
		if err := p.pressKey(b, keyOf(r)); err != nil {
			return err
		}
	}
	return nil
}

// Click waits until an element is visible, enabled, does not move and is not
// covered, and clicks it with the mouse. If something comes up over the element at
// that moment and would take the click, the click is stopped and Click tries
// again until its deadline. A click that the element received is the last one.
func (p *Page) Click(ctx context.Context, selector string) (int, error) {
	return p.Submit(ctx, selector, nil)
}

// ClickTimes is Click with several clicks in a row: two are a double click.
func (p *Page) ClickTimes(ctx context.Context, selector string, times int) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	a, err := p.clickElement(b, call{Op: "click", Selectors: []string{selector}, times: times}, nil)
	return a.matches(), err
}

// Submit is Click with a function to call first, or nil. It is called once, right
// before the mouse is pressed for the first time, when the element can be clicked.
func (p *Page) Submit(ctx context.Context, selector string, first func() error) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	a, err := p.clickElement(b, call{Op: "click", Selectors: []string{selector}}, first)
	return a.matches(), err
}

// Hover waits as Click does, and only moves the mouse there.
func (p *Page) Hover(ctx context.Context, selector string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	c := call{Op: "click", Selectors: []string{selector}}
	a, at, err := p.pointFor(b, c)
	if err != nil || at == nil {
		return a.matches(), err
	}
	return a.matches(), p.useMouse(b, c, a, at)
}

// Check waits for an enabled checkbox or radio button, and switches it with a
// click on it or on its label, unless its state is as wanted already.
func (p *Page) Check(ctx context.Context, selector string, on bool) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	c := call{Op: "check", Selectors: []string{selector}, On: on}
	a, err := p.clickElement(b, c, nil)
	if err != nil || string(a.Value) == "null" {
		return a.matches(), err
	}
	_, err = p.frame.ask(b, call{Op: "checked", Selectors: c.Selectors, On: on})
	return a.matches(), err
}
