package script

import (
	"errors"
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/outcome"
)

const (
	scrollTimeout = 30 * time.Second
	maxPages      = 200
)

func (p *page) scroll(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var inside, timeout starlark.Value
	if err := unpack(w.step.Word, args, kwargs, "inside?", &inside, "timeout?", &timeout); err != nil {
		return nil, err
	}
	live, err := p.within(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.scroll: %w", err)
	}
	box, err := w.box(inside)
	if err != nil {
		return nil, err
	}
	w.step.Selector = p.frames + box
	more, err := live.Step(p.run.ctx, box)
	return starlark.Bool(more), outside(err)
}

// box reads inside=, which selects the box that scrolls; without it, the page.
func (w *invocation) box(inside starlark.Value) (string, error) {
	if inside == nil || inside == starlark.None {
		return "", nil
	}
	box, _, err := selectorText(inside)
	if err != nil {
		return "", fmt.Errorf("%s: inside: %w", w.step.Word, err)
	}
	return box, nil
}

func (p *page) scrollUntil(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var condition, inside, timeout starlark.Value
	if err := unpack(w.step.Word, args, kwargs, "condition?", &condition, "inside?", &inside, "timeout?", &timeout); err != nil {
		return nil, err
	}
	limit, err := timeLimit(timeout, scrollTimeout)
	if err != nil {
		return nil, fmt.Errorf("page.scroll_until: %w", err)
	}
	box, err := w.box(inside)
	if err != nil {
		return nil, err
	}
	come, err := p.comes(w, condition)
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(limit)
	for {
		is, err := come()
		if err != nil || is {
			return starlark.Bool(is), err
		}
		left := time.Until(deadline)
		if left <= 0 {
			return nil, outcome.New(outcome.SiteChanged, "scroll_until: the list had no end in %v", limit)
		}
		more, err := p.live.Within(left).Scroll(p.run.ctx, box)
		if err != nil {
			return nil, outside(err)
		}
		if !more {
			is, err := come()
			return starlark.Bool(is || condition == nil || condition == starlark.None), err
		}
	}
}

// comes makes a test of a condition: nothing, a selector or a function.
func (p *page) comes(w *invocation, condition starlark.Value) (func() (bool, error), error) {
	if condition == nil || condition == starlark.None {
		return func() (bool, error) { return false, nil }, nil
	}
	if function, ok := condition.(starlark.Callable); ok {
		w.step.Selector = p.frames + "a function"
		return func() (bool, error) { return p.run.holds(w.thread, function) }, nil
	}
	at, err := p.aim(w, condition, nil)
	if err != nil {
		return nil, err
	}
	return func() (bool, error) {
		n, err := at.live.Count(p.run.ctx, at.selector)
		w.step.Matches = n
		return n > 0, outside(err)
	}, nil
}

// pages makes what a loop over the pages of a list goes through.
func (p *page) pages(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var next, rows, timeout starlark.Value
	limit := 50
	if err := unpack(w.step.Word, args, kwargs, "next", &next, "rows", &rows, "limit?", &limit, "timeout?", &timeout); err != nil {
		return nil, err
	}
	if limit < 1 || limit > maxPages {
		return nil, fmt.Errorf("page.pages: limit = %d must be 1 to %d", limit, maxPages)
	}
	turning := &turning{page: p, thread: w.thread, limit: limit}
	var err error
	if turning.within, err = timeLimit(timeout, standardTimeout); err != nil {
		return nil, fmt.Errorf("page.pages: %w", err)
	}
	var shown string
	if turning.next, shown, err = selectorText(next); err != nil {
		return nil, fmt.Errorf("page.pages: next: %w", err)
	}
	w.step.Selector = p.frames + shown
	turning.shown = w.step.Selector
	if turning.rows, _, err = selectorText(rows); err != nil {
		return nil, fmt.Errorf("page.pages: rows: %w", err)
	}
	return turning, nil
}

// turning goes from page to page. Like attempts, it ends by what the run keeps,
// because an iterator cannot return an error.
type turning struct {
	page              *page
	thread            *starlark.Thread
	next, rows, shown string
	limit, at         int
	within            time.Duration
}

var _ starlark.Iterable = (*turning)(nil)

func (*turning) String() string        { return "pages" }
func (*turning) Type() string          { return "pages" }
func (*turning) Freeze()               {}
func (*turning) Truth() starlark.Bool  { return starlark.True }
func (*turning) Hash() (uint32, error) { return 0, errors.New("pages cannot be a key") }

// Iterate makes an iterator; they all turn the same pages.
func (t *turning) Iterate() starlark.Iterator { return turningIterator{t} }

type turningIterator struct{ *turning }

func (turningIterator) Done() {}

func (i turningIterator) Next(next *starlark.Value) bool {
	t := i.turning
	run := t.page.run
	if run.aborted != nil || t.at == t.limit {
		return false
	}
	if t.at > 0 {
		turned, err := run.perform(t.thread, "page.pages", t.page, func(w *invocation) (starlark.Value, error) {
			w.step.Selector = t.shown
			return t.turn(w)
		})
		if err != nil {
			run.abort(t.thread, err)
			return false
		}
		if turned != starlark.True {
			return false
		}
	}
	t.at++
	*next = starlark.MakeInt(t.at)
	return true
}

// turn goes to the next page, if there is one.
func (t *turning) turn(w *invocation) (starlark.Value, error) {
	ctx, live := t.page.run.ctx, t.page.live
	there, err := live.Ready(ctx, t.next)
	if err != nil || !there {
		return starlark.False, outside(err)
	}
	before, err := t.read(live)
	if err != nil {
		return nil, outside(err)
	}
	deadline := time.Now().Add(t.within)
	if w.step.Matches, err = live.Within(t.within).Click(ctx, t.next); err != nil {
		return nil, outside(err)
	}
	for {
		now, err := t.read(live)
		if err != nil {
			return nil, outside(err)
		}
		if now != before && now != "" {
			return starlark.True, nil
		}
		left := time.Until(deadline)
		if left <= 0 {
			late := outcome.New(outcome.SiteChanged, "pages: the rows were the same %v after the click", t.within)
			late.Selectors = []outcome.Selector{{Name: "rows", Selector: t.rows}}
			return nil, late
		}
		if _, err := live.Within(left+time.Second).Watch(ctx, nil); err != nil {
			return nil, outside(err)
		}
	}
}

// read is what the rows read, all in one.
func (t *turning) read(live *browser.Page) (string, error) {
	rows, err := live.Rows(t.page.run.ctx, t.rows, []browser.Column{{Name: "text"}})
	if err != nil {
		return "", err
	}
	all := ""
	for _, row := range rows {
		if text := row["text"]; text != nil {
			all += *text + "\n"
		}
	}
	return all, nil
}
