package browser

import (
	"context"
	"errors"
	"time"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// bound limits one call: by the caller's context, the page's deadline and the
// browser's life. It knows which of them ended the call.
type bound struct {
	context.Context // ends with the first of the three
	caller          context.Context
	browser         *Browser
	window          context.Context // the life of the browser, or of a window of Popup
	deadline        time.Time
	first           bool // of several matches, take the first visible one
	cancel          func()
}

// grace is how long a call waits after its deadline for the page's answer, which
// says what was missing.
const grace = 500 * time.Millisecond

// remaining is the time until the deadline, in milliseconds.
func (b *bound) remaining() int64 { return max(0, time.Until(b.deadline).Milliseconds()) }

// explain returns the reason of a call's error: the caller's own cause, unchanged;
// the end of the browser or of the window; or timedOut() if it was the deadline.
func (b *bound) explain(err error, timedOut func() error) error {
	switch {
	case err == nil:
		return nil
	case b.caller.Err() != nil:
		return context.Cause(b.caller)
	case b.browser.life.Err() != nil || chrome.IsDisconnected(err):
		return b.browser.process.Lost()
	case b.window.Err() != nil:
		return context.Cause(b.window)
	case b.Err() != nil:
		return timedOut()
	case chrome.IsClosed(err) && b.windowClosed():
		return errWindowClosed
	}
	if typed, ok := errors.AsType[*outcome.Error](err); ok {
		return typed
	}
	return outcome.Wrap(outcome.AutomationError, err, "the browser refused a command")
}

// windowClosed reports whether a call failed because its window was closed. The
// error of a command may come a moment before that is known.
func (b *bound) windowClosed() bool {
	if b.window == b.browser.life {
		return false
	}
	wait := time.NewTimer(time.Second)
	defer wait.Stop()
	select {
	case <-b.window.Done():
		return errors.Is(context.Cause(b.window), errWindowClosed)
	case <-b.caller.Done():
		return false
	case <-wait.C:
		return false
	}
}

// pause waits a moment before a frame that is not there yet is searched again.
func (b *bound) pause() bool {
	timer := time.NewTimer(20 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-b.Done():
		return false
	case <-timer.C:
		return true
	}
}

// merge returns a context that ends with ctx or other, with the cause of the one
// that ended first.
func merge(ctx, other context.Context) (context.Context, context.CancelFunc) {
	merged, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(other, func() { cancel(context.Cause(other)) })
	return merged, func() { stop(); cancel(nil) }
}
