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

// windows are those that the page opens beside itself. One is followed, when
// it is expected; every other one is closed as soon as it appears.
type windows struct {
	mu       sync.Mutex
	page     chrome.TargetID // the browser's page itself
	session  chrome.Session
	record   chrome.ContextID     // that all are in
	expected chan chrome.TargetID // nil: none is
	followed *frame
	target   chrome.TargetID // of followed
	used     chrome.Session  // the window that the last call was for
	gone     func()
}

// own says which is the browser's page itself.
func (w *windows) own(page chrome.Window) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.page, w.session, w.record = page.Target, page.Session, page.Context
}

func (w *windows) isOwn(session chrome.Session) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.session == session
}

// uses notes which window a call is for.
func (w *windows) uses(session chrome.Session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.used = session
}

// inUse returns the window that the last call was for, if it is still open, or
// else the page's own.
func (w *windows) inUse() chrome.Session {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.followed != nil && w.followed.session == w.used {
		return w.used
	}
	return w.session
}

// windowOpened takes note of a window, in the order of the browser's events.
func (b *Browser) windowOpened(e chrome.WindowOpened) {
	w := b.windows
	w.mu.Lock()
	if e.Target == w.page || e.Context != w.record || w.record == "" {
		w.mu.Unlock()
		return
	}
	expected := w.expected
	w.expected = nil
	if expected != nil {
		expected <- e.Target // has room for it
	}
	w.mu.Unlock()
	if expected != nil {
		return
	}
	b.events.Go(func() { b.shut(e.Target) })
}

// shut closes a window.
func (b *Browser) shut(target chrome.TargetID) {
	ctx, cancel := context.WithTimeout(b.life, 5*time.Second)
	defer cancel()
	_ = b.process.CloseWindow(ctx, target) // an error means that it has closed itself
}

// closed notes that a window is gone.
func (w *windows) closed(target chrome.TargetID) {
	w.mu.Lock()
	gone := w.gone
	if w.target != target || gone == nil {
		w.mu.Unlock()
		return
	}
	w.followed, w.gone = nil, nil
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

// Popup does something that opens a window, such as a click, and returns that
// window's page. It is as bound to the policy as the page itself. One is
// followed at a time; Close ends that.
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
		select { // one that was not waited for, or not long enough
		case target := <-expected:
			p.frame.browser.shut(target)
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
			b.browser.shut(target)
			return nil, b.ended(err, func() error { return outcome.New(outcome.SiteChanged, "popup: the window did not answer in time") })
		}
		return popup, nil
	case <-b.Done():
		return nil, b.ended(b.Err(), func() error { return outcome.New(outcome.SiteChanged, "popup: no window was opened in time") })
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
	w.gone = func() { end(errWindow) }
	w.mu.Unlock()
	f.life = life
	if err := session.WatchPage(ctx); err != nil {
		return nil, fmt.Errorf("open window: %w", err)
	}
	_ = session.WatchCrash(ctx) // without it, a crash shows at the deadline
	return &Page{frame: f}, nil
}

// shutItself reports whether a call's window has closed under it. The error of
// a command may come a moment before that is known.
func (b *bound) shutItself() bool {
	if b.window == b.browser.life {
		return false
	}
	wait := time.NewTimer(time.Second)
	defer wait.Stop()
	select {
	case <-b.window.Done():
		return errors.Is(context.Cause(b.window), errWindow)
	case <-b.caller.Done():
		return false
	case <-wait.C:
		return false
	}
}

var errWindow = outcome.New(outcome.SiteChanged, "the window was closed")

// Close closes a window that Popup returned. One that has closed itself is
// closed already.
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
	b.browser.shut(target)
	w.closed(target)
	return nil
}

// dialogs are how native dialogs are answered, and what they said.
type dialogs struct {
	mu     sync.Mutex
	accept bool
	text   string
	said   []string
}

const maxDialogs = 20 // remembered

// Dialogs sets how native dialogs are answered from now on: dismissed, as they
// are without it, or accepted, a prompt with the text. It returns what those
// said that came since the last call.
func (p *Page) Dialogs(accept bool, text string) []string {
	d := &p.frame.browser.dialogs
	d.mu.Lock()
	defer d.mu.Unlock()
	said := d.said
	d.accept, d.text, d.said = accept, text, nil
	return said
}

// answerDialog answers what the page asks, which may always be left: a dialog
// that nobody answers stops the page and every call with it.
func (b *Browser) answerDialog(e chrome.DialogOpened) {
	ctx, cancel := context.WithTimeout(b.life, 5*time.Second)
	defer cancel()
	d := &b.dialogs
	d.mu.Lock()
	if !e.BeforeUnload && len(d.said) < maxDialogs {
		d.said = append(d.said, e.Message)
	}
	accept, text := e.BeforeUnload || d.accept, ""
	if e.Prompt && d.accept {
		text = d.text
	}
	d.mu.Unlock()
	// An error means that the page went away meanwhile, and its dialog with it.
	_ = e.Session.AnswerDialog(ctx, accept, text)
}
