// Package verizon is Copperline, a carrier that exists only on loopback: pages
// from the server whose parts are web components with shadow roots, open,
// nested and closed, and a card form in a frame of another site inside a frame
// of its own. The folder has the name of the integration that is tried against
// it; the site is nobody's.
//
// It owns its pages, their state (in memory, bounded) and the table of
// scenarios: which user name makes what happen. It knows nothing of Passage.
// Its invariant: it shares nothing between two user names, and changes nothing
// without a POST that carries the visit's token.
package verizon

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

// Options are the site's surroundings.
type Options struct {
	Now       func() time.Time // nil: time.Now
	Processor func() string    // origin under which Processor is served, on another site than Site: "http://localhost:8091"
	Slow      time.Duration    // how long each page of the slow user takes; 0: 6 s
	Approval  time.Duration    // how long a push request waits until it approves itself; 0: 4 s
}

// Carrier is Copperline. It is safe for concurrent use.
type Carrier struct {
	options Options
	pages   map[string]*template.Template

	mu       sync.Mutex
	visits   *sandbox.Recent[*visit]   // by cookie
	accounts *sandbox.Recent[*account] // by user name
	tokens   *sandbox.Recent[card]     // by token, between the processor's frame and the form
}

// New makes a carrier that nobody has visited yet.
func New(o Options) *Carrier {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Slow == 0 {
		o.Slow = 6 * time.Second
	}
	if o.Approval == 0 {
		o.Approval = 4 * time.Second
	}
	const most = 4000
	return &Carrier{
		options: o,
		pages:   sandbox.Parse(sandbox.Pages(files), "layout.html", "signin", "code", "approve", "line", "stop", "overview", "wallet", "card", "secure", "bills"),
		visits:  sandbox.NewRecent[*visit](most), accounts: sandbox.NewRecent[*account](most), tokens: sandbox.NewRecent[card](most),
	}
}

// Site is the carrier's own origin.
func (c *Carrier) Site() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", sandbox.Assets("/assets/", sandbox.Pages(files)))
	mux.HandleFunc("GET /assets/crash.js", sandbox.Crash)
	mux.Handle("GET /{$}", c.page(func(*http.Request, *visit) reply { return redirect("/signin") }))

	mux.Handle("GET /signin", c.page(c.showSignIn))
	mux.Handle("POST /signin", c.page(c.takePassword))
	mux.Handle("GET /signin/code", c.page(showStep("code")))
	mux.Handle("POST /signin/code", c.page(c.takeCode))
	mux.Handle("POST /signin/code/resend", c.page(c.resendCode))
	mux.Handle("GET /signin/approve", c.page(showStep("approve")))
	mux.Handle("GET /signin/approve/state", c.page(c.approvalState))
	mux.Handle("GET /signin/approve/done", c.page(c.afterApproval))
	mux.Handle("GET /signin/line", c.page(c.showLines))
	mux.Handle("POST /signin/line", c.page(c.takeLine))

	mux.Handle("GET /overview", c.page(signedIn(c.showOverview)))
	mux.Handle("GET /wallet", c.page(signedIn(c.showWallet)))
	mux.Handle("GET /wallet/new", c.page(signedIn(c.showCard)))
	mux.Handle("GET /wallet/new/secure", c.page(signedIn(c.showSecure)))
	mux.Handle("POST /wallet", c.page(signedIn(c.takeCard)))
	mux.Handle("GET /bills", c.page(signedIn(c.showBills)))
	return mux
}

// Submitted tells how many card forms of this user reached the site, refused
// ones too.
func (c *Carrier) Submitted(username string) int {
	return sandbox.Tell(&c.mu, c.accounts, username, func(a *account) int { return a.submitted })
}

// Cards tells what is stored for a user, in the site's order; nil for one who
// was never there.
func (c *Carrier) Cards(username string) []Card {
	return sandbox.Tell(&c.mu, c.accounts, username, func(a *account) []Card { return append([]Card(nil), a.cards...) })
}

// PaperFree tells whether a user was signed up for bills without paper, which
// the card form asks for in passing.
func (c *Carrier) PaperFree(username string) bool {
	return sandbox.Tell(&c.mu, c.accounts, username, func(a *account) bool { return a.paperFree })
}

// Bills tells the statements of one line of a user, newest first.
func (c *Carrier) Bills(username, line string) []Bill {
	return sandbox.Tell(&c.mu, c.accounts, username, func(a *account) []Bill { return append([]Bill(nil), a.bills(line, c.options.Now())...) })
}
