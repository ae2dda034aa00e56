package browser

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// windows are those that the page opens beside itself. One is followed if a script
// expects it. Every other one is closed as soon as it appears.
type windows struct {
	mu       sync.Mutex
	page     chrome.TargetID // the browser's page itself
	session  chrome.Session
	context  chrome.ContextID     // of all of them
	expected chan chrome.TargetID // nil: no window is expected
	followed *frame
	target   chrome.TargetID // of followed
	used     chrome.Session  // the window that the last call was for
	onClosed func()
}

// setPage sets which window is the browser's page.
func (w *windows) setPage(page chrome.Window) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.page, w.session, w.context = page.Target, page.Session, page.Context
}

func (w *windows) isPage(session chrome.Session) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.session == session
}

// use records which window a call is for.
func (w *windows) use(session chrome.Session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.used = session
}

// current returns the window that the last call was for, if it is still open, or
// else the page's own.
func (w *windows) current() chrome.Session {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.followed != nil && w.followed.session == w.used {
		return w.used
	}
	return w.session
}

// windowOpened hands a new window to Popup, or closes it. It is called in the order
// of the browser's events.
func (b *Browser) windowOpened(e chrome.WindowOpened) {
	w := b.windows
	w.mu.Lock()
	if e.Target == w.page || e.Context != w.context || w.context == "" {
		w.mu.Unlock()
		return
	}
	expected := w.expected
	w.expected = nil
	if expected != nil {
		expected <- e.Target // has room for one
	}
	w.mu.Unlock()
	if expected != nil {
		return
	}
	b.events.Go(func() { b.closeWindow(e.Target) })
}

// closeWindow closes a window.
func (b *Browser) closeWindow(target chrome.TargetID) {
	ctx, cancel := context.WithTimeout(b.life, 5*time.Second)
	defer cancel()
	_ = b.process.CloseWindow(ctx, target) // an error means that it has closed itself
}

// closed ends the followed window if it is the one that was closed.
func (w *windows) closed(target chrome.TargetID) {
	w.mu.Lock()
	gone := w.onClosed
	if w.target != target || gone == nil {
		w.mu.Unlock()
		return
	}
	w.followed, w.onClosed = nil, nil
	w.mu.Unlock()
	gone()
}

// frameOf returns the main frame of the window that an event came from.
func (b *Browser) frameOf(session chrome.Session) *frame {
	w := b.windows
	w.mu.Lock()
	defer w.mu.Unlock()
	if f := w.followed; f != nil && f.session == session {
		return f
	}
	return b.page.frame
}

// Popup calls a function that opens a window, such as a click, and returns that
// window's page. The policy holds for it as for the page itself. One window is
// followed at a time, until Close.
func (p *Page) Popup(ctx context.Context, do func() error) (*Page, error) {
	w := p.frame.browser.windows
	expected := make(chan chrome.TargetID, 1)
	w.mu.Lock()
	if w.followed != nil || w.expected != nil {
		w.mu.Unlock()
		return nil, outcome.New(outcome.AutomationError, "popup: close the window that is open first")
	}
	w.expected = expected
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.expected = nil
		w.mu.Unlock()
		select { // a window that came too late
		case target := <-expected:
			p.frame.browser.closeWindow(target)
		default:
		}
	}()
	if err := do(); err != nil {
		return nil, err
	}
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	select {
	case target := <-expected:
		popup, err := b.browser.follow(b, target)
		if err != nil {
			b.browser.closeWindow(target)
			return nil, b.explain(err, func() error { return outcome.New(outcome.SiteChanged, "popup: the window did not answer in time") })
		}
		return popup, nil
	case <-b.Done():
		return nil, b.explain(b.Err(), func() error { return outcome.New(outcome.SiteChanged, "popup: no window was opened in time") })
	}
}

// follow attaches to a window.
func (b *Browser) follow(ctx context.Context, target chrome.TargetID) (*Page, error) {
	session, err := b.process.Attach(ctx, target)
	if err != nil {
		return nil, fmt.Errorf("attach to window: %w", err)
	}
	f := &frame{browser: b, session: session, id: chrome.FrameID(target)}
	life, end := context.WithCancelCause(b.life)
	w := b.windows
	w.mu.Lock()
	w.followed, w.target = f, target
	w.onClosed = func() { end(errWindowClosed) }
	w.mu.Unlock()
	f.life = life
	if err := errors.Join(b.setLanguage(ctx, session), session.WatchPage(ctx), session.WatchRequests(ctx)); err != nil {
		return nil, fmt.Errorf("open window: %w", err)
	}
	_ = session.WatchCrash(ctx) // without it, a crash shows at the deadline
	return &Page{frame: f}, nil
}

var errWindowClosed = outcome.New(outcome.SiteChanged, "the window was closed")

// Close closes a window that Popup returned. It does nothing if the window has closed
// itself.
func (p *Page) Close(ctx context.Context) error {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	w := b.browser.windows
	w.mu.Lock()
	followed, target := w.followed, w.target
	w.mu.Unlock()
	if p.frame == b.browser.page.frame || p.frame.parent != nil {
		return outcome.New(outcome.AutomationError, "close: only a window of page.popup can be closed")
	}
	if followed != p.frame {
		return nil
	}
	b.browser.closeWindow(target)
	w.closed(target)
	return nil
}
