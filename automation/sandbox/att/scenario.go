package att

import "passage/automation/sandbox"

// What every user of Harborline knows.
const (
	Password = "harbor-password-1" // of every user
	Code     = "317905"            // every one-time code
	Answer   = "Pelican"           // to every security question
)

// Domain ends every user name.
const Domain = "harborline.example"

// behaviour is what the site does differently for a user. The zero value is
// a site on which everything works, after the password alone.
type behaviour struct {
	factor     string // the step after the password: tiles (older), delivery, code (newer), question
	pending    bool   // a code was sent in an earlier visit: its page comes in place of the password's
	refuse     string // the stop page right after the user name
	stop       string // the stop page right after the password
	expires    bool   // the first code sent is too old whatever it is
	keeps      bool   // a modal about staying signed in opens while the password is typed
	modal      bool   // the overview opens with a modal in front of it
	surveys    bool   // a survey pops up when the pointer first comes near the way to the bills
	slow       bool   // every answer takes Options.Slow
	broken     bool   // the overview answers 500
	flaky      bool   // what the pages load answers 500 in the first visit
	loses      bool   // the first card is stored, but everything answers 500 from then on
	redesigned bool   // everything behind the overview has other ids and names
	declines   bool   // every card is declined
	crashes    bool   // the overview kills its renderer
	empty      bool   // nothing is stored yet
}

