package script

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/browser"
)

// maxAlternatives is how many selectors may stand in one list.
const maxAlternatives = 10

// selectorText reads a selector, or a list of alternatives, and gives it as
// the browser takes it and as a step shows it.
func selectorText(value starlark.Value) (selector, shown string, err error) {
	if text, ok := starlark.AsString(value); ok {
		if strings.TrimSpace(text) == "" {
			return "", "", errors.New("the selector is empty")
		}
		return browser.Any(text), text, nil
	}
	if secret, ok := value.(*opaque); ok {
		return "", "", secret.refuse("it cannot be a selector")
	}
	list, ok := value.(starlark.Sequence)
	if !ok {
		return "", "", fmt.Errorf("a selector must be a text or a list of texts, not a %s", value.Type())
	}
	if list.Len() == 0 || list.Len() > maxAlternatives {
		return "", "", fmt.Errorf("a list of selectors must have 1 to %d of them", maxAlternatives)
	}
	var texts []string
	for item := range starlark.Elements(list) {
		text, ok := starlark.AsString(item)
		if !ok || strings.TrimSpace(text) == "" {
			return "", "", fmt.Errorf("a list of selectors must hold texts that are not empty; there is a %s in it", item.Type())
		}
		texts = append(texts, text)
	}
	return browser.Any(texts...), strings.Join(texts, " | "), nil
}

var (
	kindPattern = regexp.MustCompile(`^(css|text|label|placeholder|role|nth|url|xpath|id|name|testid|data-testid)\s*=(.*)$`)
	rolePattern = regexp.MustCompile(`^\s*[a-z]+\s*(\[\s*name\s*\*?=\s*("[^"]*"|'[^']*'|[^\]"']+)\s*\])?\s*$`)
)

// selectorFault says what is wrong with a selector, as far as can be told
// without a page; CSS is the browser's to judge. outcomes: an address may stand
// in its place.
func selectorFault(selector string, outcomes bool) string {
	for i, part := range strings.Split(selector, " >> ") {
		part = strings.TrimSpace(part)
		found := kindPattern.FindStringSubmatch(part)
		switch {
		case part == "":
			return "it is empty"
		case strings.HasPrefix(part, "//"):
			return "XPath is not known here"
		case found == nil:
			continue
		case strings.TrimSpace(found[2]) == "":
			return "there is nothing after " + found[1] + "="
		case found[1] == "nth" && i == 0:
			return "nth= picks one of what stands before it, with >> between"
		case found[1] == "role" && !rolePattern.MatchString(found[2]):
			return `a role is written role=button or role=button[name="Sign in"]`
		case found[1] == "url" && !outcomes:
			return "an address is for page.wait_for"
		case !slices.Contains([]string{"css", "text", "label", "placeholder", "role", "nth", "url"}, found[1]):
			return found[1] + "= is not known here; CSS writes #id and [name=x]"
		}
	}
	return ""
}

// target is what a word works on: where, and how to tell the step which
// alternative it was.
type target struct {
	selector string
	live     *browser.Page
}

// aim notes a selector in the step, and has the alternative that matches take
// its place there.
func (p *page) aim(w *invocation, given, timeout starlark.Value) (target, error) {
	selector, shown, err := selectorText(given)
	w.step.Selector = p.frames + shown
	if err != nil {
		return target{}, fmt.Errorf("%s: %w", w.step.Word, err)
	}
	live, err := p.within(timeout)
	if err != nil {
		return target{}, fmt.Errorf("%s: %w", w.step.Word, err)
	}
	if selector != shown {
		w.matched = &browser.Matched{}
		live = live.WithMatch(w.matched)
	}
	return target{selector, live}, nil
}

// settle puts the alternative that matched into the step.
func (w *invocation) settle(frames string) {
	if w.matched != nil && w.matched.Selector != "" {
		w.step.Selector = frames + w.matched.Selector
	}
}

// predicateWords are what a function given to a word may use of the page, and
// of the user nothing: it looks, and does nothing.
var predicateWords = []string{
	"page.exists", "page.count", "page.rows", "page.text", "page.attr", "page.value", "page.checked", "page.fetch", "page.frame",
}

// predicateWithin is how long a word may take inside such a function: it looks
// at what is there.
const predicateWithin = 500 * time.Millisecond
