package browser

import (
	"context"
	"encoding/json"

	"passage/automation/outcome"
)

// Column is one value of each row: its name in the result, and where it is in the
// row. "" and "." are the text of the row, "@name" is an attribute of the row,
// "selector" is the text and "selector@name" an attribute of the first match.
type Column struct{ Name, Selector string }

// Frame returns the document inside an iframe, of any origin. Later calls find the
// frame again if the site replaces the iframe.
func (p *Page) Frame(ctx context.Context, selector string) (*Page, int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	a, err := p.frame.ask(b, call{Op: "frame", Selectors: []string{selector}})
	if err != nil {
		return nil, a.matches(), err
	}
	p.noteMatch(a, []string{selector}, 0)
	inside := &frame{browser: b.browser, session: p.frame.session, life: p.frame.life, parent: p.frame, selector: selector, first: p.first}
	return &Page{frame: inside, within: p.within}, a.matches(), nil
}

// Text waits for an element and returns its visible text, trimmed.
func (p *Page) Text(ctx context.Context, selector string) (string, int, error) {
	var text string
	n, err := p.get(ctx, call{Op: "text", Selectors: []string{selector}}, &text)
	return text, n, err
}

// Attr waits for an element and returns one of its attributes, and whether the
// element has it.
func (p *Page) Attr(ctx context.Context, selector, name string) (string, bool, int, error) {
	var value *string
	n, err := p.get(ctx, call{Op: "attr", Selectors: []string{selector}, Text: name}, &value)
	if err != nil || value == nil {
		return "", false, n, err
	}
	return *value, true, n, nil
}

// Value waits for a field and returns its content; for a select, the value of the
// chosen option. It refuses password fields, and fields that something was typed
// into.
func (p *Page) Value(ctx context.Context, selector string) (string, int, error) {
	var value string
	n, err := p.get(ctx, call{Op: "value", Selectors: []string{selector}}, &value)
	return value, n, err
}

// Checked waits for a checkbox or radio button and reports whether it is on.
func (p *Page) Checked(ctx context.Context, selector string) (bool, int, error) {
	var on bool
	n, err := p.get(ctx, call{Op: "isChecked", Selectors: []string{selector}}, &on)
	return on, n, err
}

// Exists reports whether any element matches now. Exists, Count and Rows wait only
// while the document is being loaded.
func (p *Page) Exists(ctx context.Context, selector string) (bool, error) {
	n, err := p.Count(ctx, selector)
	return n > 0, err
}

// Hidden reports whether an element matches now, and none that matches is visible.
func (p *Page) Hidden(ctx context.Context, selector string) (bool, error) {
	var hidden bool
	_, err := p.get(ctx, call{Op: "hidden", Selectors: []string{selector}}, &hidden)
	return hidden, err
}

// Ready reports whether an element that could be clicked matches now: it is visible
// and enabled.
func (p *Page) Ready(ctx context.Context, selector string) (bool, error) {
	var ready bool
	_, err := p.get(ctx, call{Op: "ready", Selectors: []string{selector}}, &ready)
	return ready, err
}

// Count returns how many elements match now.
func (p *Page) Count(ctx context.Context, selector string) (int, error) {
	var n int
	_, err := p.get(ctx, call{Op: "count", Selectors: []string{selector}}, &n)
	return n, err
}

// Rows reads a value per column from every element that matches now. A value that
// does not exist is nil. No rows is no error.
func (p *Page) Rows(ctx context.Context, selector string, columns []Column) ([]map[string]*string, error) {
	wanted := make([]string, len(columns))
	for i, column := range columns {
		wanted[i] = column.Selector
	}
	var values [][]*string
	if _, err := p.get(ctx, call{Op: "rows", Selectors: []string{selector}, Names: wanted}, &values); err != nil {
		return nil, err
	}
	rows := make([]map[string]*string, len(values))
	for i, row := range values {
		rows[i] = make(map[string]*string, len(columns))
		for j, column := range columns {
			rows[i][column.Name] = row[j]
		}
	}
	return rows, nil
}

// get decodes the value of an answer, and returns how many elements matched.
func (p *Page) get(ctx context.Context, c call, into any) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	a, err := p.frame.ask(b, c)
	if err != nil {
		return a.matches(), err
	}
	p.noteMatch(a, c.Selectors, 0)
	if err := json.Unmarshal(a.Value, into); err != nil {
		return a.matches(), outcome.Wrap(outcome.AutomationError, err, "%s: unexpected value", c.Op)
	}
	return a.matches(), nil
}
