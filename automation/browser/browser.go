package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"

	"passage/automation/outcome"
)

// Browser is one process with one page, for one session.
type Browser struct {
	process *process
	proxy   *proxy
	profile string
	session proto.TargetSessionID
	page    *Page
	windows *windows
	dialogs dialogs
	rules   *rules
	redact  *Redactor

	life context.Context // ends when the browser is of no more use, its cause says why
	end  context.CancelCauseFunc

	mu    sync.Mutex
	typed []string          // what was typed so far, for masking pictures
	acted bool              // something was done that may make the page leave
	inWay string            // selectors of what is clicked away when it shows
	seen  map[string]string // what selectors matched; see Seen

	events  sync.WaitGroup
	closing sync.Once
	release func() // gives the slot back; set before the browser is handed to anyone
}

// Page returns the browser's only page.
func (b *Browser) Page() *Page { return b.page }

// Dead is closed when the process is gone, its page has crashed, or Close was called.
func (b *Browser) Dead() <-chan struct{} { return b.life.Done() }

// Cause says, once Dead is closed, why; it is a CONNECTION_FAILED.
func (b *Browser) Cause() error { return context.Cause(b.life) }

// PID returns the process's id.
func (b *Browser) PID() int { return b.process.cmd.Process.Pid }

// Close kills the browser's whole process group, removes its profile and
// frees its slot. Only the first call does anything; all return when it is done.
func (b *Browser) Close() {
	b.closing.Do(func() {
		b.destroy()
		b.release()
	})
}

// retire is Close without freeing the slot, which stays the caller's. It
// returns false if the browser was closed, and the slot freed, before.
func (b *Browser) retire() (kept bool) {
	b.closing.Do(func() {
		b.destroy()
		kept = true
	})
	return kept
}

func (b *Browser) destroy() {
	b.end(outcome.New(outcome.ConnectionFailed, "the browser was closed"))
	b.process.kill()
	b.events.Wait()
	b.proxy.close()
	removeProfile(b.profile)
}

// removeProfile tries again for a moment: the group's other processes were
// killed too, but only the first is waited for. What is left then is swept later.
func removeProfile(dir string) {
	retry := time.NewTicker(10 * time.Millisecond)
	defer retry.Stop()
	for range 20 {
		if os.RemoveAll(dir) == nil {
			return
		}
		<-retry.C
	}
}

// launch starts a browser with its proxy and its page. The profile folder is
// the caller's to make, and the browser's to remove, here if it does not start.
func launch(ctx context.Context, o Options, own forbidden, profile string) (*Browser, error) {
	ctx, cancel := context.WithTimeout(ctx, launchWithin)
	defer cancel()
	proxy, err := newProxy(own, o.Logger)
	if err != nil {
		removeProfile(profile)
		return nil, err
	}
	process, err := start(o, profile, proxy.address())
	if err != nil {
		proxy.close()
		removeProfile(profile)
		return nil, err
	}
	b := &Browser{process: process, proxy: proxy, profile: profile, windows: &windows{}}
	b.page = &Page{frame: &frame{browser: b}}
	b.life, b.end = context.WithCancelCause(context.Background())
	b.events.Go(b.watchProcess)
	b.events.Go(b.watchEvents)
	if err := b.open(ctx); err != nil {
		cause := context.Cause(b.life) // before destroy gives another
		b.destroy()
		return nil, fmt.Errorf("start browser: %w", errors.Join(err, cause, errors.New(process.stderr.String())))
	}
	return b, nil
}

