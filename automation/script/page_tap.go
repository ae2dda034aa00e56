package script

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// keypadWords is the word of the page that types on a keypad of the site's own.
var keypadWords = map[string]pageWord{
	"tap": {(*page).tap, manual{
		"page.tap(keys, text, timeout = 10)",
		"Types a text on a keypad that the site draws, as banks do with the keys in an order of their own: for each character it waits for its key and clicks it, as click does. keys is a selector with {} in place of the character, which must be a letter or a digit, or a dict of a selector for each character. Takes opaque values, and works in the same documents as fill. Neither the recording nor an error tells which keys were clicked.",
		"SITE_CHANGED if a key cannot be clicked within timeout. AUTOMATION_ERROR for a character that has no key in the dict, before anything is clicked.",
		`page.tap("text=\"{}\"", "1234")`,
	}},
}

const keyHole = "{}" // what stands for the character in a selector of keys

func (p *page) tap(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var keys, text, timeout starlark.Value
	if err := starlark.UnpackArgs(w.step.Word, args, kwargs, "keys", &keys, "text", &text, "timeout?", &timeout); err != nil {
		return nil, err
	}
	live, err := p.withTimeout(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.tap: %w", err)
	}
	typed, err := textToType(w.step.Word, text)
	if err != nil {
		return nil, err
	}
	shown, keyOf, err := keypad(keys)
	if err != nil {
		return nil, fmt.Errorf("page.tap: %w", err)
	}
	w.step.Selector = p.frames + shown
	selectors := make([]string, 0, len(typed))
	for _, character := range typed {
		selector, err := keyOf(character)
		if err != nil {
			return nil, fmt.Errorf("page.tap: %w", err)
		}
		selectors = append(selectors, selector)
	}
	return nil, withOutcome(live.Tap(p.run.ctx, typed, selectors))
}

// keypad reads keys=. It returns what a step shows of it, and the selector of the
// key for a character. No error names the character.
func keypad(keys starlark.Value) (shown string, keyOf func(rune) (string, error), err error) {
	if dict, ok := keys.(*starlark.Dict); ok {
		return "", func(character rune) (string, error) { return keyInDict(dict, character) }, nil
	}
	pattern, shown, err := selectorText(keys, func(pattern string) string {
		return elementProblem(strings.ReplaceAll(pattern, keyHole, "x"))
	})
	if err != nil {
		return "", nil, err
	}
	if !strings.Contains(pattern, keyHole) {
		return "", nil, errors.New("the selector of the keys must hold {} in place of the character")
	}
	return shown, func(character rune) (string, error) {
		if !isAlphanumeric(character) {
			return "", errors.New("only letters and digits can stand for {}: give a dict of keys for a text with others")
		}
		return strings.ReplaceAll(pattern, keyHole, string(character)), nil
	}, nil
}

func keyInDict(keys *starlark.Dict, character rune) (string, error) {
	value, found, err := keys.Get(starlark.String(character))
	if err != nil || !found {
		return "", errors.New("the text has a character that is none of the keys")
	}
	// Its problem would be quoted: the browser finds it, and its error is withheld.
	selector, _, err := selectorText(value, func(string) string { return "" })
	if err != nil {
		return "", errors.New("keys must be a dict of selectors")
	}
	return selector, nil
}

func isAlphanumeric(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}
