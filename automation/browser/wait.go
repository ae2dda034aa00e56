package browser

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"passage/automation/outcome"
)

// Condition is one outcome of a wait: a visible element; or one that is there and
// hidden, written hidden=SELECTOR; or an address, written url=PATTERN with a pattern
// of WaitURL; or a response of the site, as ResponsePattern.Selector writes it.
type Condition struct{ Name, Selector string }

// WaitFor returns the name of the first condition that holds; if several hold at
// once, the first in order. It continues through navigations.
func (p *Page) WaitFor(ctx context.Context, conditions []Condition) (string, error) {
	if len(patternsOf(conditions)) == 0 {
		return p.race(ctx, call{Op: "race"}, conditions)
	}
	deadline := p.deadline(elementWithin)
	c := call{Op: "race", Poll: true} // the page does not know of responses: look now and then
	for ; ; c = (call{Op: "race", Watch: true}) {
		name, err := p.Within(max(time.Millisecond, time.Until(deadline))).race(ctx, c, conditions)
		if err != nil || name != "" {
			return name, err
		}
	}
}

// Watch is WaitFor that also returns an empty name whenever the page has changed or
// might have changed, between four and twenty times a second. It is for callers
// that wait for something that no condition can express.
func (p *Page) Watch(ctx context.Context, conditions []Condition) (string, error) {
	return p.race(ctx, call{Op: "race", Watch: true}, conditions)
}

// Poll is Watch that does not wait for a change: it returns an empty name as soon as
// the document is there and none of the conditions holds.
func (p *Page) Poll(ctx context.Context, conditions []Condition) (string, error) {
	return p.race(ctx, call{Op: "race", Poll: true}, conditions)
}

func (p *Page) race(ctx context.Context, c call, conditions []Condition) (string, error) {
	for _, condition := range conditions {
		c.Selectors = append(c.Selectors, condition.Selector)
		c.names = append(c.names, condition.Name)
	}
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	a, err := p.frame.ask(b, c)
	first := -1
	if err == nil {
		if err := json.Unmarshal(a.Value, &first); err != nil {
			return "", outcome.Wrap(outcome.AutomationError, err, "race: unexpected value")
		}
	}
	if ctx.Err() == nil && b.window.Err() == nil {
		if name, came := p.responseCame(patternsOf(conditions), conditions, first); came {
			return name, nil
		}
	}
	if err != nil {
		return "", p.withoutResponse(err, conditions)
	}
	if first < 0 || first >= len(conditions) {
		return "", nil
	}
	p.noteMatch(a, c.Selectors, first)
	return conditions[first].Name, nil
}

// Dismiss makes every call that waits click whatever matches when it shows, such as
// banners and surveys, from now on and in every document. It replaces the
// selectors of the call before.
func (p *Page) Dismiss(selectors ...string) {
	b := p.frame.browser
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dismiss = strings.Join(selectors, separator)
}

func (b *Browser) dismissSelectors() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dismiss
}

// WaitURL waits until the page is at an address. In the pattern, * stands for
// anything. The pattern is compared with the address without query, and without
// fragment unless the pattern has one; or with the path alone if the pattern
// starts with a slash.
func (p *Page) WaitURL(ctx context.Context, pattern string) error {
	var there bool
	_, err := p.get(ctx, call{Op: "address", Text: pattern}, &there)
	return err
}
