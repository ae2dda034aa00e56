package replica

import (
	"slices"
	"strings"
)

// What every user of Demo Mobile knows. `passage demo` prints them.
const (
	Password = "demo-password-1" // of every user
	Code     = "482913"          // every one-time code
	Answer   = "Biscuit"         // to every security question
)

// Domain ends every user name.
const Domain = "demo.example"

// Complete is the Outcome of a scenario in which everything works; every
// other Outcome is one of the outcome room's codes.
const Complete = "complete"

// Scenario is a user of Demo Mobile to whom something particular happens.
// Outcome and Again hold for a link that reads the payment methods, writes a
// card and reads the bills.
type Scenario struct {
	Name     string
	Username string // Name@Domain; For makes others that behave alike
	About    string // one line for people
	Outcome  string // how the first attempt ends
	Again    string // how the attempt after it ends
	Needs    string // the operation, done and not only tried, without which nothing particular happens; "" if it happens anyway
	Answers  Answers

	site behaviour
}

// Answers are what the person says when asked, in the order of asking; the
// last one is repeated.
type Answers struct {
	Passwords []string
	Codes     []string // Resend asks for another code instead
	Choice    string   // the id of the option taken
	Text      string   // the answer to the security question
}

// Resend stands among Answers.Codes for the wish to get another code.
const Resend = "resend"

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
	loses      bool   // the first card is stored, but the visit answers 500 from then on
	redesigned bool   // payment methods and bills have other markup
	declines   bool   // every card is declined
	crashes    bool   // the account's first page kills its renderer
	empty      bool   // nothing is stored yet
}

// scenarios is the one table that drives the site, its tests, the demo's
// printed list and `passage demo --auto --scenario NAME`.
var scenarios = []Scenario{
	{Name: "good", About: "logs in with the password alone"},
	{Name: "code", About: "is sent a one-time code", site: behaviour{factor: "code"}},
	{Name: "choice", About: "chooses how to get the one-time code", Answers: Answers{Choice: "email"}, site: behaviour{factor: "choose"}},
	{Name: "push", About: "approves in the app; it approves itself after a few seconds", site: behaviour{factor: "approve"}},
	{Name: "question", About: "is asked a security question", site: behaviour{factor: "question"}},
	{Name: "forgetful", About: "types the password wrong twice, then right", Answers: Answers{Passwords: []string{"password", "letmein", Password}}},
	{Name: "clumsy", About: "types the one-time code wrong once, then right", Answers: Answers{Codes: []string{"000000", Code}}, site: behaviour{factor: "code"}},
	{Name: "resend", About: "asks for another one-time code", Answers: Answers{Codes: []string{Resend, Code}}, site: behaviour{factor: "code"}},
	{Name: "newcomer", About: "has no payment method and no bill yet", site: behaviour{empty: true}},
	{Name: "slow", About: "waits eight seconds for every page", site: behaviour{slow: true}},
	{Name: "flaky", About: "meets a server error on the first visit, and none after it", Outcome: "SITE_UNAVAILABLE", Again: Complete, site: behaviour{flaky: true}},
	{Name: "unconfirmed", About: "the card is stored, but the site fails before it says so; the next visit finds it", Outcome: "OPERATION_UNKNOWN", Again: Complete, Needs: "paymentMethod.write", site: behaviour{loses: true}},
	{Name: "declined", About: "every new card is declined", Outcome: "OPERATION_REJECTED", Needs: "paymentMethod.write", site: behaviour{declines: true}},
	{Name: "wrong", About: "never types the right password", Outcome: "INVALID_CREDENTIALS", Answers: Answers{Passwords: []string{"password"}}},
	{Name: "miscode", About: "never types the right one-time code", Outcome: "MFA_FAILED", Answers: Answers{Codes: []string{"000000"}}, site: behaviour{factor: "code"}},
	{Name: "denied", About: "turns the request in the app down", Outcome: "MFA_FAILED", site: behaviour{factor: "approve", deny: true}},
	{Name: "passkey", About: "may only log in with a passkey", Outcome: "MFA_UNSUPPORTED", site: behaviour{stop: "passkey"}},
	{Name: "locked", About: "has a locked account", Outcome: "ACCOUNT_LOCKED", site: behaviour{stop: "locked"}},
	{Name: "terms", About: "has to accept new terms first", Outcome: "ACTION_REQUIRED", site: behaviour{stop: "terms"}},
	{Name: "error", About: "meets a server error after logging in, every time", Outcome: "SITE_UNAVAILABLE", site: behaviour{broken: true}},
	{Name: "maintenance", About: "comes during maintenance", Outcome: "SITE_UNAVAILABLE", site: behaviour{refuse: "maintenance"}},
	{Name: "busy", About: "is told to slow down", Outcome: "RATE_LIMITED", site: behaviour{refuse: "busy"}},
	{Name: "wall", About: "is refused as an automated browser", Outcome: "SITE_BLOCKED", site: behaviour{refuse: "blocked"}},
	{Name: "redesigned", About: "sees payment methods and bills in a new design", Outcome: "SITE_CHANGED", site: behaviour{redesigned: true}},
	{Name: "crash", About: "opens a page that kills its own renderer", Outcome: "CONNECTION_FAILED", site: behaviour{crashes: true}},
}

