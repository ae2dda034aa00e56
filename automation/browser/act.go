package browser

import (
	"context"
	"encoding/json"
	"unicode/utf8"

	"github.com/go-rod/rod/lib/proto"

	"passage/automation/outcome"
)

// Fill waits for a visible, enabled text field and replaces its content, with
// the events that typing gives. It types only into documents of the policy's
// hosts, over https or on loopback.
func (p *Page) Fill(ctx context.Context, selector, text string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	b.browser.noteTyped(text) // before, so that no picture can come between
	a, err := p.frame.ask(b, call{Op: "fill", Selectors: []string{selector}, Text: text, typing: true})
	b.browser.noteAct()
	return a.matches(), err
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
	return a.matches(), p.mouse(b, a, selector)
}

// Select waits for a visible, enabled select element that has the option, by
// value or else by visible label, and chooses it.
func (p *Page) Select(ctx context.Context, selector, value string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	b.browser.noteTyped(value)
	a, err := p.frame.ask(b, call{Op: "select", Selectors: []string{selector}, Text: value, typing: true})
	b.browser.noteAct()
	return a.matches(), err
}

// Check waits for an enabled checkbox or radio button and switches it, by a
// click on it or on its label, if it is not already as wanted.
func (p *Page) Check(ctx context.Context, selector string, on bool) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	a, err := p.frame.ask(b, call{Op: "check", Selectors: []string{selector}, On: on})
	if err != nil || string(a.Value) == "null" {
		return a.matches(), err
	}
	if err := p.mouse(b, a, selector); err != nil {
		return a.matches(), err
	}
	_, err = p.frame.ask(b, call{Op: "checked", Selectors: []string{selector}, On: on})
	return a.matches(), err
}

// mouse clicks at the point of an answer: moves there, presses and lets go.
func (p *Page) mouse(b *bound, a *answer, selector string) error {
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
	for _, e := range []proto.InputDispatchMouseEvent{event, press, release} {
		if err := e.Call(b.browser.at(b, b.browser.session)); err != nil {
			return b.ended(err, func() error {
				return missing(call{Op: "click", Selectors: []string{selector}}, a, "the page did not take the click")
			})
		}
	}
	return nil
}

// keys are the named keys; as the DOM and Chromium name them.
var keys = map[string]proto.InputDispatchKeyEvent{
	"Enter":  {Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r", UnmodifiedText: "\r"},
	"Tab":    {Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9},
	"Escape": {Key: "Escape", Code: "Escape", WindowsVirtualKeyCode: 27},
}

// Press presses and releases a key where the focus is: "Enter", "Tab",
// "Escape" or one character.
func (p *Page) Press(ctx context.Context, key string) error {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	down, named := keys[key]
	if !named {
		if utf8.RuneCountInString(key) != 1 {
			return outcome.New(outcome.AutomationError, "press: no such key")
		}
		down = proto.InputDispatchKeyEvent{Key: key, Text: key, UnmodifiedText: key}
	}
	defer b.browser.noteAct()
	down.Type = proto.InputDispatchKeyEventTypeRawKeyDown
	if down.Text != "" {
		down.Type = proto.InputDispatchKeyEventTypeKeyDown
	}
	up := down
	up.Type, up.Text, up.UnmodifiedText = proto.InputDispatchKeyEventTypeKeyUp, "", ""
	for _, e := range []proto.InputDispatchKeyEvent{down, up} {
		if err := e.Call(b.browser.at(b, b.browser.session)); err != nil {
			return b.ended(err, func() error { return outcome.New(outcome.SiteChanged, "press: the page did not take the key") })
		}
	}
	return nil
}
