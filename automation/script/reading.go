package script

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/browser"
)

// The words of the page that read it.
var readingWords = map[string]pageWord{
	"text": {(*page).text, manual{
		"page.text(selector, timeout = 10) → text",
		"Waits for an element and gives its text as it is shown, trimmed.",
		"SITE_CHANGED when it did not come.",
		`greeting = page.text("role=heading[name*='Hello']")`,
	}},
	"attr": {(*page).attr, manual{
		"page.attr(selector, name, timeout = 10) → text or None",
		"Waits for an element and gives one of its attributes, None if it has it not. What was typed into a field is no attribute.",
		"SITE_CHANGED when it did not come.",
		`href = page.attr("a[rel=next]", "href")`,
	}},
	"value": {(*page).value, manual{
		"page.value(selector, timeout = 10) → text",
		"Waits for a field and gives what it holds now; of a select, the chosen option's value.",
		"SITE_CHANGED when it did not come. AUTOMATION_ERROR for password fields, for fields that this script typed into, and for what holds an opaque value.",
		`limit = page.value("label=Spending limit")`,
	}},
	"checked": {(*page).checked, manual{
		"page.checked(selector, timeout = 10) → True or False",
		"Waits for a checkbox or radio button and gives whether it is on.",
		"SITE_CHANGED when it did not come.",
		`paperless = page.checked("label=Paperless bills")`,
	}},
	"exists": {(*page).exists, manual{
		"page.exists(selector) → True or False",
		"Whether anything matches now, be it shown or hidden. It does not wait, except for a document that is still loading.",
		"None.",
		`more = page.exists("text=Load more")`,
	}},
	"count": {(*page).count, manual{
		"page.count(selector) → number",
		"How many elements match now.",
		"None.",
		`cards = page.count(".card")`,
	}},
	"rows": {(*page).rows, manual{
		"page.rows(selector, name = column, …) → list of dicts",
		"Reads a value for each column from every element that matches now. A column is a selector in the row, \"@attribute\" of the row, \"selector@attribute\", or \"\" for the row's own text. What is not there is None; no rows are an empty list.",
		"AUTOMATION_ERROR when it is too much: 2 million characters.",
		`bills = page.rows("tr.bill", id = "@data-id", due = "time@datetime", amount = ".amount")`,
	}},
}

func (p *page) text(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.element(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	text, matches, err := at.live.Text(p.run.ctx, at.selector)
	w.step.Matches = matches
	if err != nil {
		return nil, outside(err)
	}
	return p.seen(w, text)
}

func (p *page) attr(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	at, err := p.element(w, args, kwargs, "name", &name)
	if err != nil {
		return nil, err
	}
	text, there, matches, err := at.live.Attr(p.run.ctx, at.selector, name)
	w.step.Matches = matches
	if err != nil {
		return nil, outside(err)
	}
	if !there {
		return starlark.None, nil
	}
	return p.seen(w, text)
}

// value does not give back what was typed from an opaque value: a script
// could read a credential so.
func (p *page) value(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.element(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	text, matches, err := at.live.Value(p.run.ctx, at.selector)
	w.step.Matches = matches
	if err != nil {
		return nil, outside(err)
	}
	if p.run.scrub(text) != text {
		return nil, errors.New("page.value: the field holds an opaque value, or a card number")
	}
	return p.seen(w, text)
}

func (p *page) checked(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.element(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	on, matches, err := at.live.Checked(p.run.ctx, at.selector)
	w.step.Matches = matches
	return starlark.Bool(on), outside(err)
}

// seen lets a text of the page into the script.
func (p *page) seen(w *invocation, text string) (starlark.Value, error) {
	if err := p.run.spent.text(len(text)); err != nil {
		return nil, fmt.Errorf("%s: %w", w.step.Word, err)
	}
	return starlark.String(text), nil
}

// selector unpacks the arguments of a word that looks and does not wait.
func (p *page) selector(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (target, error) {
	var selector starlark.Value
	if err := unpack(w.step.Word, args, kwargs, "selector", &selector); err != nil {
		return target{}, err
	}
	return p.aim(w, selector, nil)
}

func (p *page) exists(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.selector(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	there, err := at.live.Exists(p.run.ctx, at.selector)
	if there {
		w.step.Matches = 1
	}
	return starlark.Bool(there), outside(err)
}

func (p *page) count(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.selector(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.Count(p.run.ctx, at.selector)
	return starlark.MakeInt(w.step.Matches), outside(err)
}

// rows gives a list of dicts, one for each element, with the columns in the
// order in which the script names them.
func (p *page) rows(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.selector(w, args, nil)
	if err != nil {
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
	found, err := at.live.Rows(p.run.ctx, at.selector, columns)
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
		selector, shown, err := selectorText(pair[1])
		if column, isText := starlark.AsString(pair[1]); isText && what == "columns" {
			selector, shown, err = column, column, nil // "" is the row's own text
		}
		if err != nil {
			return nil, "", fmt.Errorf("%s: %s: %w", w.step.Word, name, err)
		}
		named[i] = namedSelector{name, selector}
		texts[i] = name + ": " + shown
	}
	return named, strings.Join(texts, ", "), nil
}
