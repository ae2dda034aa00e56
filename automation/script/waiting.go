package script

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/outcome"
)

// The words of the page that wait.
var waitingWords = map[string]pageWord{
	"wait_for": {(*page).waitFor, manual{
		"page.wait_for(dict, …, timeout = 10, otherwise = \"\", name = selector, …) → name",
		"Waits for the first of several named outcomes and gives its name. Outcomes are named in the call or in dicts, one after the other, such as the pages that may come here and the dead ends that may come anywhere; no name may stand in two of them. An outcome is a selector or a list of them (something visible), url(…), text(…), or a function such as lambda: page.count(\".bill\") > 3, which is called at once and whenever the page changed, at most twenty times a second, and may only look at the page. Of several that hold at once the first in order counts, functions after the others. otherwise is what it gives when none came within timeout (seconds, at most 120).",
		"SITE_CHANGED when none came in time and there is no otherwise, with how many elements each selector matched, what hides those that are not visible, and the fields for which the browser itself holds a form back.",
		"seen = page.wait_for(home = url(\"/account*\"), wrong = [\".error\", \"text=try again\"], code = \"label=Code\", timeout = 20)\nseen = page.wait_for({\"home\": \"#home\"}, {\"locked\": \"#locked\", \"blocked\": \"#wall\"})",
	}},
	"wait_url": {(*page).waitURL, manual{
		"page.wait_url(pattern, timeout = 10)",
		"Waits until the page is at an address. * stands for anything; the pattern is held against the address without query, or against the path alone if it starts with a slash. What is behind # counts only if the pattern has a # too, for sites that route by it.",
		"SITE_CHANGED after timeout seconds.",
		`page.wait_url("/account/*")`,
	}},
	"dismiss": {(*page).dismiss, manual{
		"page.dismiss(selector, …)",
		"From here on, clicks away whatever of this shows up while another word waits, on every page of the site: a cookie banner, a survey. It takes the place of what was said before; without selectors nothing is clicked away.",
		"None.",
		`page.dismiss("#reject-cookies", "role=button[name='No, thanks']")`,
	}},
	"scroll": {(*page).scroll, manual{
		"page.scroll(inside = None, timeout = 10) → True or False",
		"Scrolls on by four fifths of what is shown, for lists that hold only the rows in view: gather them on the way. Gives False at the end, when nothing more has come for two seconds. inside selects the box that scrolls, where it is not the page.",
		"SITE_CHANGED when the box did not come.",
		"orders = {}\nfor _ in range(100):\n    for row in page.rows(\".order\", id = \"@data-id\", total = \".total\"):\n        orders[row[\"id\"]] = row\n    if not page.scroll(inside = \"#orders\"):\n        break",
	}},
	"scroll_until": {(*page).scrollUntil, manual{
		"page.scroll_until(condition = None, inside = None, timeout = 30) → True or False",
		"Scrolls to the end, again and again (for a list that keeps only the rows in view, see page.scroll), until the condition holds: a selector that matches, or a function that gives something true. Gives False if two seconds after scrolling nothing more had come. Without a condition it scrolls to the end of everything. inside selects the box that scrolls, where it is not the page.",
		"SITE_CHANGED when there is no end within timeout seconds (at most 120).",
		`page.scroll_until(lambda: page.count(".order") >= 50, inside = "#orders")`,
	}},
	"pages": {(*page).pages, manual{
		"for number in page.pages(next, rows, limit = 50, timeout = 10): …",
		"Goes through the pages of a list: each turn of the loop is on one, the first is the present one. Then it clicks next and waits until what rows matches reads otherwise. It ends where next is missing, hidden or disabled, and after limit pages.",
		"SITE_CHANGED when the rows stay the same timeout seconds after the click.",
		"for number in page.pages(next = \"a[rel=next]\", rows = \".bill\", limit = 20):\n    bills = page.rows(\".bill\", due = \".due\")",
	}},
}

// predicate is a function that says whether an outcome has come.
type predicate struct {
	name     string
	function starlark.Callable
}

