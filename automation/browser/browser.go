package browser

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
	"passage/automation/secret"
)

// Browser is one process with one page, for one session.
type Browser struct {
	process  *chrome.Process
	life     context.Context // the process's
	session  chrome.Session  // of the page
	page     *Page
	windows  *windows
	dialogs  dialogs
	requests requests
	traffic  traffic
	basic    atomic.Pointer[basicLogin] // the one that is going on

	basicGiven atomic.Bool // there was a GotoBasic
	locale     Locale
	rules      *chrome.Rules
	early      atomic.Bool // see GotoShown
	files      chan string // the last file that was not downloaded
	redact     *secret.Redactor

	mu      sync.Mutex
	typed   []string          // to be masked in pictures
	acted   bool              // see markAction
	dismiss string            // see Dismiss
	matched map[string]string // selector → element; see MatchedElements

	events  sync.WaitGroup
	closing sync.Once
	onClose func()
}

// Locale is the language and the time zone that sites are told.
type Locale = chrome.Locale

// Policy is what one session's browser may do.
type Policy struct {
	Hosts        []string         // "name" (ports 80 and 443) or "name:port": the only ones it may reach
	AllowPrivate bool             // also where such a name stands for a loopback or private address
	Locale       Locale           // the language and time zone that sites are told; see Launch
	Redactor     *secret.Redactor // what it holds is masked in pictures too; may be nil
}

// Page returns the browser's only page.
func (b *Browser) Page() *Page { return b.page }

// Dead is closed when the process has ended, the page has crashed, or Close was called.
func (b *Browser) Dead() <-chan struct{} { return b.life.Done() }

// Cause says why Dead is closed. It is a CONNECTION_FAILED.
func (b *Browser) Cause() error { return context.Cause(b.life) }

// Locale returns the language and time zone that sites are told.
func (b *Browser) Locale() Locale { return b.locale }

// PID returns the process's id.
func (b *Browser) PID() int { return b.process.PID() }

// OnClose sets what Close calls when the process and its profile are gone. It
// is called before the browser is handed to anyone.
func (b *Browser) OnClose(do func()) { b.onClose = do }

// Kill ends the browser's life for a reason, which its calls then fail with. The
// caller still closes it.
func (b *Browser) Kill(format string, args ...any) {
	b.process.Fail(outcome.New(outcome.ConnectionFailed, "the browser was ended: "+format, args...))
	b.process.Kill()
}

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

// recordTyped records what was typed, so that no picture shows it.
func (b *Browser) recordTyped(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.typed = append(b.typed, text)
}

// private returns everything that a picture must not show.
func (b *Browser) private() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append(b.redact.Private(), b.typed...)
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
