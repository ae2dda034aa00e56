package browser

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// GotoBasic is Goto that answers the site's HTTP Basic challenge, once. It reports
// whether the site accepted the credentials. They are for the origin of the
// address, which must be one that may be typed into, and go nowhere else. The
// browser sends them along from then on, until the next GotoBasic or until the
// site refuses them.
func (p *Page) GotoBasic(ctx context.Context, address, user, password string) (bool, error) {
	target, err := url.Parse(address)
	if err != nil || target.Host == "" {
		return false, outcome.New(outcome.AutomationError, "sign_in_basic: not an absolute address")
	}
	origin := target.Scheme + "://" + target.Host
	browser := p.frame.browser
	if !browser.rules.MayType(origin) {
		return false, outcome.New(outcome.AutomationError, "sign_in_basic: refused at %s: not https on one of the integration's hosts", origin)
	}
	if strings.Contains(user, ":") {
		return false, nil // HTTP Basic ends the user name there: no site can accept it
	}
	browser.recordTyped(user)
	browser.recordTyped(password)
	if browser.basicGiven.Load() {
		// The browser remembers the credentials before, and would send them first.
		if _, err := p.openBasic(ctx, address, &basicLogin{frame: p.frame, origin: origin, anonymous: true}); err != nil {
			return false, err
		}
	}
	browser.basicGiven.Store(true)
	login := &basicLogin{frame: p.frame, origin: origin, credentials: &chrome.Credentials{User: user, Password: password}}
	a, err := p.openBasic(ctx, address, login)
	if err != nil {
		return false, err
	}
	return login.result(a.Status)
}

// openBasic opens an address while a log-in answers the challenges.
func (p *Page) openBasic(ctx context.Context, address string, login *basicLogin) (*answer, error) {
	stop, err := p.answerChallenges(ctx, login)
	if err != nil {
		return nil, err
	}
	defer stop()
	return p.open(ctx, address, false)
}

// answerChallenges makes a log-in answer the challenges of the page's window, until
// the function that it returns is called.
func (p *Page) answerChallenges(ctx context.Context, login *basicLogin) (stop func(), err error) {
	b := p.bound(ctx, gotoWithin)
	defer b.cancel()
	p.frame.browser.basic.Store(login)
	stop = func() {
		ctx, cancel := context.WithTimeout(p.frame.browser.life, 5*time.Second)
		defer cancel()
		_ = p.frame.session.WatchAuth(ctx, false) // fails if the window is gone, which is as good
		p.frame.browser.basic.Store(nil)
	}
	if err := p.frame.session.WatchAuth(b, true); err != nil {
		stop()
		return nil, b.explain(err, func() error { return outcome.New(outcome.SiteUnavailable, "the page did not answer") })
	}
	return stop, nil
}

// basicLogin is one GotoBasic, or the load before it that makes the browser forget.
type basicLogin struct {
	frame     *frame
	origin    string
	anonymous bool // the first request goes without what the browser remembers

	mu          sync.Mutex
	begun       bool                // the first request was sent
	credentials *chrome.Credentials // nil once they are given
	refused     bool
	other       string // a challenge that is not for these credentials
}

// begin reports whether a request must go without what the browser remembers.
func (l *basicLogin) begin(session chrome.Session) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := !l.begun && session == l.frame.session
	l.begun = l.begun || first
	return first && l.anonymous
}

// answer returns the answer to a challenge.
func (l *basicLogin) answer(e chrome.AuthRequired) *chrome.Credentials {
	if e.Session != l.frame.session || !l.frame.isFrame(e.Frame) {
		return nil // a frame in it, or another window
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Proxy || e.Scheme != "basic" || !chrome.SameOrigin(e.Origin, l.origin) {
		l.other = e.Scheme + " at " + e.Origin
		return nil
	}
	given := l.credentials
	l.refused, l.credentials = given == nil, nil
	return given
}

// result says what became of the log-in. The status is that of the document.
func (l *basicLogin) result(status int) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.credentials == nil:
		return !l.refused && status != http.StatusUnauthorized, nil
	case l.other != "":
		return false, outcome.New(outcome.SiteChanged, "sign_in_basic: the site asks for %s, and not for basic at %s", l.other, l.origin)
	}
	return false, outcome.New(outcome.SiteChanged, "sign_in_basic: the site did not ask for a user name and a password; it answered with status %d", status)
}

// documentRequested lets a request for a document go on.
func (b *Browser) documentRequested(e chrome.DocumentRequested) {
	login := b.basic.Load()
	anonymous := login != nil && login.begin(e.Session)
	ctx, cancel := context.WithTimeout(b.life, 5*time.Second)
	defer cancel()
	_ = e.Session.ContinueRequest(ctx, e, anonymous) // an error means that the request is gone
}

// authRequired answers a server that asks who the user is.
func (b *Browser) authRequired(e chrome.AuthRequired) {
	var credentials *chrome.Credentials
	if login := b.basic.Load(); login != nil {
		credentials = login.answer(e)
	}
	ctx, cancel := context.WithTimeout(b.life, 5*time.Second)
	defer cancel()
	_ = e.Session.AnswerAuth(ctx, e.ID, credentials) // as above
}
