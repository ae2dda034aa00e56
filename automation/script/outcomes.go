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

// outcomes are the named outcomes that a word waits for.
type outcomes struct {
	selectors  []starlark.Tuple // name and selector
	predicates []namedPredicate
	settings   map[string]starlark.Value
	observe    *numberWatch // looks at the page meanwhile; may be nil

	conditions []browser.Condition // the selectors as the browser takes them, after prepare
}

type namedPredicate struct {
	name     string
	function starlark.Callable
	missed   *outcome.Error // why the last call of it had no answer, or nil
}

// selector describes a predicate in an error.
func (n namedPredicate) selector() outcome.Selector {
	shown := "a function"
	if n.missed != nil {
		shown += " that ended at " + n.missed.Detail
	}
	return outcome.Selector{Name: n.name, Selector: shown}
}

// outcomesOf reads the arguments of a word that waits: dicts of outcomes, then
// outcomes and the settings of the word by name.
func outcomesOf(word string, args starlark.Tuple, kwargs []starlark.Tuple, settings ...string) (*outcomes, error) {
	o := &outcomes{settings: map[string]starlark.Value{}}
	names := map[string]bool{}
	add := func(name string, condition starlark.Value) error {
		if names[name] {
			return fmt.Errorf("%s: two outcomes are named %q: the second would never be told from the first", word, name)
		}
		names[name] = true
		if function, ok := condition.(starlark.Callable); ok {
			o.predicates = append(o.predicates, namedPredicate{name: name, function: function})
		} else {
			o.selectors = append(o.selectors, starlark.Tuple{starlark.String(name), condition})
		}
		return nil
	}
	for _, arg := range args {
		if err := addOutcomesIn(arg, word, add); err != nil {
			return nil, err
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
		if name, ok := starlark.AsString(otherwise); !ok || name == "" || names[name] {
			return nil, fmt.Errorf("%s: otherwise must be a name, and that of no outcome", word)
		}
	}
	return o, nil
}

// addOutcomesIn adds the outcomes in a dict.
func addOutcomesIn(arg starlark.Value, word string, add func(string, starlark.Value) error) error {
	dict, ok := arg.(*starlark.Dict)
	if !ok {
		return fmt.Errorf(`%s: name the outcomes, as in home = "#account", or give dicts of them, as in {"home": "#account"}; this is a %s`, word, arg.Type())
	}
	for _, pair := range dict.Items() {
		name, ok := starlark.AsString(pair[0])
		if !ok || name == "" {
			return fmt.Errorf("%s: the outcomes in a dict are named by texts, not by a %s", word, pair[0].Type())
		}
		if err := add(name, pair[1]); err != nil {
			return err
		}
	}
	return nil
}

// prepare converts the selectors for the browser and notes them in the step.
// There must be at least one outcome.
func (o *outcomes) prepare(p *page, w *invocation) error {
	if len(o.selectors) == 0 && len(o.predicates) > 0 {
		return nil
	}
	if len(o.selectors) == 0 {
		return fmt.Errorf(`%s: there are no selectors; name them, as in home = "#account"`, w.step.Word)
	}
	named, text, err := namedSelectors(w, o.selectors, outcomeProblem)
	if err != nil {
		return err
	}
	w.step.Selector = p.frames + text
	w.matched = &browser.Matched{}
	o.conditions = make([]browser.Condition, len(named))
	for i, selector := range named {
		o.conditions[i] = browser.Condition(selector)
	}
	return nil
}

// wait waits for the first outcome and returns its name.
func (o *outcomes) wait(ctx context.Context, p *page, w *invocation, limit time.Duration) (string, error) {
	if len(o.predicates) > 0 || o.observe != nil {
		return o.poll(ctx, p, w, limit)
	}
	name, err := p.live.Within(limit).WithMatch(w.matched).WaitFor(ctx, o.conditions)
	return name, withOutcome(err)
}

// poll waits if there are predicates among the outcomes, or something is watched
// meanwhile: that happens at once and after each change of the page.
func (o *outcomes) poll(ctx context.Context, p *page, w *invocation, limit time.Duration) (string, error) {
	deadline := time.Now().Add(limit)
	look := (*browser.Page).Poll // the first time, without waiting for a change
	for ; ; look = (*browser.Page).Watch {
		live := p.live.Within(max(time.Millisecond, time.Until(deadline))).WithMatch(w.matched)
		name, err := look(live, ctx, o.conditions)
		if typed, ok := errors.AsType[*outcome.Error](err); ok && typed.Code == outcome.SiteChanged {
			for _, predicate := range o.predicates {
				typed.Selectors = append(typed.Selectors, predicate.selector())
			}
		}
		if err != nil || name != "" {
			return name, withOutcome(err)
		}
		if o.observe != nil {
			if err := o.observe.look(ctx); err != nil {
				return "", err
			}
		}
		if name, err := o.callPredicates(p, w); err != nil || name != "" {
			return name, err
		}
	}
}

// callPredicates returns the name of the first predicate that holds, or "".
func (o *outcomes) callPredicates(p *page, w *invocation) (string, error) {
	for i, predicate := range o.predicates {
		holds, err := p.run.holds(w.thread, predicate.function)
		if err != nil {
			return "", err
		}
		o.predicates[i].missed = p.run.missed
		if holds {
			w.matched = nil
			return predicate.name, nil
		}
	}
	return "", nil
}

// isTimeout reports whether an error only says that no outcome came, not that
// the site is down or sent the browser elsewhere.
func isTimeout(err error) bool {
	typed, ok := errors.AsType[*outcome.Error](err)
	_, stated := errors.AsType[statedOutcome](err)
	return ok && !stated && typed.Code == outcome.SiteChanged && len(typed.Selectors) > 0
}

type namedSelector struct{ Name, Selector string }

// namedSelectors reads pairs of a name and a selector, and returns them as one
// text too. Columns may be empty: that is the row's own text.
func namedSelectors(w *invocation, pairs []starlark.Tuple, problemOf func(string) string) (named []namedSelector, text string, err error) {
	named = make([]namedSelector, len(pairs))
	texts := make([]string, len(pairs))
	for i, pair := range pairs {
		name := string(pair[0].(starlark.String))
		var selector, shown string
		if column, isText := starlark.AsString(pair[1]); isText && column == "" && problemOf(column) == "" {
			selector, shown = column, column
		} else if selector, shown, err = selectorText(pair[1], problemOf); err != nil {
			return nil, "", fmt.Errorf("%s: %s: %w", w.step.Word, name, err)
		}
		named[i] = namedSelector{name, selector}
		texts[i] = name + ": " + shown
	}
	return named, strings.Join(texts, ", "), nil
}
