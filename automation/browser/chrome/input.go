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
}

// shiftModifier is the protocol's bit for the shift key.
const shiftModifier = 8

// PressKey presses and releases a key where the focus is.
func (s Session) PressKey(ctx context.Context, key Key) error {
	down := proto.InputDispatchKeyEvent{
		Type: proto.InputDispatchKeyEventTypeRawKeyDown,
		Key:  key.Key, Code: key.Code, WindowsVirtualKeyCode: key.Virtual, Text: key.Text, UnmodifiedText: key.Text,
	}
	if key.Text != "" {
		down.Type = proto.InputDispatchKeyEventTypeKeyDown
	}
	if key.Shift {
		down.Modifiers = shiftModifier
	}
	up := down
	up.Type, up.Text, up.UnmodifiedText = proto.InputDispatchKeyEventTypeKeyUp, "", ""
	if err := down.Call(s.at(ctx)); err != nil {
		return err
	}
	return up.Call(s.at(ctx))
}

// MoveMouse moves the mouse to a point of the window, in CSS pixels.
func (s Session) MoveMouse(ctx context.Context, x, y float64) error {
	return proto.InputDispatchMouseEvent{Type: proto.InputDispatchMouseEventTypeMouseMoved, X: x, Y: y}.Call(s.at(ctx))
}

// ClickMouse presses and releases the left button at a point of the window, in
// CSS pixels.
func (s Session) ClickMouse(ctx context.Context, x, y float64) error {
	press := proto.InputDispatchMouseEvent{
		Type: proto.InputDispatchMouseEventTypeMousePressed, X: x, Y: y, Button: proto.InputMouseButtonLeft, ClickCount: 1,
	}
	release := press
	release.Type = proto.InputDispatchMouseEventTypeMouseReleased
	if err := press.Call(s.at(ctx)); err != nil {
		return err
	}
	return release.Call(s.at(ctx))
}