// scenarios is the one table that drives the site and its tests.
var scenarios = sandbox.Table[behaviour]{
	Domain: Domain,
	Usual:  sandbox.Answers{Passwords: []string{Password}, Codes: []string{Code}},
	Rows: []sandbox.Row[behaviour]{
		{Scenario: sandbox.Scenario{Name: "good", About: "logs in with the password alone"}},
		{Scenario: sandbox.Scenario{Name: "saved", About: "types the password wrong, and finds the user name saved", Answers: sandbox.Answers{Passwords: []string{"password", Password}}}},
		{Scenario: sandbox.Scenario{Name: "keep", About: "is asked about staying signed in while typing"}, Site: behaviour{keeps: true}},
		{Scenario: sandbox.Scenario{Name: "modal", About: "finds a modal in front of the overview"}, Site: behaviour{modal: true}},
		{Scenario: sandbox.Scenario{Name: "survey", About: "is invited to a survey on the way to the bills"}, Site: behaviour{surveys: true}},
		{Scenario: sandbox.Scenario{Name: "older", About: "takes a tile of the older second factor", Answers: sandbox.Answers{Choice: "email"}}, Site: behaviour{factor: "tiles"}},
		{Scenario: sandbox.Scenario{Name: "newer", About: "takes the email of the newer second factor", Answers: sandbox.Answers{Choice: "email"}}, Site: behaviour{factor: "delivery"}},
		{Scenario: sandbox.Scenario{Name: "direct", About: "is sent a code without being asked where"}, Site: behaviour{factor: "code"}},
		{Scenario: sandbox.Scenario{Name: "pending", About: "was sent a code in an earlier visit"}, Site: behaviour{pending: true}},
		{Scenario: sandbox.Scenario{Name: "clumsy", About: "types the code wrong once, then right", Answers: sandbox.Answers{Codes: []string{"000000", Code}}}, Site: behaviour{factor: "code"}},
		{Scenario: sandbox.Scenario{Name: "tiler", About: "types the code of the older second factor wrong once", Answers: sandbox.Answers{Choice: "text", Codes: []string{"000000", Code}}}, Site: behaviour{factor: "tiles"}},
		{Scenario: sandbox.Scenario{Name: "expired", About: "types a code that is too old, then asks for another", Answers: sandbox.Answers{Codes: []string{Code, sandbox.Resend, Code}}}, Site: behaviour{factor: "code", expires: true}},
		{Scenario: sandbox.Scenario{Name: "question", About: "is asked a security question", Answers: sandbox.Answers{Text: Answer}}, Site: behaviour{factor: "question"}},
		{Scenario: sandbox.Scenario{Name: "newcomer", About: "has no payment method and no bill yet"}, Site: behaviour{empty: true}},
		{Scenario: sandbox.Scenario{Name: "slow", About: "waits long for every answer"}, Site: behaviour{slow: true}},
		{Scenario: sandbox.Scenario{Name: "flaky", About: "meets server errors on the first visit, and none after it", Outcome: "SITE_UNAVAILABLE", Again: sandbox.Complete}, Site: behaviour{flaky: true}},
		{Scenario: sandbox.Scenario{Name: "unconfirmed", About: "the card is stored, but the site fails before it says so", Outcome: "OPERATION_UNKNOWN", Again: sandbox.Complete, Needs: "paymentMethod.write"}, Site: behaviour{loses: true}},
		{Scenario: sandbox.Scenario{Name: "declined", About: "every new card is declined", Outcome: "OPERATION_REJECTED", Needs: "paymentMethod.write"}, Site: behaviour{declines: true}},
		{Scenario: sandbox.Scenario{Name: "wrong", About: "never types the right password; one more would lock the account", Outcome: "INVALID_CREDENTIALS", Answers: sandbox.Answers{Passwords: []string{"password"}}}},
		{Scenario: sandbox.Scenario{Name: "miscode", About: "never types the right code", Outcome: "MFA_FAILED", Answers: sandbox.Answers{Codes: []string{"000000"}}}, Site: behaviour{factor: "code"}},
		{Scenario: sandbox.Scenario{Name: "misanswer", About: "never knows the answer to the security question", Outcome: "MFA_FAILED", Answers: sandbox.Answers{Text: "Rover"}}, Site: behaviour{factor: "question"}},
		{Scenario: sandbox.Scenario{Name: "locked", About: "has a locked account", Outcome: "ACCOUNT_LOCKED"}, Site: behaviour{stop: "locked"}},
		{Scenario: sandbox.Scenario{Name: "reset", About: "has to reset the password first", Outcome: "ACTION_REQUIRED"}, Site: behaviour{stop: "reset"}},
		{Scenario: sandbox.Scenario{Name: "refused", About: "is refused as an automated browser, by error 902", Outcome: "SITE_BLOCKED"}, Site: behaviour{refuse: "902"}},
		{Scenario: sandbox.Scenario{Name: "factorless", About: "is refused a second factor, by error 920", Outcome: "SITE_BLOCKED"}, Site: behaviour{stop: "920"}},
		{Scenario: sandbox.Scenario{Name: "maintenance", About: "comes during maintenance", Outcome: "SITE_UNAVAILABLE"}, Site: behaviour{refuse: "maintenance"}},
		{Scenario: sandbox.Scenario{Name: "busy", About: "is told to slow down", Outcome: "RATE_LIMITED"}, Site: behaviour{refuse: "busy"}},
		{Scenario: sandbox.Scenario{Name: "error", About: "meets a server error after logging in, every time", Outcome: "SITE_UNAVAILABLE"}, Site: behaviour{broken: true}},
		{Scenario: sandbox.Scenario{Name: "redesigned", About: "sees everything behind the overview in a new design", Outcome: "SITE_CHANGED"}, Site: behaviour{redesigned: true}},
		{Scenario: sandbox.Scenario{Name: "crash", About: "opens a page that kills its own renderer", Outcome: "CONNECTION_FAILED"}, Site: behaviour{crashes: true}},
	},
}

// Scenarios returns every scenario, complete with what follows from its name.
func Scenarios() []sandbox.Scenario { return scenarios.Scenarios() }

// ScenarioOf finds the scenario of a name ("good") or of a user name
// ("good@harborline.example", "good+anything@harborline.example"), in any case.
func ScenarioOf(name string) (sandbox.Scenario, bool) {
	row, ok := scenarios.Find(name)
	return row.Scenario, ok
}
