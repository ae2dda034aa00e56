// Package att holds Harborline, a carrier that runs on loopback. It is shaped
// after what is public about a real carrier's site: two applications that are
// routed by script, one for the log-in and one for the account, each on a host
// of its own, that load what they show afterwards.
//
// It owns the site's pages, its state (in memory, bounded) and the table of
// scenarios: which user name makes what happen. It does not know how Passage
// works. Its invariant: it shares nothing between two user names, and shows no
// real brand.
package att

import (
	"embed"
	"net/http"
	"sync"
	"time"

	"passage/automation/sandbox"
)

//go:embed pages
var files embed.FS

// Options are the carrier's surroundings. The origins have no slash at the end.
type Options struct {
	Account func() string    // where Account is served
	SignIn  func() string    // where SignIn is served
	Now     func() time.Time // nil: time.Now
	Slow    time.Duration    // how long each answer takes for the slow user; 0: 4 s
}

// Carrier is Harborline. It is safe for concurrent use.
type Carrier struct {
	options Options

	mu     sync.Mutex
	visits *sandbox.Recent[*visit] // by cookie, of both hosts
	grants *sandbox.Recent[*user]  // by code, on the way from SignIn to Account
	users  *sandbox.Recent[*user]  // by name
}

// New makes a carrier that nobody has visited yet.
func New(o Options) *Carrier {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Slow == 0 {
		o.Slow = 4 * time.Second
	}
	const most = 4000
	return &Carrier{options: o, visits: sandbox.NewRecent[*visit](most), grants: sandbox.NewRecent[*user](most), users: sandbox.NewRecent[*user](most)}
}

// Account is the carrier's own origin, "www" of the real one. Whoever comes to
// a page behind the overview by its address is sent home.
func (c *Carrier) Account() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /pages/", sandbox.Assets("/pages/", sandbox.Pages(files)))
	mux.HandleFunc("GET /pages/crash.js", sandbox.Crash)
	mux.Handle("GET /acctmgmt/login", c.on("harbor_account", c.startSignIn))
	mux.Handle("GET /acctmgmt/callback", c.on("harbor_account", c.finishSignIn))
	mux.Handle("GET /acctmgmt/overview", c.on("harbor_account", c.showAccount))
	mux.Handle("GET /acctmgmt/", c.on("harbor_account", func(*http.Request, *visit) reply { return redirect("/acctmgmt/overview") }))
	mux.Handle("GET /msapi/account", c.on("harbor_account", c.signedIn(c.overview)))
	mux.Handle("GET /msapi/paymentmethods", c.on("harbor_account", c.signedIn(c.methods)))
	mux.Handle("POST /msapi/paymentmethods", c.on("harbor_account", c.signedIn(c.takeCard)))
	mux.Handle("GET /msapi/webbillexpms/v1/billandpaymenthistory", c.on("harbor_account", c.signedIn(c.history)))
	return mux
}

// SignIn is the origin of the log-in.
func (c *Carrier) SignIn() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /pages/", sandbox.Assets("/pages/", sandbox.Pages(files)))
	mux.HandleFunc("GET /pages/language.html", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "pages/language.html")
	})
	mux.Handle("GET /dynamic/iamLRR/LrrController", c.on("harbor_signin", c.openSignIn))
	mux.Handle("GET /state", c.on("harbor_signin", func(_ *http.Request, v *visit) reply { return v.state() }))
	for name, take := range map[string]handler{
		"user": c.takeUser, "password": c.takePassword, "tiles": c.takeChannel, "delivery": c.takeChannel,
		"code": c.takeCode, "resend": c.resendCode, "question": c.takeAnswer,
	} {
		mux.Handle("POST /"+name, c.on("harbor_signin", take))
	}
	return mux
}

// Submitted tells how many cards of this user reached the site, declined ones
// too.
func (c *Carrier) Submitted(username string) int {
	return sandbox.Tell(&c.mu, c.users, username, func(u *user) int { return u.submitted })
}

// Cards tells what is stored for a user; nil for one who was never there.
func (c *Carrier) Cards(username string) []Card {
	return sandbox.Tell(&c.mu, c.users, username, func(u *user) []Card { return append([]Card(nil), u.cards...) })
}

// Trusts tells whether a browser of this user was to be remembered, so that it
// gets in without a code.
func (c *Carrier) Trusts(username string) bool {
	return sandbox.Tell(&c.mu, c.users, username, func(u *user) bool { return u.trusts })
}

// Locked tells whether a user was locked out by wrong passwords.
func (c *Carrier) Locked(username string) bool {
	return sandbox.Tell(&c.mu, c.users, username, func(u *user) bool { return u.wrong >= lockout })
}
