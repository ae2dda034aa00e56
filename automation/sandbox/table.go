package sandbox

import (
	"slices"
	"strings"
)

// Complete is the Outcome of a scenario in which everything works; every
// other Outcome is one of the codes of package outcome.
const Complete = "complete"

// Resend stands among Answers.Codes for the wish to get another code.
const Resend = "resend"

// Scenario is a user of a site to whom something particular happens. Outcome
// and Again hold for a link that does all that the site has operations for.
type Scenario struct {
	Name     string
	Username string // Name@ the site's domain; For makes others that behave alike
	About    string // one line for people
	Outcome  string // how the first attempt ends
	Again    string // how the attempt after it ends
	Needs    string // the operation, done and not only tried, without which nothing particular happens; "" if it happens anyway
	Answers  Answers
}

// Answers are what the person says when asked, in the order of asking; the
// last one is repeated.
type Answers struct {
	Passwords []string
	Codes     []string // Resend asks for another code instead
	Choice    string   // the id of the option taken
	Text      string   // the answer to the security question
}

// or takes from usual what a does not say.
func (a Answers) or(usual Answers) Answers {
	if a.Passwords == nil {
		a.Passwords = usual.Passwords
	}
	if a.Codes == nil {
		a.Codes = usual.Codes
	}
	if a.Choice == "" {
		a.Choice = usual.Choice
	}
	if a.Text == "" {
		a.Text = usual.Text
	}
	return a
}

// For returns the same scenario for a user of its own, so that parallel runs
// share no state: "good+suffix@demo.example".
func (s Scenario) For(suffix string) Scenario {
	_, domain, _ := strings.Cut(s.Username, "@")
	s.Username = s.Name + "+" + suffix + "@" + domain
	return s
}

// Row is a scenario of one site. Site is what the site does differently for
// its user; the zero value is a site on which everything works.
type Row[B any] struct {
	Scenario
	Site B
}

// Table is all scenarios of a site. A row needs no more than what is
// particular about it.
type Table[B any] struct {
	Domain string  // ends every user name
	Usual  Answers // of those whose row says nothing else
	Rows   []Row[B]
}

// complete adds what follows from a row's name and what is usual.
func (t Table[B]) complete(row Row[B]) Row[B] {
	row.Username = row.Name + "@" + t.Domain
	if row.Outcome == "" {
		row.Outcome = Complete
	}
	if row.Again == "" {
		row.Again = row.Outcome
	}
	row.Answers = row.Answers.or(t.Usual)
	return row
}

// Scenarios returns every scenario, complete.
func (t Table[B]) Scenarios() []Scenario {
	all := make([]Scenario, len(t.Rows))
	for i, row := range t.Rows {
		all[i] = t.complete(row).Scenario
	}
	return all
}

// Find gives the row of a name ("good") or of a user name
// ("good@demo.example", "good+anything@demo.example"), in any case.
func (t Table[B]) Find(name string) (Row[B], bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	if local, domain, ok := strings.Cut(name, "@"); ok {
		if domain != t.Domain {
			return Row[B]{}, false
		}
		name, _, _ = strings.Cut(local, "+")
	}
	i := slices.IndexFunc(t.Rows, func(row Row[B]) bool { return row.Name == name })
	if i < 0 {
		return Row[B]{}, false
	}
	return t.complete(t.Rows[i]), true
}

// User gives the row of a user name, for that very user.
func (t Table[B]) User(username string) (Row[B], bool) {
	username = strings.ToLower(strings.TrimSpace(username))
	row, ok := t.Find(username)
	if !ok || !strings.Contains(username, "@") || len(username) > 200 {
		return Row[B]{}, false
	}
	row.Username = username
	return row, true
}
