package script

import (
	"errors"
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/outcome"
	"passage/automation/script/dialect"
)

// pagerWords is the word of the page that goes through the pages of a list.
var pagerWords = map[string]pageWord{
	"pages": {(*page).pages, manual{
		"for number in page.pages(next, rows, limit = 50, timeout = 10, first = False): …",
		"Goes through the pages of a list, one in each iteration; the first is the current page. Then it clicks next and waits until the text of rows changes. It ends if next is missing, hidden or disabled, and after limit pages. If the list has the same link above and below it, first = True takes the first visible one.",
		"SITE_CHANGED if the rows are the same timeout seconds after the click.",
		"for number in page.pages(next = \"a[rel=next]\", rows = \".bill\", limit = 20):\n    bills = page.rows(\".bill\", due = \".due\")",
	}},
}

const maxPages = 200

// pages returns what a for loop over the pages of a list iterates over.
func (p *page) pages(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var next, rows, timeout starlark.Value
	pages := &pager{page: p, thread: w.thread, limit: 50}
	if err := dialect.Unpack(w.step.Word, args, kwargs, "next", &next, "rows", &rows, "limit?", &pages.limit, "timeout?", &timeout, "first?", &pages.first); err != nil {
		return nil, err
	}
	var err error
	if pages.timeout, err = timeLimit(timeout, standardTimeout); err != nil {
		return nil, fmt.Errorf("page.pages: %w", err)
	}
	var shown string
	if pages.next, shown, err = selectorText(next, elementProblem); err != nil {
		return nil, fmt.Errorf("page.pages: next: %w", err)
	}
	w.step.Selector = p.frames + shown
	pages.shown = w.step.Selector
	if pages.rows, _, err = selectorText(rows, elementProblem); err != nil {
		return nil, fmt.Errorf("page.pages: rows: %w", err)
	}
	return pages, nil
}

// pager goes from page to page of a list. Like attempts, it keeps an error in
// the run, because an iterator cannot return one.
type pager struct {
	page       *page
	thread     *starlark.Thread
	next, rows string // selectors
	shown      string // next as a step shows it
	limit      int    // pages
	number     int    // of the current page; 0 before the first
	timeout    time.Duration
	first      bool // next may match several: the first is clicked
}

var _ starlark.Iterable = (*pager)(nil)

func (*pager) String() string        { return "pages" }
func (*pager) Rounds()               {} // as dialect.Rounds
func (*pager) Type() string          { return "pages" }
func (*pager) Freeze()               {}
func (*pager) Truth() starlark.Bool  { return starlark.True }
func (*pager) Hash() (uint32, error) { return 0, errors.New("pages cannot be a key") }

// Iterate returns an iterator. All iterators go through the same pages.
func (g *pager) Iterate() starlark.Iterator { return pagerIterator{g} }

type pagerIterator struct{ *pager }

func (pagerIterator) Done() {}

func (i pagerIterator) Next(next *starlark.Value) bool {
	g := i.pager
	run := g.page.run
	if run.aborted != nil || g.number == g.limit {
		return false
	}
	if g.number > 0 {
		turned, err := run.perform(g.thread, "page.pages", g.page.live, func(w *invocation) (starlark.Value, error) {
			w.step.Selector = g.shown
			return g.turn(w)
		})
		if err != nil {
			run.abort(g.thread, err)
			return false
		}
		if turned != starlark.True {
			return false
		}
	}
	g.number++
	*next = starlark.MakeInt(g.number)
	return true
}

// turn goes to the next page. It returns False if there is none.
func (g *pager) turn(w *invocation) (starlark.Value, error) {
	ctx, live := g.page.run.ctx, g.page.live
	if g.first {
		live = live.First()
	}
	there, err := live.Ready(ctx, g.next)
	if err != nil || !there {
		return starlark.False, withOutcome(err)
	}
	before, err := g.readRows(live)
	if err != nil {
		return nil, withOutcome(err)
	}
	deadline := time.Now().Add(g.timeout)
	if w.step.Matches, err = live.Within(g.timeout).Click(ctx, g.next); err != nil {
		return nil, withOutcome(err)
	}
	for {
		now, err := g.readRows(live)
		if err != nil {
			return nil, withOutcome(err)
		}
		if now != before && now != "" {
			return starlark.True, nil
		}
		left := time.Until(deadline)
		if left <= 0 {
			late := outcome.New(outcome.SiteChanged, "pages: the rows were the same %v after the click", g.timeout)
			late.Selectors = []outcome.Selector{{Name: "rows", Selector: g.rows}}
			return nil, late
		}
		if _, err := live.Within(left+time.Second).Watch(ctx, nil); err != nil {
			return nil, withOutcome(err)
		}
	}
}

// readRows returns the text of all rows.
func (g *pager) readRows(live *browser.Page) (string, error) {
	rows, err := live.Rows(g.page.run.ctx, g.rows, []browser.Column{{Name: "text"}})
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