// Scenarios returns every scenario, complete with what follows from its name.
func Scenarios() []Scenario {
	all := make([]Scenario, len(scenarios))
	for i, s := range scenarios {
		s.Username = s.Name + "@" + Domain
		if s.Outcome == "" {
			s.Outcome = Complete
		}
		if s.Again == "" {
			s.Again = s.Outcome
		}
		s.Answers = s.Answers.complete()
		all[i] = s
	}
	return all
}

func (a Answers) complete() Answers {
	if a.Passwords == nil {
		a.Passwords = []string{Password}
	}
	if a.Codes == nil {
		a.Codes = []string{Code}
	}
	if a.Choice == "" {
		a.Choice = "sms"
	}
	if a.Text == "" {
		a.Text = Answer
	}
	return a
}

// ScenarioOf finds the scenario of a name ("good") or of a user name
// ("good@demo.example", "good+anything@demo.example"), in any case.
func ScenarioOf(name string) (Scenario, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	if local, domain, ok := strings.Cut(name, "@"); ok {
		if domain != Domain {
			return Scenario{}, false
		}
		name, _, _ = strings.Cut(local, "+")
	}
	all := Scenarios()
	i := slices.IndexFunc(all, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return Scenario{}, false
	}
	return all[i], true
}

// For returns the same scenario for a user of its own, so that parallel runs
// share no state: "good+suffix@demo.example".
func (s Scenario) For(suffix string) Scenario {
	s.Username = s.Name + "+" + suffix + "@" + Domain
	return s
}

// Person plays the scenario's user: it answers what a session asks. One
// person sees one attempt, and is used by one goroutine at a time.
type Person struct {
	scenario         Scenario
	passwords, codes int // how often asked so far
}

// Person returns a person who has not been asked anything yet.
func (s Scenario) Person() *Person { return &Person{scenario: s} }

// Answer gives the values for a prompt of this kind, by field name as the
// hosted flow's forms have them. An approval is answered elsewhere: nil.
func (p *Person) Answer(kind string) map[string]string {
	answers := p.scenario.Answers
	switch kind {
	case "credentials":
		p.passwords++
		return map[string]string{"username": p.scenario.Username, "password": nth(answers.Passwords, p.passwords)}
	case "one_time_code":
		p.codes++
		if code := nth(answers.Codes, p.codes); code != Resend {
			return map[string]string{"code": code}
		}
		return map[string]string{"action": "resend"}
	case "choice":
		return map[string]string{"choice": answers.Choice}
	case "text":
		return map[string]string{"text": answers.Text}
	case "confirm":
		return map[string]string{"confirm": "yes"}
	default:
		return nil
	}
}

// nth counts from 1 and stays at the last.
func nth(values []string, n int) string { return values[min(n, len(values))-1] }
