package script

import (
	"errors"
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
)

// predicateWords are the words that a predicate may use: a function that a
// script passes to a word, and that says whether something is so. It looks at
// the page and does nothing.
var predicateWords = []string{
	"page.exists", "page.count", "page.rows", "page.text", "page.attr", "page.value", "page.checked", "page.fetch", "page.frame",
}

// mayUse refuses words that a predicate must not use.
func (r *Run) mayUse(word string) error {
	if !r.inPredicate || slices.Contains(predicateWords, word) {
		return nil
	}
	return fmt.Errorf("%s: a function that looks whether something is so does nothing else", word)
}

// holds calls a predicate. It does not hold while an element that it reads is
// missing, or is one of several; missed is that error then.
func (r *Run) holds(thread *starlark.Thread, predicate starlark.Callable) (bool, error) {
	outer := r.inPredicate
	r.inPredicate, r.missed = true, nil
	defer func() { r.inPredicate = outer }()
	value, err := starlark.Call(thread, predicate, nil, nil)
	if typed, ok := errors.AsType[*outcome.Error](err); ok && typed.Code == outcome.SiteChanged {
		if _, stated := errors.AsType[statedOutcome](err); !stated {
			r.missed = typed
			return false, nil
		}
	}
	if err != nil {
		return false, err
	}
	return bool(value.Truth()), nil
}
