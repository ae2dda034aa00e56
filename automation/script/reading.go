package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/browser"
)

// The words of the page that read it or wait for it.

func (p *page) text(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	selector, live, err := p.element(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	text, matches, err := live.Text(p.run.ctx, selector)
	w.step.Matches = matches
	if err != nil {
		return nil, outside(err)
	}
	return p.seen(w, text)
}

func (p *page) attr(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	selector, live, err := p.element(w, args, kwargs, "name", &name)
	if err != nil {
		return nil, err
	}
	text, there, matches, err := live.Attr(p.run.ctx, selector, name)
	w.step.Matches = matches
	if err != nil {
		return nil, outside(err)
	}
	if !there {
		return starlark.None, nil
	}
	return p.seen(w, text)
}

// seen lets a text of the page into the script.
func (p *page) seen(w *invocation, text string) (starlark.Value, error) {
	if err := p.run.spent.text(len(text)); err != nil {
		return nil, fmt.Errorf("%s: %w", w.step.Word, err)
	}
	return starlark.String(text), nil
}

// selector unpacks the arguments of a word that looks and does not wait.
func (p *page) selector(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (string, error) {
	var selector string
	if err := unpack(w.step.Word, args, kwargs, "selector", &selector); err != nil {
		return "", err
	}
	return selector, p.selects(w, selector)
}

func (p *page) exists(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	selector, err := p.selector(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	there, err := p.live.Exists(p.run.ctx, selector)
	if there {
		w.step.Matches = 1
	}
	return starlark.Bool(there), outside(err)
}

func (p *page) count(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	selector, err := p.selector(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = p.live.Count(p.run.ctx, selector)
	return starlark.MakeInt(w.step.Matches), outside(err)
}

// rows gives a list of dicts, one for each element, with the columns in the
// order in which the script names them.
func (p *page) rows(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var selector string
	if err := unpack(w.step.Word, args, nil, "selector", &selector); err != nil {
		return nil, err
	}
	if err := p.selects(w, selector); err != nil {
		return nil, err
	}
	named, _, err := namedSelectors(w, kwargs, "columns", `last4 = ".last4"`)
	if err != nil {
		return nil, err
	}
	columns := make([]browser.Column, len(named))
	for i, one := range named {
		columns[i] = browser.Column(one)
	}
	found, err := p.live.Rows(p.run.ctx, selector, columns)
	if err != nil {
		return nil, outside(err)
	}
	w.step.Matches = len(found)
	if err := p.run.spent.items(len(found) * (len(columns) + 1)); err != nil {
		return nil, fmt.Errorf("page.rows: %w", err)
	}
	rows := make([]starlark.Value, len(found))
	for i, cells := range found {
		row := starlark.NewDict(len(columns))
		for _, column := range columns {
			var cell starlark.Value = starlark.None
			if text := cells[column.Name]; text != nil {
				if cell, err = p.seen(w, *text); err != nil {
					return nil, err
				}
			}
			if err := row.SetKey(starlark.String(column.Name), cell); err != nil {
				return nil, fmt.Errorf("page.rows: %w", err)
			}
		}
		rows[i] = row
	}
	return starlark.NewList(rows), nil
}

// waitFor races named selectors and gives the name of the one that came first.
func (p *page) waitFor(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, errors.New(`page.wait_for: name what may come, as in home = "#account", wrong = ".error"`)
	}
	var timeout starlark.Value
	watched := slices.Clone(kwargs)
	watched = slices.DeleteFunc(watched, func(pair starlark.Tuple) bool {
		if pair[0] != starlark.String("timeout") {
			return false
		}
		timeout = pair[1]
		return true
	})
	live, err := p.within(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.wait_for: %w", err)
	}
	conditions, err := p.conditions(w, watched)
	if err != nil {
		return nil, err
	}
	name, err := live.WaitFor(p.run.ctx, conditions)
	if err != nil {
		return nil, outside(err)
	}
	w.step.Outcome = name
	return starlark.String(name), nil
}

// conditions reads what may come, and notes it in the step.
func (p *page) conditions(w *invocation, watched []starlark.Tuple) ([]browser.Condition, error) {
	named, text, err := namedSelectors(w, watched, "selectors", `home = "#account"`)
	if err != nil {
		return nil, err
	}
	w.step.Selector = p.frames + text
	conditions := make([]browser.Condition, len(named))
	for i, one := range named {
		conditions[i] = browser.Condition(one)
	}
	return conditions, nil
}

type namedSelector struct{ Name, Selector string }

// namedSelectors reads name = "selector" pairs, and gives them as one text too.
func namedSelectors(w *invocation, kwargs []starlark.Tuple, what, example string) (named []namedSelector, text string, err error) {
	if len(kwargs) == 0 {
		return nil, "", fmt.Errorf("%s: there are no %s; name them, as in %s", w.step.Word, what, example)
	}
	named = make([]namedSelector, len(kwargs))
	texts := make([]string, len(kwargs))
	for i, pair := range kwargs {
		name := string(pair[0].(starlark.String))
		selector, ok := starlark.AsString(pair[1])
		if !ok {
			return nil, "", fmt.Errorf("%s: %s must be a selector, not a %s", w.step.Word, name, pair[1].Type())
		}
		named[i] = namedSelector{name, selector}
		texts[i] = name + ": " + selector
	}
	return named, strings.Join(texts, ", "), nil
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

func (p *page) frame(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	selector, live, err := p.element(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	inside, matches, err := live.Frame(p.run.ctx, selector)
	w.step.Matches = matches
	if err != nil {
		return nil, outside(err)
	}
	// timeout= was for finding the frame; its words have their own.
	return &page{run: p.run, live: inside.Within(0), frames: p.frames + selector + " >> "}, nil
}
