package script

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/prompt"
	"passage/automation/script/dialect"
)

// maxAlternatives is how many selectors one list may have.
const maxAlternatives = 10

// selectorText reads a selector, or a list of alternatives. It returns the form
// that the browser takes, and the form that a step shows. problemOf says what is
// wrong with one of them: elementProblem, outcomeProblem or columnProblem.
func selectorText(value starlark.Value, problemOf func(string) string) (selector, shown string, err error) {
	if text, ok := starlark.AsString(value); ok {
		if strings.TrimSpace(text) == "" {
			return "", "", errors.New("the selector is empty")
		}
		return browser.Any(text), shownSelector(text), selectorError(text, problemOf)
	}
	if opaque, ok := value.(*dialect.Opaque); ok {
		return "", "", opaque.Refuse("it cannot be a selector")
	}
	list, ok := value.(starlark.Sequence)
	if !ok {
		return "", "", fmt.Errorf("a selector must be a text or a list of texts, not a %s", value.Type())
	}
	if list.Len() == 0 || list.Len() > maxAlternatives {
		return "", "", fmt.Errorf("a list of selectors must have 1 to %d of them", maxAlternatives)
	}
	var texts, shownTexts []string
	for item := range starlark.Elements(list) {
		text, ok := starlark.AsString(item)
		if !ok || strings.TrimSpace(text) == "" {
			return "", "", fmt.Errorf("a list of selectors must hold texts that are not empty; there is a %s in it", item.Type())
		}
		if err := selectorError(text, problemOf); err != nil {
			return "", "", err
		}
		texts, shownTexts = append(texts, text), append(shownTexts, shownSelector(text))
	}
	return browser.Any(texts...), strings.Join(shownTexts, " | "), nil
}

// shownSelector returns a selector as the script writes it.
func shownSelector(text string) string {
	if pattern, ok, err := browser.ParseResponsePattern(text); ok && err == nil {
		return pattern.String()
	}
	return text
}

// selectorError returns the error of a selector with a problem, or nil.
func selectorError(text string, problemOf func(string) string) error {
	if problem := problemOf(text); problem != "" {
		return fmt.Errorf("%q is not a selector: %s", prompt.Quote(text), problem)
	}
	return nil
}
