package browser

import "context"

// Condition is one outcome that a page may come to: a visible element.
type Condition struct{ Name, Selector string }

// WaitFor returns the name of the first condition that holds; of several that
// hold at once, the first in order. It goes on through navigations.
func (p *Page) WaitFor(ctx context.Context, conditions []Condition) (string, error) {
	c := call{Op: "race"}
	for _, condition := range conditions {
		c.Selectors = append(c.Selectors, condition.Selector)
		c.names = append(c.names, condition.Name)
	}
	var first int
	if _, err := p.get(ctx, c, &first); err != nil {
		return "", err
	}
	return conditions[first].Name, nil
}

// WaitURL waits until the page is at an address. In the pattern * stands for
// anything; it is held against the address without query and fragment, or
// against the path alone if it starts with a slash.
func (p *Page) WaitURL(ctx context.Context, pattern string) error {
	var there bool
	_, err := p.get(ctx, call{Op: "address", Text: pattern}, &there)
	return err
}
