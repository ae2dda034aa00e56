package browser

import (
	"context"
	"errors"
	"time"

	"passage/automation/outcome"
)

// Select chooses an option by its value or else by its visible label. The element
// is a select, a field with a datalist, or a widget that shows its options when it
// is clicked. Select waits until such a widget shows the choice.
func (p *Page) Select(ctx context.Context, selector, value string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	b.browser.recordTyped(value)
	b.browser.traffic.act()
	c := call{Op: "select", Selectors: []string{selector}, Text: value, typing: true}
	a, err := p.frame.ask(b, c)
	b.browser.markAction()
	p.noteMatch(a, c.Selectors, 0)
	if err != nil || string(a.Value) == "null" {
		return a.matches(), err
	}
	return a.matches(), p.choose(b, c, string(a.Value) == `{"typed":true}`)
}

// filterAfter is how long an open list is searched before the option is typed into
// the field that the list belongs to: many widgets filter the list by it.
const filterAfter = 1500 * time.Millisecond

// choose chooses from the list of a widget, which may be a text field too.
func (p *Page) choose(b *bound, c call, field bool) error {
	c.Op = "open"
	if _, err := p.clickElement(b, c, nil); err != nil {
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

// option clicks the option. If need be it types the option into the field first.
func (p *Page) option(b *bound, c call, field bool) error {
	if !field || time.Until(b.deadline) <= filterAfter {
		_, err := p.clickElement(b, c, nil)
		return err
	}
	short := *b
	short.deadline = time.Now().Add(filterAfter)
	a, err := p.clickElement(&short, c, nil)
	typed, ok := errors.AsType[*outcome.Error](err)
	if missing := ok && (typed.Code == outcome.SiteChanged || a != nil && a.ChoiceCount > 0); !missing {
		return err
	}
	if _, err := p.frame.ask(b, call{Op: "fill", Selectors: c.Selectors, Text: c.Text, typing: true}); err != nil {
		return err
	}
	b.browser.markAction()
	_, err = p.clickElement(b, c, nil)
	return err
}
