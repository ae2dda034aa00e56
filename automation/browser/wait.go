package browser

import (
	"context"
	"encoding/json"
	"strings"

	"passage/automation/outcome"
)

// Condition is one outcome that a page may come to: a visible element, or an
// address, written url=PATTERN as WaitURL takes it.
type Condition struct{ Name, Selector string }

// WaitFor returns the name of the first condition that holds; of several that
// hold at once, the first in order. It goes on through navigations.
func (p *Page) WaitFor(ctx context.Context, conditions []Condition) (string, error) {
	return p.race(ctx, call{Op: "race"}, conditions)
}

// Watch is WaitFor that returns an empty name, too, whenever the page has
// changed or might have: at most twenty and at least four times a second. Its
// caller looks for something that no condition can say.
func (p *Page) Watch(ctx context.Context, conditions []Condition) (string, error) {
	return p.race(ctx, call{Op: "race", Watch: true}, conditions)
}

// Look is Watch that does not wait for a change: it returns an empty name as
// soon as the document is there and none of the conditions holds.
func (p *Page) Look(ctx context.Context, conditions []Condition) (string, error) {
	return p.race(ctx, call{Op: "race", Look: true}, conditions)
}

func (p *Page) race(ctx context.Context, c call, conditions []Condition) (string, error) {
	for _, condition := range conditions {
		c.Selectors = append(c.Selectors, condition.Selector)
		c.names = append(c.names, condition.Name)
	}
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	a, err := p.frame.ask(b, c)
	if err != nil {
		return "", err
	}
	var first int
	if err := json.Unmarshal(a.Value, &first); err != nil {
		return "", outcome.Wrap(outcome.AutomationError, err, "race: unexpected value")
	}
	if first < 0 || first >= len(conditions) {
		return "", nil
	}
	p.note(a, c.Selectors, first)
	return conditions[first].Name, nil
}

// Dismiss has whatever matches clicked away when it shows while a call waits,
// from here on, in every document: banners, surveys. It takes the place of what
// was said before.
func (p *Page) Dismiss(selectors ...string) {
	b := p.frame.browser
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inWay = strings.Join(selectors, separator)
}

func (b *Browser) inTheWay() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.inWay
}

// WaitURL waits until the page is at an address. In the pattern * stands for
// anything; it is held against the address without query, and without fragment
// unless it has one itself, or against the path alone if it starts with a slash.
func (p *Page) WaitURL(ctx context.Context, pattern string) error {
	var there bool
	_, err := p.get(ctx, call{Op: "address", Text: pattern}, &there)
	return err
}
