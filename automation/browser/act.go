package browser

import (
	"context"
	"encoding/json"

	"github.com/go-rod/rod/lib/proto"

	"passage/automation/outcome"
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
	if a.yes() {
		return a.matches(), p.keys(b, selector, text, true)
	}
	return a.matches(), nil
}

// Type waits for a visible, enabled text field and types at the end of what it
// holds, a real key for each character. Where it types is as with Fill.
func (p *Page) Type(ctx context.Context, selector, text string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	b.browser.noteTyped(text)
	count, err := p.frame.ask(b, call{Op: "count", Selectors: []string{selector}})
	if err != nil {
		return 0, err
	}
	return count.matches(), p.keys(b, selector, text, false)
}

// keys types into a field, in the place of what it holds or after it.
func (p *Page) keys(b *bound, selector, text string, replace bool) error {
	a, err := p.frame.ask(b, call{Op: "focus", Selectors: []string{selector}, On: replace, typing: true})
	if err != nil {
		return err
	}
	p.note(a, []string{selector}, 0)
	defer b.browser.noteAct()
	for _, r := range text {
		if err := p.key(b, keyOf(r)); err != nil {
			return err
		}
	}
	return nil
}

// Click waits until an element is visible, enabled, still and not covered, and
// clicks it with the mouse.
func (p *Page) Click(ctx context.Context, selector string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	a, err := p.frame.ask(b, call{Op: "click", Selectors: []string{selector}})
	if err != nil {
		return a.matches(), err
	}
	p.note(a, []string{selector}, 0)
	return a.matches(), p.mouse(b, a, selector, true)
}

// Hover waits as Click does, and only moves the mouse there.
func (p *Page) Hover(ctx context.Context, selector string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	a, err := p.frame.ask(b, call{Op: "click", Selectors: []string{selector}})
	if err != nil {
		return a.matches(), err
	}
	p.note(a, []string{selector}, 0)
	return a.matches(), p.mouse(b, a, selector, false)
}

// Select waits for a visible, enabled select element that has the option, by
// value or else by visible label, and chooses it.
func (p *Page) Select(ctx context.Context, selector, value string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	b.browser.noteTyped(value)
	a, err := p.frame.ask(b, call{Op: "select", Selectors: []string{selector}, Text: value, typing: true})
	b.browser.noteAct()
	p.note(a, []string{selector}, 0)
	return a.matches(), err
}

// Check waits for an enabled checkbox or radio button and switches it, by a
// click on it or on its label, if it is not already as wanted.
func (p *Page) Check(ctx context.Context, selector string, on bool) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	a, err := p.frame.ask(b, call{Op: "check", Selectors: []string{selector}, On: on})
	if err != nil {
		return a.matches(), err
	}
	p.note(a, []string{selector}, 0)
	if string(a.Value) == "null" {
		return a.matches(), nil
	}
	if err := p.mouse(b, a, selector, true); err != nil {
		return a.matches(), err
	}
	_, err = p.frame.ask(b, call{Op: "checked", Selectors: []string{selector}, On: on})
	return a.matches(), err
}

// mouse goes to the point of an answer, and there presses and lets go.
func (p *Page) mouse(b *bound, a *answer, selector string, clicks bool) error {
	var at point
	if err := json.Unmarshal(a.Value, &at); err != nil {
		return outcome.Wrap(outcome.AutomationError, err, "click: no point")
	}
	for f := p.frame; f.parent != nil; f = f.parent {
		through, err := f.parent.ask(b, call{Op: "through", Selectors: []string{f.selector}, X: at.X, Y: at.Y})
		if err != nil {
			return err
		}
		if err := json.Unmarshal(through.Value, &at); err != nil {
			return outcome.Wrap(outcome.AutomationError, err, "click: no point in the frame")
		}
	}
	defer b.browser.noteAct()
	event := proto.InputDispatchMouseEvent{Type: proto.InputDispatchMouseEventTypeMouseMoved, X: at.X, Y: at.Y}
	press := event
	press.Type, press.Button, press.ClickCount = proto.InputDispatchMouseEventTypeMousePressed, proto.InputMouseButtonLeft, 1
	release := press
	release.Type = proto.InputDispatchMouseEventTypeMouseReleased
	events := []proto.InputDispatchMouseEvent{event, press, release}
	if !clicks {
		events = events[:1]
	}
	for i, e := range events {
		if err := e.Call(p.frame.to(b)); err != nil {
			if i > 0 && b.shutItself() {
				return nil // by this very click
			}
			return b.ended(err, func() error {
				return missing(call{Op: "click", Selectors: []string{selector}}, a, "the page did not take the click")
			})
		}
	}
	return nil
}
