package tmobile

import "passage/automation/sandbox"

// What every user of Pinewave Wireless knows.
const (
	Password = "pinewave-password-1" // of every user
	Code     = "604817"              // every one-time code
)

// Domain ends every user name.
const Domain = "pinewave.example"

// behaviour is what the site does differently for a user. The zero value is
// a site on which everything works, after the password alone.
type behaviour struct {
	factor     string // the step between password and account: channel, code, push
	methods    string // the page between user name and password: "both", or "face" alone
	refuse     string // the stop page right after the user name
	stop       string // the stop page right after the password
	channels   int    // how many ways there are to get a code; 0: one
	expires    bool   // the first code sent is too old whatever it is
	deny       bool   // the push request is turned down
	covers     bool   // the cookie banner comes only when somebody types
	slow       bool   // every page takes Options.Slow
	broken     bool   // everything after the password answers 500
	flaky      bool   // payment methods and bills answer 500 in the first visit
	loses      bool   // the first card is stored, but the visit answers 500 from then on
	forgets    bool   // says that the card was saved, and does not keep it
	redesigned bool   // payment methods and bills have other ids, names and classes
	declines   bool   // every card is declined
	crashes    bool   // the dashboard kills its renderer
	empty      bool   // nothing is stored yet
	alerts     bool   // the dashboard and the bills greet with a native alert()
	holds      bool   // the card form holds on to whoever leaves it, by beforeunload
	shadows    bool   // payment methods are inside an open shadow root
}

