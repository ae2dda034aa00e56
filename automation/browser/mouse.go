package browser

import (
	"encoding/json"
	"time"

	"passage/automation/outcome"
)

// point is a place in a frame, in CSS pixels.
type point struct{ X, Y float64 }

// press has the mouse clicked on what a call finds, if it finds anything to
// click. first is done once, before. A press that did not come to the element,
// and so came to nothing, is made again.
func (p *Page) press(b *bound, c call, first func() error) (*answer, error) {
	c.Press = true
	for {
		a, at, err := p.spot(b, c)
		if err != nil || at == nil {
			return a, err
		}
		if first != nil {
			if err := first(); err != nil {
				return a, err
			}
			first = nil
		}
		if err := p.mouse(b, c, a, at); err != nil {
			return a, err
		}
		instead := p.missed(b)
		if instead == "" {
			return a, nil
		}
		if time.Until(b.deadline) <= 0 {
			return a, missing(c, a, instead)
		}
	}
}

// spot finds where in the window the mouse has to go for a call; nil if the call
// finds nothing that wants it.
func (p *Page) spot(b *bound, c call) (*answer, *point, error) {
	for {
		a, err := p.frame.ask(b, c)
		if err != nil {
			return a, nil, err
		}
		p.note(a, c.Selectors, 0)
		if string(a.Value) == "null" {
			return a, nil, nil
		}
		at, err := p.point(b, c, a)
		if err != nil || at != nil {
			return a, at, err
		}
		b.pause() // the frame was replaced; it is found again
	}
}

// point is where in the window an answer's point is, which is one of the frame;
// nil if the frame is no longer there.
func (p *Page) point(b *bound, c call, a *answer) (*point, error) {
	var at point
	if err := json.Unmarshal(a.Value, &at); err != nil {
		return nil, outcome.Wrap(outcome.AutomationError, err, "%s: no point", c.Op)
	}
	for f := p.frame; f.parent != nil; f = f.parent {
		through, err := f.parent.ask(b, call{Op: "through", Selectors: []string{f.selector}, X: at.X, Y: at.Y, Press: c.Press})
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

// mouse goes to a point, and there presses and lets go where the call is one
// that presses.
func (p *Page) mouse(b *bound, c call, a *answer, at *point) error {
	defer b.browser.noteAct()
	err := p.frame.session.MoveMouse(b, at.X, at.Y)
	if err == nil && c.Press {
		err = p.frame.session.ClickMouse(b, at.X, at.Y)
		if err != nil && b.shutItself() {
			return nil // by this very click
		}
	}
	if err != nil {
		return b.ended(err, func() error { return missing(c, a, "the page did not take the click") })
	}
	return nil
}

// missed opens the gates that a press went through, in each document on its
// way, and returns what it came to in the place of its element, or "". A
// document that has gone since was left by this very press.
func (p *Page) missed(b *bound) (instead string) {
	for f := p.frame; f != nil; f = f.parent {
		inside := f.present()
		if inside == 0 {
			continue
		}
		var here string
		a, err := f.run(b, inside, call{Op: "missed"})
		if err == nil && json.Unmarshal(a.Value, &here) == nil && instead == "" {
			instead = here
		}
	}
	return instead
}
