package sandbox

// What every user of Demo Mobile knows. `passage demo` prints them.
const (
	Password = "demo-password-1" // of every user
	Code     = "482913"          // every one-time code
	Answer   = "Biscuit"         // to every security question
)

// Domain ends every user name.
const Domain = "demo.example"

// behaviour is what the site does differently for a user. The zero value is
// a site on which everything works, after the password alone.
type behaviour struct {
	factor     string // the step between password and account: code, choose, approve, question
	refuse     string // the stop page right after the user name
	stop       string // the stop page right after the password
	deny       bool   // the push request is turned down
	slow       bool   // every page takes CarrierOptions.Slow
	broken     bool   // everything after the password answers 500
	flaky      bool   // payment methods and bills answer 500 in the first visit
	stumbles   bool   // bills answer 500 in the first visit
	nameless   bool   // no page says whose account it is
	loses      bool   // the first card is stored, but the visit answers 500 from then on
	redesigned bool   // payment methods and bills have other markup
	declines   bool   // every card is declined
	crashes    bool   // the account's first page kills its renderer
	empty      bool   // nothing is stored yet
}

// scenarios is the one table that drives the site, its tests, the demo's
// printed list and `passage demo --auto --scenario NAME`.
var scenarios = Table[behaviour]{
	Domain: Domain,
	Usual:  Answers{Passwords: []string{Password}, Codes: []string{Code}, Choice: "sms", Text: Answer},
	Rows: []Row[behaviour]{
		{Scenario: Scenario{Name: "good", About: "logs in with the password alone"}},
		{Scenario: Scenario{Name: "code", About: "is sent a one-time code"}, Site: behaviour{factor: "code"}},
		{Scenario: Scenario{Name: "choice", About: "chooses how to get the one-time code", Answers: Answers{Choice: "email"}}, Site: behaviour{factor: "choose"}},
		{Scenario: Scenario{Name: "push", About: "approves in the app; it approves itself after a few seconds"}, Site: behaviour{factor: "approve"}},
		{Scenario: Scenario{Name: "question", About: "is asked a security question"}, Site: behaviour{factor: "question"}},
		{Scenario: Scenario{Name: "forgetful", About: "types the password wrong twice, then right", Answers: Answers{Passwords: []string{"password", "letmein", Password}}}},
		{Scenario: Scenario{Name: "clumsy", About: "types the one-time code wrong once, then right", Answers: Answers{Codes: []string{"000000", Code}}}, Site: behaviour{factor: "code"}},
		{Scenario: Scenario{Name: "resend", About: "asks for another one-time code", Answers: Answers{Codes: []string{Resend, Code}}}, Site: behaviour{factor: "code"}},
		{Scenario: Scenario{Name: "newcomer", About: "has no payment method and no bill yet"}, Site: behaviour{empty: true}},
		{Scenario: Scenario{Name: "slow", About: "waits eight seconds for every page"}, Site: behaviour{slow: true}},
		{Scenario: Scenario{Name: "flaky", About: "meets a server error on the first visit, and none after it", Outcome: "SITE_UNAVAILABLE", Again: Complete}, Site: behaviour{flaky: true}},
		{Scenario: Scenario{Name: "halfway", About: "has the card saved, then meets a server error; the next attempt does not save it again", Outcome: "SITE_UNAVAILABLE", Again: Complete, Needs: "mobileBillingStatement.read"}, Site: behaviour{stumbles: true}},
		{Scenario: Scenario{Name: "nameless", About: "is like halfway, where no page says whose account it is", Outcome: "SITE_UNAVAILABLE", Again: Complete, Needs: "mobileBillingStatement.read"}, Site: behaviour{stumbles: true, nameless: true}},
		{Scenario: Scenario{Name: "unconfirmed", About: "the card is stored, but the site fails before it says so; the next visit finds it", Outcome: "OPERATION_UNKNOWN", Again: Complete, Needs: "paymentMethod.write"}, Site: behaviour{loses: true}},
		{Scenario: Scenario{Name: "declined", About: "every new card is declined", Outcome: "OPERATION_REJECTED", Needs: "paymentMethod.write"}, Site: behaviour{declines: true}},
		{Scenario: Scenario{Name: "wrong", About: "never types the right password", Outcome: "INVALID_CREDENTIALS", Answers: Answers{Passwords: []string{"password"}}}},
		{Scenario: Scenario{Name: "miscode", About: "never types the right one-time code", Outcome: "MFA_FAILED", Answers: Answers{Codes: []string{"000000"}}}, Site: behaviour{factor: "code"}},
		{Scenario: Scenario{Name: "denied", About: "turns the request in the app down", Outcome: "MFA_FAILED"}, Site: behaviour{factor: "approve", deny: true}},
		{Scenario: Scenario{Name: "passkey", About: "may only log in with a passkey", Outcome: "MFA_UNSUPPORTED"}, Site: behaviour{stop: "passkey"}},
		{Scenario: Scenario{Name: "locked", About: "has a locked account", Outcome: "ACCOUNT_LOCKED"}, Site: behaviour{stop: "locked"}},
		{Scenario: Scenario{Name: "terms", About: "has to accept new terms first", Outcome: "ACTION_REQUIRED"}, Site: behaviour{stop: "terms"}},
		{Scenario: Scenario{Name: "error", About: "meets a server error after logging in, every time", Outcome: "SITE_UNAVAILABLE"}, Site: behaviour{broken: true}},
		{Scenario: Scenario{Name: "maintenance", About: "comes during maintenance", Outcome: "SITE_UNAVAILABLE"}, Site: behaviour{refuse: "maintenance"}},
		{Scenario: Scenario{Name: "busy", About: "is told to slow down", Outcome: "RATE_LIMITED"}, Site: behaviour{refuse: "busy"}},
		{Scenario: Scenario{Name: "wall", About: "is refused as an automated browser", Outcome: "SITE_BLOCKED"}, Site: behaviour{refuse: "blocked"}},
		{Scenario: Scenario{Name: "redesigned", About: "sees payment methods and bills in a new design", Outcome: "SITE_CHANGED"}, Site: behaviour{redesigned: true}},
		{Scenario: Scenario{Name: "crash", About: "opens a page that kills its own renderer", Outcome: "CONNECTION_FAILED"}, Site: behaviour{crashes: true}},
	},
}

// Scenarios returns every scenario, complete with what follows from its name.
func Scenarios() []Scenario { return scenarios.Scenarios() }

// ScenarioOf finds the scenario of a name ("good") or of a user name
// ("good@demo.example", "good+anything@demo.example"), in any case.
func ScenarioOf(name string) (Scenario, bool) {
	row, ok := scenarios.Find(name)
	return row.Scenario, ok
}
