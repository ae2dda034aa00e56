package browser

import (
	"encoding/json"
	"time"

	"passage/automation/outcome"
)

// point is a point of a frame, in CSS pixels.
type point struct{ X, Y float64 }

// clickElement clicks what a call finds, if the call finds something to click. first
// is called once, before the first click. A click that the element did not receive
// is made again.
func (p *Page) clickElement(b *bound, c call, first func() error) (*answer, error) {
	c.Press = true
	for {
		a, at, err := p.pointFor(b, c)
		if err != nil || at == nil {
			return a, err
		}
		if first != nil {
			if err := first(); err != nil {
				return a, err
			}
			first = nil
		}
		if err := p.useMouse(b, c, a, at); err != nil {
			return a, err
		}
		instead := p.clickedInstead(b)
		if instead == "" {
			return a, nil
		}
		if time.Until(b.deadline) <= 0 {
			return a, notFound(c, a, instead)
		}
	}
}

// pointFor returns where in the window to click for a call, or nil if the call finds
// nothing to click.
func (p *Page) pointFor(b *bound, c call) (*answer, *point, error) {
	for {
		a, err := p.frame.ask(b, c)
		if err != nil {
			return a, nil, err
		}
		p.noteMatch(a, c.Selectors, 0)
		if string(a.Value) == "null" {
			return a, nil, nil
		}
		at, err := p.pointInWindow(b, c, a)
		if err != nil || at != nil {
			return a, at, err
		}
		b.pause() // the frame was replaced; it is found again
	}
}

// pointInWindow converts an answer's point from the frame to the window. It returns
// nil if the frame is no longer there.
func (p *Page) pointInWindow(b *bound, c call, a *answer) (*point, error) {
	var at point
	if err := json.Unmarshal(a.Value, &at); err != nil {
		return nil, outcome.Wrap(outcome.AutomationError, err, "%s: no point", c.Op)
	}
	for f := p.frame; f.parent != nil; f = f.parent {
		through, err := f.parent.ask(b, call{Op: "pointInParent", Selectors: []string{f.selector}, X: at.X, Y: at.Y, Press: c.Press})
		if err != nil {
			return nil, err
		}
		var outer *point
		if err := json.Unmarshal(through.Value, &outer); err != nil {
			return nil, outcome.Wrap(outcome.AutomationError, err, "%s: no point in the frame", c.Op)
		}
		if outer == nil {
			return nil, nil
		}
		at = *outer
	}
	return &at, nil
}

// useMouse moves the mouse to a point, and clicks there if the call is a press.
func (p *Page) useMouse(b *bound, c call, a *answer, at *point) error {
	defer b.browser.markAction()
	err := p.frame.session.MoveMouse(b, at.X, at.Y)
	if err == nil && c.Press {
		b.browser.traffic.act()
		err = p.frame.session.ClickMouse(b, at.X, at.Y, max(1, c.times))
		if err != nil && b.windowClosed() {
			return nil // by this very click
		}
	}
	if err != nil {
		return b.explain(err, func() error { return notFound(c, a, "the page did not take the click") })
	}
	return nil
}

// clickedInstead removes the guards of a click, one in each document on its way,
// and returns what received the click instead of its element, or "". A document
// that is gone was left by this very click.
func (p *Page) clickedInstead(b *bound) (instead string) {
	for f := p.frame; f != nil; f = f.parent {
		inside := f.currentWorld()
		if inside == 0 {
			continue
		}
		var here string
		a, err := f.run(b, inside, call{Op: "clickedInstead"})
		if err == nil && json.Unmarshal(a.Value, &here) == nil && instead == "" {
			instead = here
		}
	}
	return instead
}
