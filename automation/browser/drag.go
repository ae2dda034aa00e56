package browser

import "context"

// dragSteps is how many times the mouse moves on the way: pages notice a drag by
// several moves.
const dragSteps = 8

// Drag waits for two elements as Click does, presses the mouse on the first, moves
// it to the second and releases it there. It returns how many elements matched the
// first selector.
func (p *Page) Drag(ctx context.Context, from, to string) (int, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	c := call{Op: "click", Selectors: []string{from}}
	a, start, err := p.pointFor(b, c)
	if err != nil || start == nil {
		return a.matches(), err
	}
	if err := p.useMouse(b, c, a, start); err != nil {
		return a.matches(), err
	}
	b.browser.traffic.act()
	if err := p.frame.session.PressMouse(b, start.X, start.Y, 1); err != nil {
		return a.matches(), b.explain(err, func() error { return notFound(c, a, "the page did not take the press") })
	}
	return a.matches(), p.dropAt(b, *start, to)
}

// dropAt moves the mouse, whose button is held, from a point to an element, and
// releases it there; or where it is, if the element does not come.
func (p *Page) dropAt(b *bound, at point, to string) error {
	defer b.browser.markAction()
	c := call{Op: "click", Selectors: []string{to}}
	a, end, err := p.pointFor(b, c)
	session := p.frame.session
	if err == nil && end != nil {
		start := at
		for step := 1; step <= dragSteps && err == nil; step++ {
			part := float64(step) / dragSteps
			at = point{start.X + (end.X-start.X)*part, start.Y + (end.Y-start.Y)*part}
			err = session.DragMouse(b, at.X, at.Y)
		}
	}
	if released := session.ReleaseMouse(b, at.X, at.Y, 1); err == nil {
		err = released
	}
	if err != nil && !b.windowClosed() {
		return b.explain(err, func() error { return notFound(c, a, "the page did not take the drag") })
	}
	return nil
}
