package script

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/script/dialect"
)

// readingWords are the words of the page that read it.
var readingWords = map[string]pageWord{
	"text": {(*page).text, manual{
		"page.text(selector, timeout = 10, first = False) → text",
		"Waits for an element and returns its visible text, trimmed. Of several visible matches, all must say the same.",
		"SITE_CHANGED if it does not appear in time.",
		`greeting = page.text("role=heading[name*='Hello']")`,
	}},
	"attr": {(*page).attr, manual{
		"page.attr(selector, name, timeout = 10, first = False) → text or None",
		"Waits for an element and returns one of its attributes, or None. Of several visible matches, all must have the same. What was typed into a field is not an attribute.",
		"SITE_CHANGED if it does not appear in time.",
		`href = page.attr("a[rel=next]", "href")`,
	}},
	"value": {(*page).value, manual{
		"page.value(selector, timeout = 10, first = False) → text",
		"Waits for a field and returns its current value; of a select, that of the chosen option. Of several visible matches, all must say the same.",
		"SITE_CHANGED if it does not appear in time. AUTOMATION_ERROR for password fields, for fields that this script typed into, and for a field that holds a secret.",
		`limit = page.value("label=Spending limit")`,
	}},
	"checked": {(*page).checked, manual{
		"page.checked(selector, timeout = 10, first = False) → True or False",
		"Waits for a checkbox or radio button and returns whether it is on. Of several, all must be the same.",
		"SITE_CHANGED if it does not appear in time.",
		`paperless = page.checked("label=Paperless bills")`,
	}},
	"exists": {(*page).exists, manual{
		"page.exists(selector, hidden = False) → True or False",
		"Whether anything matches now, visible or hidden; with hidden = True, whether something matches and all of it is hidden. It does not wait, except for a document that is still loading.",
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
		"Reads a value for each column from every element that matches now. A column is a selector in the row, \"@attribute\" of the row, \"selector@attribute\", or \"\" for the row's own text. A value that is missing is None; without rows the list is empty.",
		"AUTOMATION_ERROR for more than 2 million characters.",
		`bills = page.rows("tr.bill", id = "@data-id", due = "time@datetime", amount = ".amount")`,
	}},
}

func (p *page) text(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.elementOf(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	text, matches, err := at.live.Text(p.run.ctx, at.selector)
	w.step.Matches = matches
	if err != nil {
		return nil, withOutcome(err)
	}
	return p.readText(w, text)
}

func (p *page) attr(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	at, err := p.elementOf(w, args, kwargs, "name", &name)
	if err != nil {
		return nil, err
	}
	text, there, matches, err := at.live.Attr(p.run.ctx, at.selector, name)
	w.step.Matches = matches
	if err != nil {
		return nil, withOutcome(err)
	}
	if !there {
		return starlark.None, nil
	}
	return p.readText(w, text)
}

// value refuses a field that holds a secret: otherwise a script could type a
// password and read it back.
func (p *page) value(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.elementOf(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	text, matches, err := at.live.Value(p.run.ctx, at.selector)
	w.step.Matches = matches
	if err != nil {
		return nil, withOutcome(err)
	}
	if p.run.options.Redactor.ScrubSecrets(text) != text {
		return nil, errors.New("page.value: the field holds a secret, or a card number")
	}
	return p.readText(w, text)
}

func (p *page) checked(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.elementOf(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	on, matches, err := at.live.Checked(p.run.ctx, at.selector)
	w.step.Matches = matches
	return starlark.Bool(on), withOutcome(err)
}

// readText returns a text of the page to the script, and keeps where it came from.
func (p *page) readText(w *invocation, text string) (starlark.Value, error) {
	p.run.keepRead(w, nil, []map[string]*string{{"": &text}})
	return p.limitText(w, text)
}

// limitText returns a text of the page to the script, within its allowance.
func (p *page) limitText(w *invocation, text string) (starlark.Value, error) {
	if err := p.run.allowance.Text(len(text)); err != nil {
		return nil, fmt.Errorf("%s: %w", w.step.Word, err)
	}
	return starlark.String(text), nil
}

func (p *page) exists(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var selector starlark.Value
	var hidden bool
	if err := dialect.Unpack(w.step.Word, args, kwargs, "selector", &selector, "hidden?", &hidden); err != nil {
		return nil, err
	}
	at, err := p.target(w, selector, nil)
	if err != nil {
		return nil, err
	}
	exists := at.live.Exists
	if hidden {
		exists = at.live.Hidden
		w.step.Selector += " (hidden)"
	}
	there, err := exists(p.run.ctx, at.selector)
	if there {
		w.step.Matches = 1
	}
	return starlark.Bool(there), withOutcome(err)
}

func (p *page) count(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.presentElementOf(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.Count(p.run.ctx, at.selector)
	return starlark.MakeInt(w.step.Matches), withOutcome(err)
}

// rows returns a list of dicts, one for each element, with the columns in the
// order in which the script names them.
func (p *page) rows(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.presentElementOf(w, args, nil)
	if err != nil {
		return nil, err
	}
	if len(kwargs) == 0 {
		return nil, errors.New(`page.rows: there are no columns; name them, as in last4 = ".last4"`)
	}
	named, _, err := namedSelectors(w, kwargs, columnProblem)
	if err != nil {
		return nil, err
	}
	columns := make([]browser.Column, len(named))
	for i, column := range named {
		columns[i] = browser.Column(column)
	}
	found, err := at.live.Rows(p.run.ctx, at.selector, columns)
	if err != nil {
		return nil, withOutcome(err)
	}
	w.step.Matches = len(found)
	if err := p.run.allowance.Items(len(found) * (len(columns) + 1)); err != nil {
		return nil, fmt.Errorf("page.rows: %w", err)
	}
	p.run.keepRead(w, columns, found)
	rows := make([]starlark.Value, len(found))
	for i, cells := range found {
		if rows[i], err = p.row(w, columns, cells); err != nil {
			return nil, err
		}
	}
	return starlark.NewList(rows), nil
}

// row returns the dict of one row. A cell that is not there is None.
func (p *page) row(w *invocation, columns []browser.Column, cells map[string]*string) (starlark.Value, error) {
	row := starlark.NewDict(len(columns))
	for _, column := range columns {
		var cell starlark.Value = starlark.None
		if text := cells[column.Name]; text != nil {
			var err error
			if cell, err = p.limitText(w, *text); err != nil {
				return nil, err
			}
		}
		if err := row.SetKey(starlark.String(column.Name), cell); err != nil {
			return nil, fmt.Errorf("page.rows: %w", err)
		}
	}
	return row, nil
}
