package script

import (
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/script/dialect"
)

// page is a window of the site, or a frame in it, as a script sees it.
type page struct {
	run      *Run
	live     *browser.Page
	frames   string // the selectors of the frames it is in, each followed by " >> "
	inIframe bool
}

// target is the element that a word works on.
type target struct {
	selector string
	live     *browser.Page // with the word's deadline
}

// elementOf unpacks the arguments of a word that works on one element: the
// selector first, timeout= and first= last. It notes the selector in the step.
func (p *page) elementOf(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple, pairs ...any) (target, error) {
	var selector, timeout starlark.Value
	var first bool
	all := append([]any{"selector", &selector}, pairs...)
	if err := dialect.Unpack(w.step.Word, args, kwargs, append(all, "timeout?", &timeout, "first?", &first)...); err != nil {
		return target{}, err
	}
	return p.oneTarget(w, selector, timeout, first)
}

// oneTarget is target for a word that works on one element. With first, it is the
// first visible one of several.
func (p *page) oneTarget(w *invocation, selector, timeout starlark.Value, first bool) (target, error) {
	at, err := p.target(w, selector, timeout)
	if err == nil && first {
		at.live = at.live.First()
	}
	return at, err
}

// presentElementOf unpacks the arguments of a word that does not wait: it takes
// a selector alone.
func (p *page) presentElementOf(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (target, error) {
	var selector starlark.Value
	if err := dialect.Unpack(w.step.Word, args, kwargs, "selector", &selector); err != nil {
		return target{}, err
	}
	return p.target(w, selector, nil)
}

// target notes a selector in the step. If it is a list, the step will show the
// alternative that matched.
func (p *page) target(w *invocation, selector, timeout starlark.Value) (target, error) {
	text, shown, err := selectorText(selector, elementProblem)
	w.step.Selector = p.frames + shown
	if err != nil {
		return target{}, fmt.Errorf("%s: %w", w.step.Word, err)
	}
	live, err := p.withTimeout(timeout)
	if err != nil {
		return target{}, fmt.Errorf("%s: %w", w.step.Word, err)
	}
	if text != shown {
		w.matched = &browser.Matched{}
		live = live.WithMatch(w.matched)
	}
	return target{text, live}, nil
}

const (
	standardTimeout  = 10 * time.Second // of words that wait, as in package browser
	maxTimeout       = 120 * time.Second
	predicateTimeout = 500 * time.Millisecond // of a word in a predicate, which looks at what is there
)

// withTimeout returns the live page with the deadline of timeout=.
func (p *page) withTimeout(timeout starlark.Value) (*browser.Page, error) {
	if p.run.inPredicate {
		return p.live.Within(predicateTimeout), nil
	}
	if timeout == nil || timeout == starlark.None {
		return p.live, nil
	}
	limit, err := secondsUpTo(timeout, maxTimeout)
	if err != nil {
		return nil, err
	}
	return p.live.Within(limit), nil
}

// timeLimit reads timeout=, which may be left out.
func timeLimit(timeout starlark.Value, standard time.Duration) (time.Duration, error) {
	if timeout == nil || timeout == starlark.None {
		return standard, nil
	}
	return secondsUpTo(timeout, maxTimeout)
}
