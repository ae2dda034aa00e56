package browser

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-rod/rod/lib/proto"

	"passage/automation/outcome"
)

// keys are the named keys, as the DOM and Chromium name them.
var keys = map[string]proto.InputDispatchKeyEvent{
	"Enter":      {Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r", UnmodifiedText: "\r"},
	"Tab":        {Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9},
	"Escape":     {Key: "Escape", Code: "Escape", WindowsVirtualKeyCode: 27},
	"Backspace":  {Key: "Backspace", Code: "Backspace", WindowsVirtualKeyCode: 8},
	"Delete":     {Key: "Delete", Code: "Delete", WindowsVirtualKeyCode: 46},
	"ArrowUp":    {Key: "ArrowUp", Code: "ArrowUp", WindowsVirtualKeyCode: 38},
	"ArrowDown":  {Key: "ArrowDown", Code: "ArrowDown", WindowsVirtualKeyCode: 40},
	"ArrowLeft":  {Key: "ArrowLeft", Code: "ArrowLeft", WindowsVirtualKeyCode: 37},
	"ArrowRight": {Key: "ArrowRight", Code: "ArrowRight", WindowsVirtualKeyCode: 39},
	"PageDown":   {Key: "PageDown", Code: "PageDown", WindowsVirtualKeyCode: 34},
	"End":        {Key: "End", Code: "End", WindowsVirtualKeyCode: 35},
	"Home":       {Key: "Home", Code: "Home", WindowsVirtualKeyCode: 36},
}

// keyOf is the key that types a character.
func keyOf(r rune) proto.InputDispatchKeyEvent {
	if r == '\n' || r == '\r' {
		return keys["Enter"]
	}
	event := proto.InputDispatchKeyEvent{Key: string(r), Text: string(r), UnmodifiedText: string(r)}
	switch upper := unicode.ToUpper(r); {
	case '0' <= r && r <= '9':
		event.Code, event.WindowsVirtualKeyCode = "Digit"+string(r), int(r)
	case 'A' <= upper && upper <= 'Z':
		event.Code, event.WindowsVirtualKeyCode = "Key"+string(upper), int(upper)
		if r == upper {
			event.Modifiers = 8 // shift
		}
	case r == ' ':
		event.Code, event.WindowsVirtualKeyCode = "Space", 32
	}
	return event
}

// Press presses and releases a key where the focus is: one character, or the
// name of a key, such as "Enter" or "ArrowDown".
func (p *Page) Press(ctx context.Context, key string) error {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	event, named := keys[key]
	if !named {
		r, size := utf8.DecodeRuneInString(key)
		if size == 0 || size != len(key) || r == utf8.RuneError {
			return outcome.New(outcome.AutomationError, "press: no such key")
		}
		event = keyOf(r)
	}
	defer b.browser.noteAct()
	return p.key(b, event)
}

// key presses and releases one key.
func (p *Page) key(b *bound, down proto.InputDispatchKeyEvent) error {
	down.Type = proto.InputDispatchKeyEventTypeRawKeyDown
	if down.Text != "" {
		down.Type = proto.InputDispatchKeyEventTypeKeyDown
	}
	up := down
	up.Type, up.Text, up.UnmodifiedText = proto.InputDispatchKeyEventTypeKeyUp, "", ""
	for _, e := range []proto.InputDispatchKeyEvent{down, up} {
		if err := e.Call(p.frame.to(b)); err != nil {
			if b.shutItself() {
				return nil // by this very key
			}
			return b.ended(err, func() error { return outcome.New(outcome.SiteChanged, "press: the page did not take the key") })
		}
	}
	return nil
}

// Keys lists the names that Press takes, beside single characters.
func Keys() string {
	return strings.Join([]string{"Enter", "Tab", "Escape", "Backspace", "Delete", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageDown", "End", "Home"}, ", ")
}