// open makes the page ready for use before it has loaded anything.
func (b *Browser) open(ctx context.Context) error {
	ctx, cancel := merge(ctx, b.life)
	defer cancel()
	root := b.at(ctx, "")
	// A context of its own is off the record: nothing of the session is written to disk.
	private, err := proto.TargetCreateBrowserContext{}.Call(root)
	if err != nil {
		return fmt.Errorf("open private context: %w", err)
	}
	target, err := proto.TargetCreateTarget{URL: "about:blank", BrowserContextID: private.BrowserContextID}.Call(root)
	if err != nil {
		return fmt.Errorf("open page: %w", err)
	}
	attached, err := proto.TargetAttachToTarget{TargetID: target.TargetID, Flatten: true}.Call(root)
	if err != nil {
		return fmt.Errorf("attach to page: %w", err)
	}
	b.session = attached.SessionID
	b.windows.own(target.TargetID, attached.SessionID, private.BrowserContextID)
	b.page.frame.session = attached.SessionID
	b.page.frame.moveTo(proto.PageFrameID(target.TargetID)) // a page's main frame has its target's id
	page := b.at(ctx, b.session)
	return errors.Join(
		proto.BrowserSetDownloadBehavior{
			Behavior:         proto.BrowserSetDownloadBehaviorBehaviorDeny,
			BrowserContextID: private.BrowserContextID,
		}.Call(root),
		proto.TargetSetDiscoverTargets{Discover: true, Filter: []*proto.TargetFilterEntry{{Type: "page"}}}.Call(root), // windows
		proto.PageEnable{}.Call(page),      // dialogs, and what frames go to
		proto.InspectorEnable{}.Call(page), // crashes
	)
}

// hand gives the browser its session's policy.
func (b *Browser) hand(policy Policy) {
	b.rules, b.redact = newRules(policy), policy.Redactor
	b.proxy.allow(b.rules)
	b.events.Go(func() { b.watchPulse(pulse) })
}

// healthy reports whether the browser and its page still answer.
func (b *Browser) healthy(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	ctx, stop := merge(ctx, b.life)
	defer stop()
	_, err := proto.RuntimeEvaluate{Expression: "0"}.Call(b.at(ctx, b.session))
	return err == nil
}

// caller lets rod's typed commands be sent to one session, within a context.
type caller struct {
	*cdp.Client
	ctx     context.Context
	session proto.TargetSessionID
}

func (c caller) GetContext() context.Context         { return c.ctx }
func (c caller) GetSessionID() proto.TargetSessionID { return c.session }

func (b *Browser) at(ctx context.Context, session proto.TargetSessionID) caller {
	return caller{b.process.client, ctx, session}
}

func (b *Browser) watchProcess() {
	<-b.process.exited
	b.end(outcome.New(outcome.ConnectionFailed, "the browser process ended: %s", b.process.reason))
}

// watchEvents takes every event until the pipe closes. It never waits for the
// browser itself: an unread event would hold up the answers behind it.
func (b *Browser) watchEvents() {
	for event := range b.process.client.Event() {
		switch event.Method {
		case "Inspector.targetCrashed":
			b.end(outcome.New(outcome.ConnectionFailed, "the page crashed"))
		case "Target.detachedFromTarget":
			var e proto.TargetDetachedFromTarget
			if json.Unmarshal(event.Params, &e) != nil || b.windows.isOwn(e.SessionID) {
				b.end(outcome.New(outcome.ConnectionFailed, "the page was closed"))
			}
		case "Target.targetCreated":
			var e proto.TargetTargetCreated
			if json.Unmarshal(event.Params, &e) == nil && e.TargetInfo != nil {
				b.opened(e.TargetInfo)
			}
		case "Target.targetDestroyed":
			var e proto.TargetTargetDestroyed
			if json.Unmarshal(event.Params, &e) == nil {
				b.windows.closed(e.TargetID)
			}
		case "Page.javascriptDialogOpening":
			b.events.Go(func() { b.answerDialog(event) })
		default:
			b.noteFrame(event)
		}
	}
	lost := time.NewTimer(500 * time.Millisecond)
	defer lost.Stop()
	select {
	case <-b.process.exited: // which watchProcess reports, and better
	case <-lost.C:
		b.end(outcome.New(outcome.ConnectionFailed, "the connection to the browser ended"))
	}
}

// lost returns the cause of a loss that has shown itself in an error, which may
// be a moment before the process's end is known.
func (b *Browser) lost() error {
	wait := time.NewTimer(time.Second)
	defer wait.Stop()
	select {
	case <-b.life.Done():
	case <-wait.C:
		b.end(outcome.New(outcome.ConnectionFailed, "the browser does not take commands"))
	}
	return b.Cause()
}

// noteTyped keeps what was typed, so that no picture shows it.
func (b *Browser) noteTyped(text string) {
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
	return append(b.redact.known(), b.typed...)
}

// noteAct remembers that the page may be about to leave; tookAct says so, once.
func (b *Browser) noteAct() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.acted = true
}

func (b *Browser) tookAct() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	acted := b.acted
	b.acted = false
	return acted
}
