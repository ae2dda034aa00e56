package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
	"passage/automation/secret"
)

// launchWithin is how long a browser may take until its page is ready.
const launchWithin = 30 * time.Second

// Browser is one process with one page, for one session.
type Browser struct {
	process *chrome.Process
	life    context.Context // the process's
	session chrome.Session  // of the page
	page    *Page
	windows *windows
	dialogs dialogs
	rules   *chrome.Rules
	redact  *secret.Redactor

	mu      sync.Mutex
	typed   []string          // to be masked in pictures
	acted   bool              // see markAction
	dismiss string            // see Dismiss
	matched map[string]string // selector → element; see MatchedElements

	events  sync.WaitGroup
	closing sync.Once
	onClose func()
}

// Policy is what one session's browser may do.
type Policy struct {
	Hosts        []string         // "name" (ports 80 and 443) or "name:port": the only ones it may reach
	AllowPrivate bool             // also where such a name stands for a loopback or private address
	Redactor     *secret.Redactor // its secrets are masked in pictures too; may be nil
}

// Launch starts a browser that may reach nothing yet; see Allow. The caller
// closes it.
func Launch(ctx context.Context, launcher *chrome.Launcher) (*Browser, error) {
	ctx, cancel := context.WithTimeout(ctx, launchWithin)
	defer cancel()
	process, err := launcher.Start()
	if err != nil {
		return nil, err
	}
	b := &Browser{process: process, life: process.Life(), windows: &windows{}, onClose: func() {}}
	b.page = &Page{frame: &frame{browser: b}}
	b.events.Go(b.watchEvents)
	if err := b.openPage(ctx); err != nil {
		cause := context.Cause(b.life) // before destroy gives another
		b.destroy()
		return nil, fmt.Errorf("start browser: %w", errors.Join(err, cause, errors.New(process.Stderr())))
	}
	return b, nil
}

// Page returns the browser's only page.
func (b *Browser) Page() *Page { return b.page }

// Dead is closed when the process has ended, the page has crashed, or Close was called.
func (b *Browser) Dead() <-chan struct{} { return b.life.Done() }

// Cause says why Dead is closed. It is a CONNECTION_FAILED.
func (b *Browser) Cause() error { return context.Cause(b.life) }

// PID returns the process's id.
func (b *Browser) PID() int { return b.process.PID() }

// OnClose sets what Close calls when the process and its profile are gone. It
// is called before the browser is handed to anyone.
func (b *Browser) OnClose(do func()) { b.onClose = do }

// Close kills the browser's whole process group, removes its profile and calls
// what OnClose set. Only the first call does anything; all return when it is done.
func (b *Browser) Close() {
	b.closing.Do(func() {
		b.destroy()
		b.onClose()
	})
}

// Discard is Close without the call that OnClose set. It returns false if the
// browser was closed before, and that call made.
func (b *Browser) Discard() (discarded bool) {
	b.closing.Do(func() {
		b.destroy()
		discarded = true
	})
	return discarded
}

func (b *Browser) destroy() {
	b.process.Close()
	b.events.Wait()
}

// openPage makes the page ready for use before it has loaded anything.
func (b *Browser) openPage(ctx context.Context) error {
	ctx, cancel := merge(ctx, b.life)
	defer cancel()
	window, err := b.process.OpenWindow(ctx)
	if err != nil {
		return err
	}
	b.session = window.Session
	b.windows.setPage(window)
	b.page.frame.session = window.Session
	b.page.frame.setID(chrome.FrameID(window.Target)) // a page's main frame has its target's id
	return errors.Join(
		b.process.DenyDownloads(ctx, window.Context),
		b.process.WatchWindows(ctx),
		window.Session.WatchPage(ctx),
		window.Session.WatchCrash(ctx),
	)
}

// Allow gives the browser its session's policy. It is called once.
func (b *Browser) Allow(policy Policy) {
	b.rules, b.redact = chrome.NewRules(policy.Hosts, policy.AllowPrivate), policy.Redactor
	b.process.Allow(b.rules)
	b.events.Go(func() { b.watchHeartbeat(heartbeat) })
}

// Healthy reports whether the browser and its page still answer.
func (b *Browser) Healthy(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	ctx, stop := merge(ctx, b.life)
	defer stop()
	return b.session.Run(ctx, 0, "0") == nil
}

// watchEvents handles every event until the connection ends. It starts a
// goroutine for whatever waits for the browser.
func (b *Browser) watchEvents() {
	for event := range b.process.Events {
		switch e := event.(type) {
		case chrome.PageCrashed:
			b.process.Fail(outcome.New(outcome.ConnectionFailed, "the page crashed"))
		case chrome.Detached:
			if b.windows.isPage(e.Session) {
				b.process.Fail(outcome.New(outcome.ConnectionFailed, "the page was closed"))
			}
		case chrome.WindowOpened:
			b.windowOpened(e)
		case chrome.WindowClosed:
			b.windows.closed(e.Target)
		case chrome.DialogOpened:
			b.events.Go(func() { b.answerDialog(e) })
		case chrome.LoadingStarted:
			b.frameOf(e.Session).loadingStarted(e.Frame)
		case chrome.LoadingStopped:
			b.loadingStopped(e)
		case chrome.Navigated:
			b.frameOf(e.Session).navigated(e.Frame, e.URL)
		}
	}
}

// recordTyped records what was typed, so that no picture shows it.
func (b *Browser) recordTyped(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.typed = append(b.typed, text)
}

// secrets returns everything that a picture must not show.
func (b *Browser) secrets() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append(b.redact.Secrets(), b.typed...)
}

// markAction records an action after which the page may be about to leave.
// takeAction reports it, once.
func (b *Browser) markAction() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.acted = true
}

func (b *Browser) takeAction() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	acted := b.acted
	b.acted = false
	return acted
}