// holds calls it. What is not there yet is no fault of its own.
func (r *Run) holds(thread *starlark.Thread, function starlark.Callable) (bool, error) {
	outer := r.looking
	r.looking = true
	defer func() { r.looking = outer }()
	value, err := starlark.Call(thread, function, nil, nil)
	if typed, ok := errors.AsType[*outcome.Error](err); ok && typed.Code == outcome.SiteChanged {
		if _, stated := errors.AsType[statement](err); !stated {
			return false, nil
		}
	}
	if err != nil {
		return false, err
	}
	return bool(value.Truth()), nil
}

// mayUse refuses what a function that only looks has no business with.
func (r *Run) mayUse(word string) error {
	if !r.looking || slices.Contains(predicateWords, word) {
		return nil
	}
	return fmt.Errorf("%s: a function that looks whether something is so does nothing else", word)
}

// outcomes are what may come, and how long it may take.
type outcomes struct {
	watched    []starlark.Tuple    // name and selector
	conditions []browser.Condition // likewise, as the browser takes them
	functions  []predicate
	settings   map[string]starlark.Value
}

// outcomesIn reads the arguments of a word that waits for one of several: dicts
// of outcomes, then outcomes and the word's settings by name.
func outcomesIn(word string, args starlark.Tuple, kwargs []starlark.Tuple, settings ...string) (*outcomes, error) {
	o := &outcomes{settings: map[string]starlark.Value{}}
	named := map[string]bool{}
	add := func(name string, what starlark.Value) error {
		if named[name] {
			return fmt.Errorf("%s: two outcomes are named %q: the second would never be told from the first", word, name)
		}
		named[name] = true
		if function, ok := what.(starlark.Callable); ok {
			o.functions = append(o.functions, predicate{name, function})
		} else {
			o.watched = append(o.watched, starlark.Tuple{starlark.String(name), what})
		}
		return nil
	}
	for _, arg := range args {
		dict, ok := arg.(*starlark.Dict)
		if !ok {
			return nil, fmt.Errorf(`%s: name what may come, as in home = "#account", or give dicts of it, as in {"home": "#account"}; this is a %s`, word, arg.Type())
		}
		for _, pair := range dict.Items() {
			name, ok := starlark.AsString(pair[0])
			if !ok || name == "" {
				return nil, fmt.Errorf("%s: the outcomes in a dict are named by texts, not by a %s", word, pair[0].Type())
			}
			if err := add(name, pair[1]); err != nil {
				return nil, err
			}
		}
	}
	for _, pair := range kwargs {
		name := string(pair[0].(starlark.String))
		if slices.Contains(settings, name) {
			o.settings[name] = pair[1]
			continue
		}
		if err := add(name, pair[1]); err != nil {
			return nil, err
		}
	}
	if otherwise, given := o.settings["otherwise"]; given {
		if name, ok := starlark.AsString(otherwise); !ok || name == "" || named[name] {
			return nil, fmt.Errorf("%s: otherwise must be a name, and that of no outcome", word)
		}
	}
	return o, nil
}

// waitFor races named outcomes and gives the name of the one that came first.
func (p *page) waitFor(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	may, err := outcomesIn(w.step.Word, args, kwargs, "timeout", "otherwise")
	if err != nil {
		return nil, err
	}
	limit, err := timeLimit(may.settings["timeout"], standardTimeout)
	if err != nil {
		return nil, fmt.Errorf("page.wait_for: %w", err)
	}
	if err := p.conditions(w, may); err != nil {
		return nil, err
	}
	name, err := p.first(p.run.ctx, w, limit, may)
	if otherwise, given := may.settings["otherwise"]; given && cameToNothing(err) {
		w.step.Outcome = string(otherwise.(starlark.String))
		return otherwise, nil
	}
	if err != nil {
		return nil, err
	}
	w.step.Outcome = name
	for _, condition := range may.conditions {
		if condition.Name == name && w.matched != nil && w.matched.Selector != "" {
			w.step.Selector = name + ": " + p.frames + w.matched.Selector
		}
	}
	w.matched = nil // has been told
	return starlark.String(name), nil
}

