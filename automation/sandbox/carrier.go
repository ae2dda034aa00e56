// Package sandbox holds third-party sites that run on loopback: Demo Mobile,
// a carrier with a payment processor of its own, and Acme Shop, a merchant
// that uses Passage.
//
// The packages below it hold more carriers, and build on what is here for
// every site: Table, Person, Recent, and the helpers of pages and requests.
//
// It owns their pages, their state (in memory, bounded) and the table of
// scenarios: which user name makes what happen. It does not know how Passage
// works; the merchant speaks its HTTP API like any other client.
// Its invariant: the carrier shares nothing between two user names, and
// changes nothing without a POST that carries the visit's token.
package sandbox

import (
	"html/template"
	"net/http"
	"sync"
	"time"
)

// CarrierOptions are the carrier's surroundings.
type CarrierOptions struct {
	Now      func() time.Time // nil: time.Now
	FrameURL func() string    // origin under which CardFrame is served, on another site than Site: "http://localhost:8091"
	Slow     time.Duration    // how long each page of the slow user takes; 0: 8 s
	Approval time.Duration    // how long a push request waits until it approves itself; 0: 4 s
}

// Carrier is Demo Mobile. It is safe for concurrent use.
type Carrier struct {
	options CarrierOptions
	pages   map[string]*template.Template

	mu       sync.Mutex
	visits   *Recent[*visit]      // by cookie
	accounts *Recent[*account]    // by user name
	tokens   *Recent[cardDetails] // by token, between the card frame and the form
}

// NewCarrier makes a carrier that nobody has visited yet.
func NewCarrier(o CarrierOptions) *Carrier {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Slow == 0 {
		o.Slow = 8 * time.Second
	}
	if o.Approval == 0 {
		o.Approval = 4 * time.Second
	}
	return &Carrier{
		options:  o,
		pages:    Parse(Pages(files), "carrier.html", "front", "user", "password", "code", "choose", "approve", "question", "stop", "home", "methods", "card", "bills"),
		visits:   NewRecent[*visit](4000),
		accounts: NewRecent[*account](2000),
		tokens:   NewRecent[cardDetails](1000),
	}
}

// Site is the carrier's own origin.
func (c *Carrier) Site() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", Assets("/assets/", Pages(files)))
	mux.Handle("GET /{$}", c.page(c.showFront))

	mux.Handle("GET /signin", c.page(c.startSignIn))
	mux.Handle("GET /authorize", c.page(c.authorize))
	mux.Handle("GET /signin/user", c.page(c.showUser))
	mux.Handle("POST /signin/user", c.page(c.takeUser))
	mux.Handle("GET /signin/password", c.page(c.showStep("password")))
	mux.Handle("POST /signin/password", c.page(c.takePassword))
	mux.Handle("GET /signin/choose", c.page(c.showStep("choose")))
	mux.Handle("POST /signin/choose", c.page(c.takeChoice))
	mux.Handle("GET /signin/code", c.page(c.showStep("code")))
	mux.Handle("POST /signin/code", c.page(c.takeCode))
	mux.Handle("POST /signin/code/resend", c.page(c.resendCode))
	mux.Handle("GET /signin/question", c.page(c.showStep("question")))
	mux.Handle("POST /signin/question", c.page(c.takeAnswer))
	mux.Handle("GET /signin/approve", c.page(c.showStep("approve")))
	mux.Handle("GET /signin/approve/state", c.page(c.approvalState))
	mux.Handle("GET /signin/continue", c.page(c.afterApproval))
	mux.Handle("GET /account/callback", c.page(c.finishSignIn))
	mux.Handle("POST /signout", c.page(c.signOut))

	mux.Handle("GET /account", c.page(c.signedIn(c.showHome)))
	mux.Handle("GET /account/payment-methods", c.page(c.signedIn(c.showMethods)))
	mux.Handle("GET /account/payment-methods/new", c.page(c.signedIn(c.showCard)))
	mux.Handle("POST /account/payment-methods", c.page(c.signedIn(c.takeCard)))
	mux.Handle("POST /account/payment-methods/{id}/autopay", c.page(c.signedIn(c.chooseAutoPay)))
	mux.Handle("GET /account/bills", c.page(c.signedIn(c.showBills)))
	return mux
}

// Submitted tells how many card forms of this user reached the site, declined
// ones too.
func (c *Carrier) Submitted(username string) int {
	return Tell(&c.mu, c.accounts, username, func(a *account) int { return a.submitted })
}

// Cards tells what is stored for a user, as the site shows it; nil for a user
// who was never there.
func (c *Carrier) Cards(username string) []Card {
	return Tell(&c.mu, c.accounts, username, func(a *account) []Card { return append([]Card(nil), a.cards...) })
}
