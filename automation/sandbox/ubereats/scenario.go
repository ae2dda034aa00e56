package ubereats

import "passage/automation/sandbox"

// What every user of Larder Lane knows.
const (
	Password    = "larder-password-1" // of every user
	Code        = "4829"              // every one-time code that is still good
	ExpiredCode = "1357"              // one from an hour ago
)

// Domain ends every user name.
const Domain = "demo.example"

// behaviour is what the site does differently for a user. The zero value is a
// site on which everything works, after address and password.
type behaviour struct {
	unknown    bool   // nobody has this address
	refuse     string // the stop right after the address
	factor     string // code: instead of the password; both: after it
	stop       string // the stop right after the password
	slow       bool   // every answer takes Options.Slow
	empty      bool   // nothing was ever ordered
	forgets    bool   // the session is worth nothing
	broken     bool   // the orders answer 500
	redesigned bool   // the orders have other markup
	crashes    bool   // the orders kill their renderer
	surveyed   bool   // the survey covers the orders as soon as they are there
}

// customer is the user of a scenario, as the site sees it.
type customer = sandbox.Row[behaviour]

// scenarios is the one table that drives the site and its tests.
var scenarios = sandbox.Table[behaviour]{
	Domain: Domain,
	Usual:  sandbox.Answers{Passwords: []string{Password}, Codes: []string{Code}},
	Rows: []customer{
		{Scenario: sandbox.Scenario{Name: "good", About: "logs in with address and password"}},
		{Scenario: sandbox.Scenario{Name: "code", About: "is sent a code instead of being asked for the password"}, Site: behaviour{factor: "code"}},
		{Scenario: sandbox.Scenario{Name: "both", About: "is sent a code after the password"}, Site: behaviour{factor: "both"}},
		{Scenario: sandbox.Scenario{Name: "forgetful", About: "types the password wrong once, then right", Answers: sandbox.Answers{Passwords: []string{"letmein", Password}}}},
		{Scenario: sandbox.Scenario{Name: "clumsy", About: "types the code wrong once, then right", Answers: sandbox.Answers{Codes: []string{"0000", Code}}}, Site: behaviour{factor: "code"}},
		{Scenario: sandbox.Scenario{Name: "expired", About: "types a code that is too old, asks for another and types that", Answers: sandbox.Answers{Codes: []string{ExpiredCode, sandbox.Resend, Code}}}, Site: behaviour{factor: "both"}},
		{Scenario: sandbox.Scenario{Name: "newcomer", About: "has not ordered anything yet"}, Site: behaviour{empty: true}},
		{Scenario: sandbox.Scenario{Name: "survey", About: "is invited to a survey before the list of orders is whole"}, Site: behaviour{surveyed: true}},
		{Scenario: sandbox.Scenario{Name: "slow", About: "waits four seconds for every answer"}, Site: behaviour{slow: true}},
		{Scenario: sandbox.Scenario{Name: "wrong", About: "never types the right password", Outcome: "INVALID_CREDENTIALS", Answers: sandbox.Answers{Passwords: []string{"letmein"}}}},
		{Scenario: sandbox.Scenario{Name: "stranger", About: "has an address that the site does not know", Outcome: "INVALID_CREDENTIALS"}, Site: behaviour{unknown: true}},
		{Scenario: sandbox.Scenario{Name: "miscode", About: "never types the right code", Outcome: "MFA_FAILED", Answers: sandbox.Answers{Codes: []string{"0000"}}}, Site: behaviour{factor: "code"}},
		{Scenario: sandbox.Scenario{Name: "passkey", About: "may only log in with a passkey", Outcome: "MFA_UNSUPPORTED"}, Site: behaviour{stop: "passkey"}},
		{Scenario: sandbox.Scenario{Name: "locked", About: "has a locked account", Outcome: "ACCOUNT_LOCKED"}, Site: behaviour{stop: "locked"}},
		{Scenario: sandbox.Scenario{Name: "terms", About: "has to accept new terms first", Outcome: "ACTION_REQUIRED"}, Site: behaviour{stop: "terms"}},
		{Scenario: sandbox.Scenario{Name: "maintenance", About: "comes during maintenance", Outcome: "SITE_UNAVAILABLE"}, Site: behaviour{refuse: "maintenance"}},
		{Scenario: sandbox.Scenario{Name: "busy", About: "is told to slow down", Outcome: "RATE_LIMITED"}, Site: behaviour{refuse: "busy"}},
		{Scenario: sandbox.Scenario{Name: "wall", About: "is refused as an automated browser", Outcome: "SITE_BLOCKED"}, Site: behaviour{refuse: "wall"}},
		{Scenario: sandbox.Scenario{Name: "error", About: "meets a server error instead of the orders", Outcome: "SITE_UNAVAILABLE"}, Site: behaviour{broken: true}},
		{Scenario: sandbox.Scenario{Name: "forgotten", About: "is logged out again at once", Outcome: "SITE_UNAVAILABLE"}, Site: behaviour{forgets: true}},
		{Scenario: sandbox.Scenario{Name: "redesigned", About: "sees the orders in a new design", Outcome: "SITE_CHANGED"}, Site: behaviour{redesigned: true}},
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
