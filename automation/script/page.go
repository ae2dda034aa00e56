package script

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/browser"
)

// page is the site's page, or a frame of it, in the hands of a script.
type page struct {
	run    *Run
	live   *browser.Page
	frames string // the selectors of the frames it is in, each with " >> " after it
}

var _ starlark.HasAttrs = (*page)(nil)

func (*page) String() string        { return "page" }
func (*page) Type() string          { return "page" }
func (*page) Freeze()               {}
func (*page) Truth() starlark.Bool  { return starlark.True }
func (*page) Hash() (uint32, error) { return 0, errors.New("a page cannot be a key") }
func (*page) AttrNames() []string   { return append(slices.Sorted(maps.Keys(pageWords)), "url") }

// pageWord does one word of the page. It fills in the step and returns the
// word's value.
type pageWord func(p *page, w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

var pageWords = map[string]pageWord{
	"goto":     (*page).goTo,
	"fill":     (*page).fill,
	"click":    (*page).click,
	"submit":   (*page).submit,
	"press":    (*page).press,
	"select":   (*page).choose,
	"check":    (*page).check,
	"text":     (*page).text,
	"attr":     (*page).attr,
	"exists":   (*page).exists,
	"count":    (*page).count,
	"rows":     (*page).rows,
	"wait_for": (*page).waitFor,
	"wait_url": (*page).waitURL,
	"frame":    (*page).frame,
}

// Attr gives page.url, which is a text, and the words.
func (p *page) Attr(name string) (starlark.Value, error) {
	if name == "url" {
		return starlark.String(p.live.URL()), nil
	}
	word, ok := pageWords[name]
	if !ok {
		return nil, nil
	}
	return starlark.NewBuiltin("page."+name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return p.run.perform(thread, b.Name(), p, func(w *invocation) (starlark.Value, error) {
			return word(p, w, args, kwargs)
		})
	}), nil
}

const maxTimeout = 120 * time.Second

// within returns the page with the deadline that timeout= asks for.
func (p *page) within(timeout starlark.Value) (*browser.Page, error) {
	if timeout == nil || timeout == starlark.None {
		return p.live, nil
	}
	limit, err := secondsUpTo(timeout, maxTimeout)
	if err != nil {
		return nil, err
	}
	return p.live.Within(limit), nil
}

// secondsUpTo reads a number of seconds, up to a limit.
func secondsUpTo(timeout starlark.Value, limit time.Duration) (time.Duration, error) {
	number, ok := starlark.AsFloat(timeout)
	if !ok {
		return 0, fmt.Errorf("timeout must be a number of seconds, not a %s", timeout.Type())
	}
	if !(number > 0 && number <= limit.Seconds()) {
		return 0, fmt.Errorf("timeout = %v must be more than 0 and at most %v seconds", number, limit.Seconds())
	}
	return time.Duration(number * float64(time.Second)), nil
}

// element unpacks the arguments of a word that works on one element, the
// selector first and timeout= last, and notes the selector in the step.
func (p *page) element(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple, pairs ...any) (string, *browser.Page, error) {
	var selector string
	var timeout starlark.Value
	all := append([]any{"selector", &selector}, pairs...)
	if err := unpack(w.step.Word, args, kwargs, append(all, "timeout?", &timeout)...); err != nil {
		return "", nil, err
	}
	if err := p.selects(w, selector); err != nil {
		return "", nil, err
	}
	live, err := p.within(timeout)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", w.step.Word, err)
	}
	return selector, live, nil
}

// selects notes the selector in the step.
func (p *page) selects(w *invocation, selector string) error {
	w.step.Selector = p.frames + selector
	if selector == "" {
		return fmt.Errorf("%s: the selector is empty", w.step.Word)
	}
	return nil
}

func (p *page) goTo(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var target string
	var timeout starlark.Value
	if err := unpack(w.step.Word, args, kwargs, "path_or_url", &target, "timeout?", &timeout); err != nil {
		return nil, err
	}
	w.step.Selector, _, _ = strings.Cut(target, "?") // where to, as far as a step may hold it
	if p.frames != "" {
		return nil, errors.New("page.goto: a frame goes nowhere by itself; use the page")
	}
	address, err := p.run.integration.address(target)
	if err != nil {
		return nil, fmt.Errorf("page.goto: %w", err)
	}
	live, err := p.within(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.goto: %w", err)
	}
	return nil, outside(live.Goto(p.run.ctx, address))
}

// fill is the one word that takes opaque values.
func (p *page) fill(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var selector string
	var given, timeout starlark.Value
	if err := starlark.UnpackArgs(w.step.Word, args, kwargs, "selector", &selector, "text", &given, "timeout?", &timeout); err != nil {
		return nil, err
	}
	if err := p.selects(w, selector); err != nil {
		return nil, err
	}
	live, err := p.within(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.fill: %w", err)
	}
	var typed string
	switch given := given.(type) {
	case *opaque:
		typed = given.secret.Reveal()
	case starlark.String:
		typed = string(given)
	default:
		return nil, fmt.Errorf("page.fill: text must be a text or an opaque value, not a %s; str(…) makes a text of a number", given.Type())
	}
	w.step.Matches, err = live.Fill(p.run.ctx, selector, typed)
	return nil, outside(err)
}

func (p *page) click(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	selector, live, err := p.element(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = live.Click(p.run.ctx, selector)
	return nil, outside(err)
}

// submit performs the write. It is written down after its element has come and
// before it acts: an element that never comes leaves nothing unknown.
func (p *page) submit(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	selector, live, err := p.element(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	if p.run.mayNot != "" {
		return nil, fmt.Errorf("page.submit is refused in %s: %s", p.run.operation, p.run.mayNot)
	}
	if _, err := live.WaitFor(p.run.ctx, []browser.Condition{{Name: "submit", Selector: selector}}); err != nil {
		return nil, outside(err)
	}
	if err := p.run.options.Recorder.Submit(p.run.ctx, p.run.scrubText(w.step.Selector)); err != nil {
		return nil, outside(err)
	}
	w.step.Matches, err = live.Click(p.run.ctx, selector)
	return nil, outside(err)
}

func (p *page) press(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key string
	if err := unpack(w.step.Word, args, kwargs, "key", &key); err != nil {
		return nil, err
	}
	return nil, outside(p.live.Press(p.run.ctx, key))
}

func (p *page) choose(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var value string
	selector, live, err := p.element(w, args, kwargs, "value", &value)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = live.Select(p.run.ctx, selector, value)
	return nil, outside(err)
}

func (p *page) check(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	on := true
	selector, live, err := p.element(w, args, kwargs, "on?", &on)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = live.Check(p.run.ctx, selector, on)
	return nil, outside(err)
}
