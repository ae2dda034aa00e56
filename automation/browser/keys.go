package browser

import (
	"context"
	"slices"
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

// modifiers are the keys that are held while another one is pressed, with the
// protocol's bit for each.
var modifiers = map[string]struct {
	key chrome.Key
	bit int
}{
	"Alt":     {chrome.Key{Key: "Alt", Code: "AltLeft", Virtual: 18}, 1},
	"Control": {chrome.Key{Key: "Control", Code: "ControlLeft", Virtual: 17}, 2},
	"Meta":    {chrome.Key{Key: "Meta", Code: "MetaLeft", Virtual: 91}, 4},
	"Shift":   {chrome.Key{Key: "Shift", Code: "ShiftLeft", Virtual: 16}, 8},
}

// Press presses and releases a key where the focus is. The key is one character, or
// a name of Keys, with names of modifiers before it, as in Control+A.
func (p *Page) Press(ctx context.Context, name string) error {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	held, name := splitKey(name)
	key, ok := keys[name]
	if !ok {
		r, ok := character(name)
		if !ok {
			return outcome.New(outcome.AutomationError, "press: no such key; there are %s, single characters, and Control+, Alt+, Shift+ and Meta+ before them", Keys())
		}
		key = heldKey(r, held)
	}
	b.browser.traffic.act()
	defer b.browser.markAction()
	return p.pressHeld(b, key, held)
}

// splitKey separates the modifiers before a key from its name.
func splitKey(name string) (held []string, key string) {
	for {
		modifier, rest, more := strings.Cut(name, "+")
		if _, ok := modifiers[modifier]; !ok || !more || rest == "" {
			return held, name
		}
		held, name = append(held, modifier), rest
	}
}

// character returns the one character that a name is, if it is one.
func character(name string) (rune, bool) {
	r, size := utf8.DecodeRuneInString(name)
	return r, size > 0 && size == len(name) && r != utf8.RuneError
}

// IsKey reports whether Press knows a key.
func IsKey(name string) bool {
	_, key := splitKey(name)
	_, named := keys[key]
	_, single := character(key)
	return named || single
}

// heldKey returns the key of a character that is pressed with modifiers. With
// Shift alone it types; with any other it types nothing.
func heldKey(r rune, held []string) chrome.Key {
	if len(held) == 0 {
		return keyOf(r)
	}
	if slices.Contains(held, "Shift") {
		r = unicode.ToUpper(r)
	} else {
		r = unicode.ToLower(r)
	}
	key := keyOf(r)
	if len(held) > 1 || held[0] != "Shift" {
		key.Text = ""
	}
	return key
}

// pressHeld presses a key while modifiers are held.
func (p *Page) pressHeld(b *bound, key chrome.Key, held []string) error {
	bits := 0
	for _, name := range held {
		bits |= modifiers[name].bit
		down := modifiers[name].key
		down.Modifiers = bits
		if err := p.frame.session.KeyDown(b, down); err != nil {
			return b.explain(err, noKey)
		}
	}
	key.Modifiers = bits
	err := p.pressKey(b, key)
	for _, name := range slices.Backward(held) {
		bits &^= modifiers[name].bit
		up := modifiers[name].key
		up.Modifiers = bits
		if upErr := p.frame.session.KeyUp(b, up); upErr != nil && err == nil && !b.windowClosed() {
			err = b.explain(upErr, noKey)
		}
	}
	return err
}

func noKey() error { return outcome.New(outcome.SiteChanged, "press: the page did not take the key") }

func (p *Page) pressKey(b *bound, key chrome.Key) error {
	err := p.frame.session.PressKey(b, key)
	if err == nil || b.windowClosed() {
		return nil // with an error, this very key closed the window
	}
	return b.explain(err, noKey)
}

// Keys lists the names that Press accepts, beside single characters.
func Keys() string {
	return strings.Join([]string{"Enter", "Tab", "Escape", "Backspace", "Delete", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageDown", "End", "Home"}, ", ")
}
