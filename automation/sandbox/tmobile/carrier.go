// Package tmobile holds Pinewave Wireless, a carrier that runs on loopback. It
// is shaped after what is public about a real carrier's site: pages of a
// server's, a log-in on a host of its own, and a payment processor on a third.
//
// It owns the site's pages, its state (in memory, bounded) and the table of
// scenarios: which user name makes what happen. It does not know how Passage
// works. Its invariant: it shares nothing between two user names, and shows no
// real brand.
package tmobile

import (
	"embed"
	"html/template"
	"net/http"
	"sync"
	"time"

	"passage/automation/sandbox"
)

//go:embed pages
var files embed.FS

// Options are the carrier's surroundings. The origins have no slash at the end.
type Options struct {
	My       func() string    // where My is served
	Identity func() string    // where Identity is served
	Frame    func() string    // where CardFrame is served: on another site than My, so localhost against 127.0.0.1
	Now      func() time.Time // nil: time.Now
	Slow     time.Duration    // how long each page of the slow user takes; 0: 8 s
	Approval time.Duration    // how long a push request waits until it approves itself; 0: 4 s
}

// Carrier is Pinewave Wireless. It is safe for concurrent use.
type Carrier struct {
	options Options
	pages   map[string]*template.Template

	mu     sync.Mutex
	visits *sandbox.Recent[*visit]    // by cookie, of both hosts
	grants *sandbox.Recent[*user]     // by code, on the way from Identity to My
	users  *sandbox.Recent[*user]     // by name
	tokens *sandbox.Recent[cardToken] // by token, on the way from the frame to the form
}

// New makes a carrier that nobody has visited yet.
func New(o Options) *Carrier {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Slow == 0 {
		o.Slow = 8 * time.Second
	}
	if o.Approval == 0 {
		o.Approval = 4 * time.Second
	}
	const most = 4000
	c := &Carrier{
		options: o,
		pages:   sandbox.Parse(sandbox.Pages(files), "layout.html", "user", "method", "password", "channel", "code", "push", "stop", "dashboard", "methods", "card", "bills"),
		visits:  sandbox.NewRecent[*visit](most), grants: sandbox.NewRecent[*user](most), users: sandbox.NewRecent[*user](most), tokens: sandbox.NewRecent[cardToken](most),
	}
	c.pages["wall"] = template.Must(template.ParseFS(files, "pages/wall.html"))
	return c
}

// My is the carrier's own origin, "www" of the real one.
func (c *Carrier) My() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /pages/", sandbox.Assets("/pages/", sandbox.Pages(files)))
	mux.HandleFunc("GET /pages/crash.js", sandbox.Crash)
	mux.Handle("GET /signin", c.page("pine_my", c.startSignIn))
	mux.Handle("GET /auth/callback", c.page("pine_my", c.finishSignIn))
	mux.Handle("GET /account/dashboard", c.page("pine_my", c.signedIn(c.showDashboard)))
	mux.Handle("GET /payments/paymentmethods", c.page("pine_my", c.signedIn(c.showMethods)))
	mux.Handle("GET /payments/paymentmethods/add", c.page("pine_my", c.signedIn(c.showCard)))
	mux.Handle("POST /payments/paymentmethods/add", c.page("pine_my", c.signedIn(c.takeCard)))
	mux.Handle("GET /bill/historical", c.page("pine_my", c.signedIn(c.showBills)))
	mux.Handle("GET /bill/historical/more", c.page("pine_my", c.signedIn(c.moreBills)))
	return mux
}

// Identity is the origin of the log-in, "account" of the real one.
func (c *Carrier) Identity() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /pages/", sandbox.Assets("/pages/", sandbox.Pages(files)))
	mux.Handle("GET /signin/v2/{$}", c.page("pine_id", c.authorize))
	mux.Handle("GET /signin/v2/{step}", c.page("pine_id", c.showStep))
	mux.Handle("POST /signin/v2/user", c.page("pine_id", c.step("user", c.takeUser)))
	mux.Handle("POST /signin/v2/method", c.page("pine_id", c.step("method", c.takeMethod)))
	mux.Handle("POST /signin/v2/password", c.page("pine_id", c.step("password", c.takePassword)))
	mux.Handle("POST /signin/v2/channel", c.page("pine_id", c.step("channel", c.takeChannel)))
	mux.Handle("POST /signin/v2/code", c.page("pine_id", c.step("code", c.takeCode)))
	mux.Handle("POST /signin/v2/code/resend", c.page("pine_id", c.step("code", c.resendCode)))
	mux.Handle("POST /signin/v2/push", c.page("pine_id", c.step("push", c.afterPush)))
	mux.Handle("GET /signin/v2/push/state", c.page("pine_id", c.step("push", c.pushState)))
	return mux
}

// Submitted tells how many card forms of this user reached the site, declined
// ones too.
func (c *Carrier) Submitted(username string) int {
	return sandbox.Tell(&c.mu, c.users, username, func(u *user) int { return u.submitted })
}

// Trusts tells whether a browser of this user was to be remembered, so that it
// gets in without a code.
func (c *Carrier) Trusts(username string) bool {
	return sandbox.Tell(&c.mu, c.users, username, func(u *user) bool { return u.trusts })
}

// Cards tells what is stored for a user; nil for one who was never there.
func (c *Carrier) Cards(username string) []Card {
	return sandbox.Tell(&c.mu, c.users, username, func(u *user) []Card { return append([]Card(nil), u.cards...) })
}
