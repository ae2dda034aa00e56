package verizon

import "passage/automation/sandbox"

// What every user of Copperline knows.
const (
	Password    = "copper-password-1" // of every user
	Code        = "904417"            // every one-time code that is still good
	ExpiredCode = "111222"            // one from an hour ago
)

// Domain ends every user name.
const Domain = "demo.example"

// behaviour is what the site does differently for a user. The zero value is a
// site on which everything works, after the password alone.
type behaviour struct {
	factor     string // the step after the password: code, approve
	refuse     string // the stop page whatever the password
	stop       string // the stop page right after the password
	denies     bool   // the push request is turned down
	lines      bool   // there are several phones to choose from
	slow       bool   // every page takes Options.Slow
	broken     bool   // payment methods and bills answer 500
	loses      bool   // the first card is stored, but the visit answers 500 from then on
	declines   bool   // every card is declined
	crashes    bool   // the overview kills its renderer
	redesigned bool   // payment methods and bills have other markup
	empty      bool   // nothing is stored yet
}

// scenarios is the one table that drives the site and its tests.
var scenarios = sandbox.Table[behaviour]{
	Domain: Domain,
	Usual:  sandbox.Answers{Passwords: []string{Password}, Codes: []string{Code}},
	Rows: []sandbox.Row[behaviour]{
		{Scenario: sandbox.Scenario{Name: "good", About: "logs in with user ID and password"}},
		{Scenario: sandbox.Scenario{Name: "code", About: "is sent a one-time code"}, Site: behaviour{factor: "code"}},
		{Scenario: sandbox.Scenario{Name: "push", About: "approves on the phone; it approves itself after a few seconds"}, Site: behaviour{factor: "approve"}},
		{Scenario: sandbox.Scenario{Name: "family", About: "has several phones, and is sent a code before choosing one", Answers: sandbox.Answers{Choice: "l-2"}}, Site: behaviour{factor: "code", lines: true}},
		{Scenario: sandbox.Scenario{Name: "forgetful", About: "types the password wrong once, then right", Answers: sandbox.Answers{Passwords: []string{"letmein", Password}}}},
		{Scenario: sandbox.Scenario{Name: "clumsy", About: "types the code wrong once, then right", Answers: sandbox.Answers{Codes: []string{"000000", Code}}}, Site: behaviour{factor: "code"}},
		{Scenario: sandbox.Scenario{Name: "expired", About: "types a code that is too old, asks for another and types that", Answers: sandbox.Answers{Codes: []string{ExpiredCode, sandbox.Resend, Code}}}, Site: behaviour{factor: "code"}},
		{Scenario: sandbox.Scenario{Name: "newcomer", About: "has no payment method and no bill yet"}, Site: behaviour{empty: true}},
		{Scenario: sandbox.Scenario{Name: "slow", About: "waits six seconds for every page"}, Site: behaviour{slow: true}},
		{Scenario: sandbox.Scenario{Name: "unconfirmed", About: "the card is stored, but the site fails before it says so; the next visit finds it", Outcome: "OPERATION_UNKNOWN", Again: sandbox.Complete, Needs: "paymentMethod.write"}, Site: behaviour{loses: true}},
		{Scenario: sandbox.Scenario{Name: "declined", About: "every new card is declined", Outcome: "OPERATION_REJECTED", Needs: "paymentMethod.write"}, Site: behaviour{declines: true}},
		{Scenario: sandbox.Scenario{Name: "wrong", About: "never types the right password", Outcome: "INVALID_CREDENTIALS", Answers: sandbox.Answers{Passwords: []string{"letmein"}}}},
		{Scenario: sandbox.Scenario{Name: "miscode", About: "never types the right code", Outcome: "MFA_FAILED", Answers: sandbox.Answers{Codes: []string{"000000"}}}, Site: behaviour{factor: "code"}},
		{Scenario: sandbox.Scenario{Name: "denied", About: "turns the request on the phone down", Outcome: "MFA_FAILED"}, Site: behaviour{factor: "approve", denies: true}},
		{Scenario: sandbox.Scenario{Name: "locked", About: "has a locked account", Outcome: "ACCOUNT_LOCKED"}, Site: behaviour{stop: "suspended"}},
		{Scenario: sandbox.Scenario{Name: "terms", About: "has to accept a new agreement first", Outcome: "ACTION_REQUIRED"}, Site: behaviour{stop: "agreement"}},
		{Scenario: sandbox.Scenario{Name: "maintenance", About: "comes during maintenance", Outcome: "SITE_UNAVAILABLE"}, Site: behaviour{refuse: "maintenance"}},
		{Scenario: sandbox.Scenario{Name: "busy", About: "is told to slow down", Outcome: "RATE_LIMITED"}, Site: behaviour{refuse: "overload"}},
		{Scenario: sandbox.Scenario{Name: "wall", About: "is refused as an automated browser", Outcome: "SITE_BLOCKED"}, Site: behaviour{refuse: "refused"}},
		{Scenario: sandbox.Scenario{Name: "error", About: "meets a server error after logging in, every time", Outcome: "SITE_UNAVAILABLE"}, Site: behaviour{broken: true}},
		{Scenario: sandbox.Scenario{Name: "redesigned", About: "sees payment methods and bills in a new design", Outcome: "SITE_CHANGED"}, Site: behaviour{redesigned: true}},
		{Scenario: sandbox.Scenario{Name: "crash", About: "opens a page that kills its own renderer", Outcome: "CONNECTION_FAILED"}, Site: behaviour{crashes: true}},
	},
}

// Scenarios returns every scenario, complete with what follows from its name.
func Scenarios() []sandbox.Scenario { return scenarios.Scenarios() }

// ScenarioOf finds the scenario of a user name ("good@demo.example",
// "good+anything@demo.example"), in any case, for that user.
func ScenarioOf(username string) (sandbox.Scenario, bool) {
	row, ok := scenarios.User(username)
	return row.Scenario, ok
}
