package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// launchWithin is how long a browser may take until its page is ready.
const launchWithin = 30 * time.Second

// Launch starts a browser of a locale that may reach nothing yet; see Allow. The
// caller closes it.
func Launch(ctx context.Context, launcher *chrome.Launcher, locale Locale) (*Browser, error) {
	ctx, cancel := context.WithTimeout(ctx, launchWithin)
	defer cancel()
	process, err := launcher.Start(locale)
	if err != nil {
		return nil, err
	}
	b := &Browser{process: process, locale: locale.OrDefault(), life: process.Life(), windows: &windows{}, files: make(chan string, 1), onClose: func() {}}
	b.page = &Page{frame: &frame{browser: b}}
	process.OnRequests(b.handleRequest)
	b.events.Go(b.watchEvents)
	if err := b.openPage(ctx); err != nil {
		cause := context.Cause(b.life) // before destroy gives another
		b.destroy()
		return nil, fmt.Errorf("start browser: %w", errors.Join(err, cause, errors.New(process.Stderr())))
	}
	return b, nil
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
		window.Session.WatchRequests(ctx),
		b.setLanguage(ctx, window.Session),
		b.checkZone(ctx, window.Session),
	)
}

// setLanguage makes a window write dates and numbers in the browser's language.
func (b *Browser) setLanguage(ctx context.Context, window chrome.Session) error {
	if b.locale.Language == chrome.DefaultLocale().Language {
		return nil
	}
	return window.FormatAs(ctx, b.locale.Language)
}

// checkZone fails if the browser does not know its zone: it takes UTC instead,
// without a word.
func (b *Browser) checkZone(ctx context.Context, window chrome.Session) error {
	if b.locale.Zone == chrome.DefaultLocale().Zone {
		return nil
	}
	return window.Run(ctx, 0, fmt.Sprintf("new Intl.DateTimeFormat('en', { timeZone: %q })", b.locale.Zone))
}

// Allow gives the browser its session's policy. It is called once.
func (b *Browser) Allow(policy Policy) {
	b.rules, b.redact = chrome.NewRules(policy.Hosts, policy.AllowPrivate), policy.Redactor
	b.traffic.allow(b.rules)
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
		case chrome.DocumentRequested:
			b.events.Go(func() { b.documentRequested(e) })
		case chrome.AuthRequired:
			b.events.Go(func() { b.authRequired(e) })
		case chrome.DownloadRefused:
			b.downloadRefused(e.File)
		case chrome.LoadingStarted:
			b.frameOf(e.Session).loadingStarted(e.Frame)
		case chrome.LoadingStopped:
			b.loadingStopped(e)
		case chrome.Navigated:
			b.frameOf(e.Session).navigated(e.Frame, e.URL)
		}
	}
}