// scenarios is the one table that drives the site and its tests.
var scenarios = sandbox.Table[behaviour]{
	Domain: Domain,
	Usual:  sandbox.Answers{Passwords: []string{Password}, Codes: []string{Code}},
	Rows: []sandbox.Row[behaviour]{
		{Scenario: sandbox.Scenario{Name: "good", About: "logs in with the password alone"}},
		{Scenario: sandbox.Scenario{Name: "covered", About: "meets the cookie banner only after typing the user name"}, Site: behaviour{covers: true}},
		{Scenario: sandbox.Scenario{Name: "method", About: "chooses the password over the face"}, Site: behaviour{methods: "both"}},
		{Scenario: sandbox.Scenario{Name: "code", About: "has one phone to text a code to"}, Site: behaviour{factor: "channel"}},
		{Scenario: sandbox.Scenario{Name: "choice", About: "chooses how to get the code", Answers: sandbox.Answers{Choice: "email"}}, Site: behaviour{factor: "channel", channels: 3}},
		{Scenario: sandbox.Scenario{Name: "direct", About: "was texted a code without being asked where"}, Site: behaviour{factor: "code"}},
		{Scenario: sandbox.Scenario{Name: "clumsy", About: "types the code wrong once, then right", Answers: sandbox.Answers{Codes: []string{"000000", Code}}}, Site: behaviour{factor: "code"}},
		{Scenario: sandbox.Scenario{Name: "expired", About: "types a code that is too old, then asks for another", Answers: sandbox.Answers{Codes: []string{Code, sandbox.Resend, Code}}}, Site: behaviour{factor: "code", expires: true}},
		{Scenario: sandbox.Scenario{Name: "push", About: "approves in the app; it approves itself after a few seconds"}, Site: behaviour{factor: "push"}},
		{Scenario: sandbox.Scenario{Name: "forgetful", About: "types the password wrong twice, then right", Answers: sandbox.Answers{Passwords: []string{"password", "letmein", Password}}}},
		{Scenario: sandbox.Scenario{Name: "alert", About: "is greeted by native alerts"}, Site: behaviour{alerts: true}},
		{Scenario: sandbox.Scenario{Name: "unload", About: "is held back when leaving the card form"}, Site: behaviour{holds: true}},
		{Scenario: sandbox.Scenario{Name: "shadow", About: "has the payment methods inside an open shadow root"}, Site: behaviour{shadows: true}},
		{Scenario: sandbox.Scenario{Name: "newcomer", About: "has no payment method and no bill yet"}, Site: behaviour{empty: true}},
		{Scenario: sandbox.Scenario{Name: "slow", About: "waits long for every page"}, Site: behaviour{slow: true}},
		{Scenario: sandbox.Scenario{Name: "flaky", About: "meets a server error on the first visit, and none after it", Outcome: "SITE_UNAVAILABLE", Again: sandbox.Complete}, Site: behaviour{flaky: true}},
		{Scenario: sandbox.Scenario{Name: "unconfirmed", About: "the card is stored, but the site fails before it says so", Outcome: "OPERATION_UNKNOWN", Again: sandbox.Complete, Needs: "paymentMethod.write"}, Site: behaviour{loses: true}},
		{Scenario: sandbox.Scenario{Name: "vanished", About: "the site says that it saved the card, and does not list it", Outcome: "OPERATION_UNKNOWN", Needs: "paymentMethod.write"}, Site: behaviour{forgets: true}},
		{Scenario: sandbox.Scenario{Name: "declined", About: "every new card is declined", Outcome: "OPERATION_REJECTED", Needs: "paymentMethod.write"}, Site: behaviour{declines: true}},
		{Scenario: sandbox.Scenario{Name: "wrong", About: "never types the right password", Outcome: "INVALID_CREDENTIALS", Answers: sandbox.Answers{Passwords: []string{"password"}}}},
		{Scenario: sandbox.Scenario{Name: "miscode", About: "never types the right code", Outcome: "MFA_FAILED", Answers: sandbox.Answers{Codes: []string{"000000"}}}, Site: behaviour{factor: "code"}},
		{Scenario: sandbox.Scenario{Name: "denied", About: "turns the request in the app down", Outcome: "MFA_FAILED"}, Site: behaviour{factor: "push", deny: true}},
		{Scenario: sandbox.Scenario{Name: "face", About: "may only log in with the face", Outcome: "MFA_UNSUPPORTED"}, Site: behaviour{methods: "face"}},
		{Scenario: sandbox.Scenario{Name: "locked", About: "has a locked account", Outcome: "ACCOUNT_LOCKED"}, Site: behaviour{stop: "locked"}},
		{Scenario: sandbox.Scenario{Name: "terms", About: "has to accept new terms first", Outcome: "ACTION_REQUIRED"}, Site: behaviour{stop: "terms"}},
		{Scenario: sandbox.Scenario{Name: "error", About: "meets a server error after logging in, every time", Outcome: "SITE_UNAVAILABLE"}, Site: behaviour{broken: true}},
		{Scenario: sandbox.Scenario{Name: "maintenance", About: "comes during maintenance", Outcome: "SITE_UNAVAILABLE"}, Site: behaviour{refuse: "maintenance"}},
		{Scenario: sandbox.Scenario{Name: "busy", About: "is told to slow down", Outcome: "RATE_LIMITED"}, Site: behaviour{refuse: "busy"}},
		{Scenario: sandbox.Scenario{Name: "wall", About: "is refused as an automated browser", Outcome: "SITE_BLOCKED"}, Site: behaviour{refuse: "wall"}},
		{Scenario: sandbox.Scenario{Name: "redesigned", About: "sees payment methods and bills in a new design", Outcome: "SITE_CHANGED"}, Site: behaviour{redesigned: true}},
		{Scenario: sandbox.Scenario{Name: "crash", About: "opens a page that kills its own renderer", Outcome: "CONNECTION_FAILED"}, Site: behaviour{crashes: true}},
	},
}

// Scenarios returns every scenario, complete with what follows from its name.
func Scenarios() []sandbox.Scenario { return scenarios.Scenarios() }

// ScenarioOf finds the scenario of a name ("good") or of a user name
// ("good@pinewave.example", "good+anything@pinewave.example"), in any case.
func ScenarioOf(name string) (sandbox.Scenario, bool) {
	row, ok := scenarios.Find(name)
	return row.Scenario, ok
}
