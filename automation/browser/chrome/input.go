package chrome

import (
	"context"

	"github.com/go-rod/rod/lib/proto"
)

// Key is a key of the keyboard, as the DOM and Chromium name it.
type Key struct {
	Key     string // the DOM's name of what it types or does, such as "a" or "Enter"
	Code    string // the DOM's name of where it is, such as "KeyA"
	Virtual int    // the Windows virtual key code
	Text    string // what it types, or ""
	Shift   bool   // pressed together with the shift key
	// Modifiers are the modifier keys that are held: the sum of 1 for Alt, 2 for
	// Control, 4 for Meta and 8 for Shift.
	Modifiers int
}

// shiftModifier is the protocol's bit for the shift key.
const shiftModifier = 8

// PressKey presses and releases a key where the focus is.
func (s Session) PressKey(ctx context.Context, key Key) error {
	if err := s.KeyDown(ctx, key); err != nil {
		return err
	}
	return s.KeyUp(ctx, key)
}

// KeyDown presses a key and holds it.
func (s Session) KeyDown(ctx context.Context, key Key) error {
	event := keyEvent(key, proto.InputDispatchKeyEventTypeRawKeyDown)
	if key.Text != "" {
		event.Type, event.Text, event.UnmodifiedText = proto.InputDispatchKeyEventTypeKeyDown, key.Text, key.Text
	}
	return event.Call(s.at(ctx))
}

// KeyUp releases a key.
func (s Session) KeyUp(ctx context.Context, key Key) error {
	return keyEvent(key, proto.InputDispatchKeyEventTypeKeyUp).Call(s.at(ctx))
}

func keyEvent(key Key, kind proto.InputDispatchKeyEventType) proto.InputDispatchKeyEvent {
	modifiers := key.Modifiers
	if key.Shift {
		modifiers |= shiftModifier
	}
	return proto.InputDispatchKeyEvent{Type: kind, Key: key.Key, Code: key.Code, WindowsVirtualKeyCode: key.Virtual, Modifiers: modifiers}
}

// MoveMouse moves the mouse to a point of the window, in CSS pixels.
func (s Session) MoveMouse(ctx context.Context, x, y float64) error {
	return proto.InputDispatchMouseEvent{Type: proto.InputDispatchMouseEventTypeMouseMoved, X: x, Y: y}.Call(s.at(ctx))
}

// ClickMouse clicks the left button at a point of the window, in CSS pixels, so
// many times in a row.
func (s Session) ClickMouse(ctx context.Context, x, y float64, times int) error {
	for n := 1; n <= times; n++ {
		if err := s.PressMouse(ctx, x, y, n); err != nil {
			return err
		}
		if err := s.ReleaseMouse(ctx, x, y, n); err != nil {
			return err
		}
	}
	return nil
}

// PressMouse presses the left button and holds it: the nth press of a click.
func (s Session) PressMouse(ctx context.Context, x, y float64, nth int) error {
	return mouseEvent(x, y, nth, proto.InputDispatchMouseEventTypeMousePressed).Call(s.at(ctx))
}

// ReleaseMouse releases the left button.
func (s Session) ReleaseMouse(ctx context.Context, x, y float64, nth int) error {
	return mouseEvent(x, y, nth, proto.InputDispatchMouseEventTypeMouseReleased).Call(s.at(ctx))
}

// DragMouse moves the mouse while the left button is held.
func (s Session) DragMouse(ctx context.Context, x, y float64) error {
	held := 1
	event := mouseEvent(x, y, 0, proto.InputDispatchMouseEventTypeMouseMoved)
	event.Buttons = &held
	return event.Call(s.at(ctx))
}

func mouseEvent(x, y float64, nth int, kind proto.InputDispatchMouseEventType) proto.InputDispatchMouseEvent {
	return proto.InputDispatchMouseEvent{Type: kind, X: x, Y: y, Button: proto.InputMouseButtonLeft, ClickCount: nth}
}
