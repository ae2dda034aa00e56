package e2e

import (
	"testing"

	"passage/automation/sandbox"
	"passage/automation/sandbox/att"
	"passage/automation/sandbox/tmobile"
	"passage/automation/sandbox/ubereats"
	"passage/automation/sandbox/verizon"
)

// The scenarios of every sandbox site, each a test of its own. What is read exactly
// is tested beside the scripts; here it counts how an attempt ends.

func TestScenarios_Demo(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	service{
		id: "demo", scenarios: sandbox.Scenarios(),
		all:     []map[string]any{readCards(), writeCard(), readBills()},
		wanting: []string{"good", "newcomer", "slow", "flaky", "halfway", "nameless", "unconfirmed", "declined", "redesigned"},
		asked: map[string]string{
			"good":      "credentials",
			"forgetful": "credentials, credentials wrong_password, credentials wrong_password",
			"resend":    "credentials, one_time_code, one_time_code",
			"clumsy":    "credentials, one_time_code, one_time_code wrong_code",
			"choice":    "credentials, choice code_method, one_time_code",
			"question":  "credentials, text",
			"wall":      "credentials",
		},
		cards: func(username string) (submitted, stored int) {
			return s.Carrier.Submitted(username), s.stored(username)
		},
	}.play(t, s)
}

func TestScenarios_Tmobile(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	site := s.sites.tmobile
	service{
		id: "tmobile", scenarios: tmobile.Scenarios(),
		all:     []map[string]any{readCards(), writeCard(), upTo(7, readBills())}, // so many bills that the list has to grow
		wanting: []string{"good", "alert", "unload", "shadow", "newcomer", "slow", "flaky", "unconfirmed", "vanished", "declined", "redesigned"},
		asked: map[string]string{
			"good":      "credentials",
			"method":    "credentials",
			"code":      "credentials, one_time_code",
			"choice":    "credentials, choice code_method, one_time_code",
			"clumsy":    "credentials, one_time_code, one_time_code wrong_code",
			"expired":   "credentials, one_time_code, one_time_code expired_code, one_time_code",
			"forgetful": "credentials, credentials wrong_password, credentials wrong_password",
			"wall":      "credentials",
		},
		cards: func(username string) (submitted, stored int) {
			return site.Submitted(username), last4s(site.Cards(username), func(c tmobile.Card) string { return c.Last4 })
		},
		site: func(t *testing.T, user sandbox.Scenario) {
			expect(t, "that a browser is to be remembered", site.Trusts(user.Username), false)
		},
	}.play(t, s)
}

func TestScenarios_Att(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	site := s.sites.att
	service{
		id: "att", scenarios: att.Scenarios(),
		all:     []map[string]any{readCards(), writeCard(), upTo(9, readBills())}, // so many that more have to be asked for
		wanting: []string{"good", "modal", "survey", "newcomer", "slow", "flaky", "unconfirmed", "declined", "redesigned"},
		asked: map[string]string{
			"good":      "credentials",
			"saved":     "credentials, credentials wrong_password",
			"older":     "credentials, choice code_method, one_time_code",
			"newer":     "credentials, choice code_method, one_time_code",
			"direct":    "credentials, one_time_code",
			"pending":   "credentials, one_time_code",
			"clumsy":    "credentials, one_time_code, one_time_code wrong_code",
			"tiler":     "credentials, choice code_method, one_time_code, one_time_code wrong_code",
			"expired":   "credentials, one_time_code, one_time_code expired_code, one_time_code",
			"question":  "credentials, text",
			"misanswer": "credentials, text, text wrong_answer",
			"wrong":     "credentials, credentials wrong_password",
			"refused":   "credentials",
		},
		cards: func(username string) (submitted, stored int) {
			return site.Submitted(username), last4s(site.Cards(username), func(c att.Card) string { return c.Last4 })
		},
		site: func(t *testing.T, user sandbox.Scenario) {
			expect(t, "that our attempts locked the account", site.Locked(user.Username), false)
			expect(t, "that a browser is to be remembered", site.Trusts(user.Username), false)
		},
	}.play(t, s)
}

func TestScenarios_Verizon(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	site := s.sites.verizon
	service{
		id: "verizon", scenarios: verizon.Scenarios(),
		all:     []map[string]any{readCards(), writeCard(), readBills()},
		wanting: []string{"good", "family", "newcomer", "slow", "unconfirmed", "declined", "redesigned"},
		asked: map[string]string{
			"good":      "credentials",
			"family":    "credentials, one_time_code, choice account",
			"forgetful": "credentials, credentials wrong_password",
			"clumsy":    "credentials, one_time_code, one_time_code wrong_code",
			"expired":   "credentials, one_time_code, one_time_code expired_code, one_time_code",
			"wall":      "credentials",
		},
		cards: func(username string) (submitted, stored int) {
			return site.Submitted(username), last4s(site.Cards(username), func(c verizon.Card) string { return c.Last4 })
		},
		site: func(t *testing.T, user sandbox.Scenario) {
			expect(t, "signed up for what nobody asked for", site.PaperFree(user.Username), false)
		},
	}.play(t, s)
}

func TestScenarios_Ubereats(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	orders := map[string]any{"resource": "orderHistory", "action": "read"}
	service{
		id: "ubereats", scenarios: ubereats.Scenarios(),
		all: []map[string]any{upTo(1, orders), upTo(9, orders)}, wanting: []string{"survey"}, // the list grows from nine on
		asked: map[string]string{
			"good":      "credentials",
			"code":      "credentials, one_time_code",
			"both":      "credentials, one_time_code",
			"forgetful": "credentials, credentials wrong_password",
			"stranger":  "credentials, credentials wrong_username, credentials wrong_username",
			"clumsy":    "credentials, one_time_code, one_time_code wrong_code",
			"expired":   "credentials, one_time_code, one_time_code expired_code, one_time_code",
			"wall":      "credentials",
		},
		site: func(t *testing.T, user sandbox.Scenario) {
			if user.Name == "survey" {
				expect(t, "invitations to the survey that were declined", s.sites.ubereats.Declined(), 1)
			}
		},
	}.play(t, s)
}

// last4s counts the cards that end as the one that tests write.
func last4s[C any](cards []C, last4 func(C) string) (count int) {
	for _, card := range cards {
		if last4(card) == sandbox.CardNumber[len(sandbox.CardNumber)-4:] {
			count++
		}
	}
	return count
}

// upTo limits an operation that reads.
func upTo(limit int, operation map[string]any) map[string]any {
	return map[string]any{"resource": operation["resource"], "action": operation["action"], "arguments": map[string]any{"limit": limit}}
}