// cameToNothing reports whether an error only says that none of the outcomes
// came, and not that the site is down or has sent the browser elsewhere.
func cameToNothing(err error) bool {
	typed, ok := errors.AsType[*outcome.Error](err)
	_, stated := errors.AsType[statement](err)
	return ok && !stated && typed.Code == outcome.SiteChanged && len(typed.Selectors) > 0
}

// standardTimeout is that of the words that wait, as in package browser.
const standardTimeout = 10 * time.Second

// timeLimit reads timeout=, which may be left out.
func timeLimit(timeout starlark.Value, standard time.Duration) (time.Duration, error) {
	if timeout == nil || timeout == starlark.None {
		return standard, nil
	}
	return secondsUpTo(timeout, maxTimeout)
}

// maxDismissed is how much may be clicked away: all of it is looked for again
// and again.
const maxDismissed = 10

func (p *page) dismiss(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(kwargs) > 0 || len(args) > maxDismissed {
		return nil, fmt.Errorf("page.dismiss: give at most %d selectors, without names", maxDismissed)
	}
	selectors := make([]string, len(args))
	for i, arg := range args {
		var err error
		if selectors[i], _, err = selectorText(arg); err != nil {
			return nil, fmt.Errorf("page.dismiss: %w", err)
		}
	}
	w.step.Selector = strings.ReplaceAll(strings.Join(selectors, " | "), "\n", " | ")
	p.live.Dismiss(selectors...)
	return starlark.None, nil
}

// first waits for the first of what may come and gives its name.
func (p *page) first(ctx context.Context, w *invocation, limit time.Duration, may *outcomes) (string, error) {
	if len(may.functions) > 0 {
		return p.watch(ctx, w, limit, may)
	}
	name, err := p.live.Within(limit).WithMatch(w.matched).WaitFor(ctx, may.conditions)
	return name, outside(err)
}

// watch is waiting where functions are among what may come.
func (p *page) watch(ctx context.Context, w *invocation, limit time.Duration, may *outcomes) (string, error) {
	deadline := time.Now().Add(limit)
	look := (*browser.Page).Poll // what is so already is not waited for
	for ; ; look = (*browser.Page).Watch {
		live := p.live.Within(max(time.Millisecond, time.Until(deadline))).WithMatch(w.matched)
		name, err := look(live, ctx, may.conditions)
		if typed, ok := errors.AsType[*outcome.Error](err); ok && typed.Code == outcome.SiteChanged {
			for _, one := range may.functions {
				typed.Selectors = append(typed.Selectors, outcome.Selector{Name: one.name, Selector: "a function"})
			}
		}
		if err != nil || name != "" {
			return name, outside(err)
		}
		for _, one := range may.functions {
			is, err := p.run.holds(w.thread, one.function)
			if err != nil {
				return "", err
			}
			if is {
				w.matched = nil
				return one.name, nil
			}
		}
	}
}

// conditions reads what may come, and notes it in the step. It may be functions
// alone, but not nothing.
func (p *page) conditions(w *invocation, may *outcomes) error {
	if len(may.watched) == 0 && len(may.functions) > 0 {
		return nil
	}
	named, text, err := namedSelectors(w, may.watched, "selectors", `home = "#account"`)
	if err != nil {
		return err
	}
	w.step.Selector = p.frames + text
	w.matched = &browser.Matched{}
	may.conditions = make([]browser.Condition, len(named))
	for i, one := range named {
		may.conditions[i] = browser.Condition(one)
	}
	return nil
}

func (p *page) waitURL(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var pattern string
	var timeout starlark.Value
	if err := unpack(w.step.Word, args, kwargs, "pattern", &pattern, "timeout?", &timeout); err != nil {
		return nil, err
	}
	w.step.Selector = pattern
	live, err := p.within(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.wait_url: %w", err)
	}
	return nil, outside(live.WaitURL(p.run.ctx, pattern))
}
