package script

import (
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/script/dialect"
)

// scrollWords are the words of the page that scroll.
var scrollWords = map[string]pageWord{
	"scroll": {(*page).scroll, manual{
		"page.scroll(inside = None, timeout = 10) → True or False",
		"Scrolls on by four fifths of the visible height, for lists that hold only the rows in view: collect them on the way. Returns False at the end, if nothing more comes for two seconds in which the page waits for no answer of the site. inside selects the box that scrolls, if it is not the page.",
		"SITE_CHANGED if the box does not appear in time.",
		"orders = {}\nfor _ in range(100):\n    for row in page.rows(\".order\", id = \"@data-id\", total = \".total\"):\n        orders[row[\"id\"]] = row\n    if not page.scroll(inside = \"#orders\"):\n        break",
	}},
	"scroll_until": {(*page).scrollUntil, manual{
		"page.scroll_until(condition = None, inside = None, timeout = 30) → True or False",
		"Scrolls to the end, repeatedly, until the condition holds: a selector that matches, or a function that returns something true. (For a list that keeps only the rows in view, see page.scroll.) Returns False if nothing more comes for two seconds in which the page waits for no answer of the site. Without a condition it scrolls to the very end. inside selects the box that scrolls, if it is not the page.",
		"SITE_CHANGED if there is no end within timeout seconds (at most 120).",
		`page.scroll_until(lambda: page.count(".order") >= 50, inside = "#orders")`,
	}},
}

const scrollTimeout = 30 * time.Second

func (p *page) scroll(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var inside, timeout starlark.Value
	if err := dialect.Unpack(w.step.Word, args, kwargs, "inside?", &inside, "timeout?", &timeout); err != nil {
		return nil, err
	}
	live, err := p.withTimeout(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.scroll: %w", err)
	}
	box, err := scrollBox(w, inside)
	if err != nil {
		return nil, err
	}
	w.step.Selector = p.frames + box
	more, err := live.Step(p.run.ctx, box)
	return starlark.Bool(more), withOutcome(err)
}

// scrollBox reads inside=, the selector of the box that scrolls. It is empty if
// the page itself scrolls.
func scrollBox(w *invocation, inside starlark.Value) (string, error) {
	if inside == nil || inside == starlark.None {
		return "", nil
	}
	box, _, err := selectorText(inside, elementProblem)
	if err != nil {
		return "", fmt.Errorf("%s: inside: %w", w.step.Word, err)
	}
	return box, nil
}

func (p *page) scrollUntil(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var condition, inside, timeout starlark.Value
	if err := dialect.Unpack(w.step.Word, args, kwargs, "condition?", &condition, "inside?", &inside, "timeout?", &timeout); err != nil {
		return nil, err
	}
	limit, err := timeLimit(timeout, scrollTimeout)
	if err != nil {
		return nil, fmt.Errorf("page.scroll_until: %w", err)
	}
	box, err := scrollBox(w, inside)
	if err != nil {
		return nil, err
	}
	holds, err := p.scrollCondition(w, condition)
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(limit)
	for {
		is, err := holds()
		if err != nil || is {
			return starlark.Bool(is), err
		}
		left := time.Until(deadline)
		if left <= 0 {
			return nil, outcome.New(outcome.SiteChanged, "scroll_until: the list had no end in %v", limit)
		}
		more, err := p.live.Within(left).Scroll(p.run.ctx, box)
		if err != nil {
			return nil, withOutcome(err)
		}
		if !more {
			is, err := holds()
			return starlark.Bool(is || condition == nil || condition == starlark.None), err
		}
	}
}

// scrollCondition returns a test of a condition: nothing, a selector or a
// predicate.
func (p *page) scrollCondition(w *invocation, condition starlark.Value) (func() (bool, error), error) {
	if condition == nil || condition == starlark.None {
		return func() (bool, error) { return false, nil }, nil
	}
	if predicate, ok := condition.(starlark.Callable); ok {
		w.step.Selector = p.frames + "a function"
		return func() (bool, error) { return p.run.holds(w.thread, predicate) }, nil
	}
	at, err := p.target(w, condition, nil)
	if err != nil {
		return nil, err
	}
	return func() (bool, error) {
		n, err := at.live.Count(p.run.ctx, at.selector)
		w.step.Matches = n
		return n > 0, withOutcome(err)
	}, nil
}
