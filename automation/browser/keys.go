package browser

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// keys are the named keys, as the DOM and Chromium name them.
var keys = map[string]chrome.Key{
	"Enter":      {Key: "Enter", Code: "Enter", Virtual: 13, Text: "\r"},
	"Tab":        {Key: "Tab", Code: "Tab", Virtual: 9},
	"Escape":     {Key: "Escape", Code: "Escape", Virtual: 27},
	"Backspace":  {Key: "Backspace", Code: "Backspace", Virtual: 8},
	"Delete":     {Key: "Delete", Code: "Delete", Virtual: 46},
	"ArrowUp":    {Key: "ArrowUp", Code: "ArrowUp", Virtual: 38},
	"ArrowDown":  {Key: "ArrowDown", Code: "ArrowDown", Virtual: 40},
	"ArrowLeft":  {Key: "ArrowLeft", Code: "ArrowLeft", Virtual: 37},
	"ArrowRight": {Key: "ArrowRight", Code: "ArrowRight", Virtual: 39},
	"PageDown":   {Key: "PageDown", Code: "PageDown", Virtual: 34},
	"End":        {Key: "End", Code: "End", Virtual: 35},
	"Home":       {Key: "Home", Code: "Home", Virtual: 36},
}

// keyOf returns the key that types a character.
func keyOf(r rune) chrome.Key {
	if r == '\n' || r == '\r' {
		return keys["Enter"]
	}
	key := chrome.Key{Key: string(r), Text: string(r)}
	switch upper := unicode.ToUpper(r); {
	case '0' <= r && r <= '9':
		key.Code, key.Virtual = "Digit"+string(r), int(r)
	case 'A' <= upper && upper <= 'Z':
		key.Code, key.Virtual = "Key"+string(upper), int(upper)
		if r == upper {
			key.Shift = true
		}
	case r == ' ':
		key.Code, key.Virtual = "Space", 32
	}
	return key
}

// Press presses and releases a key where the focus is. The key is one character, or
// a name of Keys.
func (p *Page) Press(ctx context.Context, name string) error {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	key, ok := keys[name]
	if !ok {
		r, size := utf8.DecodeRuneInString(name)
		if size == 0 || size != len(name) || r == utf8.RuneError {
			return outcome.New(outcome.AutomationError, "press: no such key")
		}
		key = keyOf(r)
	}
	defer b.browser.markAction()
	return p.pressKey(b, key)
}

func (p *Page) pressKey(b *bound, key chrome.Key) error {
	err := p.frame.session.PressKey(b, key)
	if err == nil || b.windowClosed() {
		return nil // with an error, this very key closed the window
	}
	return b.explain(err, func() error { return outcome.New(outcome.SiteChanged, "press: the page did not take the key") })
}

// Keys lists the names that Press accepts, beside single characters.
func Keys() string {
	return strings.Join([]string{"Enter", "Tab", "Escape", "Backspace", "Delete", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageDown", "End", "Home"}, ", ")
}
