package browser

import (
	"context"
	"errors"
	"time"

	"passage/automation/outcome"
)

// Select chooses an option by value or else by visible label: of a select
// element, of a field with suggestions of the browser's, or of any other
// element that shows its options when it is clicked, as widgets do. It waits
// until such a widget shows the choice.
func (p *Page) Select(ctx context.Context, selector, value string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	b.browser.noteTyped(value)
	c := call{Op: "select", Selectors: []string{selector}, Text: value, typing: true}
	a, err := p.frame.ask(b, c)
	b.browser.noteAct()
	p.note(a, c.Selectors, 0)
	if err != nil || string(a.Value) == "null" {
		return a.matches(), err
	}
	return a.matches(), p.choose(b, c, string(a.Value) == `{"typed":true}`)
}

// filterAfter is how long an open list is searched before the option is typed
// into the field that it belongs to, which many use to filter the list.
const filterAfter = 1500 * time.Millisecond

// choose chooses from the list of a widget, which may be a text field, too.
func (p *Page) choose(b *bound, c call, field bool) error {
	c.Op = "open"
	if _, err := p.press(b, c, nil); err != nil {
		return err
	}
	c.Op = "option"
	err := p.option(b, c, field)
	if err != nil {
		return err
	}
	c.Op = "chosen"
	_, err = p.frame.ask(b, c)
	return err
}

// option clicks the option, after typing it into the field if it takes that.
func (p *Page) option(b *bound, c call, field bool) error {
	if !field || time.Until(b.deadline) <= filterAfter {
		_, err := p.press(b, c, nil)
		return err
	}
	short := *b
	short.deadline = time.Now().Add(filterAfter)
	_, err := p.press(&short, c, nil)
	if typed, ok := errors.AsType[*outcome.Error](err); !ok || typed.Code != outcome.SiteChanged {
		return err
	}
	if _, err := p.frame.ask(b, call{Op: "fill", Selectors: c.Selectors, Text: c.Text, typing: true}); err != nil {
		return err
	}
	b.browser.noteAct()
	_, err = p.press(b, c, nil)
	return err
}
