package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"passage/automation/sandbox"
)

// Links of several operations: one log-in, the order asked for, the result's
// form, and what happens to the rest when one fails.

// results are what the operations of the demo give, in one form.
type results struct {
	Operations []struct {
		Resource, Action string
		Data             struct {
			PaymentMethods []struct {
				Order                                int
				VendorID, Last4, Type, Brand         string
				ExpirationDate, Nickname, BillingZip string
				IsDefault                            bool
			}
			Billing []struct {
				StatementID, PeriodStart, PeriodEnd, DueDate, Currency string
				AmountDue                                              float64
			}
			Card            struct{ Last4 string }
			Success, DryRun bool
		}
	}
}

func (l linkNow) results(t *testing.T) (all results) {
	t.Helper()
	if err := json.Unmarshal(l.Result, &all); err != nil {
		t.Fatalf("%v: %s", err, l.Result)
	}
	return all
}

// story is a session's timeline in words.
func (s sessionNow) story() string {
	var all []string
	for _, event := range s.Events {
		word := event.Event
		if event.Operation != nil {
			word = fmt.Sprint(word, " ", *event.Operation)
		}
		if event.Prompt != "" {
			word += " " + event.Prompt
		}
		all = append(all, word)
	}
	return strings.Join(all, "\n")
}

func TestOperations_ShareOneLogInAndKeepTheirOrder(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	user := someone(t, "code")
	v := s.visitor(t, s.newLink(t, ask(readCards(), writeCard(), readCards(), readBills())))
	expect(t, "the end", v.walk(v.claim(), user.Person()).end(), "complete")
	expect(t, "log-ins", s.logIns.of(user.Username), 1)

	link := s.link(t, v.link.LinkID)
	all := link.results(t).Operations
	if len(all) != 4 {
		t.Fatalf("%d results: %s", len(all), link.Result)
	}
	for n, want := range []string{"paymentMethod.read", "paymentMethod.write", "paymentMethod.read", "mobileBillingStatement.read"} {
		expect(t, fmt.Sprint("result ", n), all[n].Resource+"."+all[n].Action, want)
	}
	before, written, after, bills := all[0].Data, all[1].Data, all[2].Data, all[3].Data
	expect(t, "cards before", len(before.PaymentMethods), 3)
	expect(t, "the card written", fmt.Sprint(written.Success, " ", written.Card.Last4), "true 1111")
	expect(t, "bills", len(bills.Billing), 3)
	cards := s.Carrier.Cards(user.Username)
	expect(t, "cards after", len(after.PaymentMethods), len(cards))
	for n, card := range cards {
		got := after.PaymentMethods[n]
		expect(t, fmt.Sprint("card ", n), fmt.Sprint(got.Order, got.VendorID, got.Last4, got.Type, got.IsDefault, got.ExpirationDate),
			fmt.Sprint(n, card.ID, card.Last4, card.Type, card.AutoPay, card.Expires))
	}

	story := s.session(t, link.CurrentSessionID).story()
	order := -1
	for _, event := range []string{"operation_started 0", "operation_completed 0", "operation_started 1", "operation_submitted 1",
		"operation_completed 1", "operation_started 2", "operation_completed 2", "operation_started 3", "operation_completed 3"} {
		at := strings.Index(story, event)
		if at <= order || strings.Count(story, event) != 1 {
			t.Fatalf("%q is not where it belongs in\n%s", event, story)
		}
		order = at
	}
}

func TestResult_OfOneOperationIsItsData(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	dry := writeCard()
	dry["arguments"].(map[string]any)["dryRun"] = true
	user := someone(t, "good")
	v := s.visitor(t, s.newLink(t, ask(dry)))
	shown := v.get(v.link.ClaimURL)
	if strings.Contains(text(shown.byID("live")), "Replace") {
		t.Errorf("the claim page says that a dry run changes something: %s", text(shown.byID("live")))
	}
	expect(t, "the end", v.walk(v.claim(), user.Person()).end(), "complete")
	var result struct {
		DryRun     bool
		Card       struct{ Last4 string }
		Operations any // of several only
	}
	if err := json.Unmarshal(s.link(t, v.link.LinkID).Result, &result); err != nil {
		t.Fatal(err)
	}
	expect(t, "the result", fmt.Sprint(result), "{true {1111} <nil>}")
	expect(t, "cards sent to the site", s.Carrier.Submitted(user.Username), 0)
}

func TestOperations_StopAfterAFailure(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ scenario, statuses, again string }{
		{"declined", "complete failed pending", ""},
		{"unconfirmed", "complete unknown pending", "complete complete complete"},
	} {
		t.Run(test.scenario, func(t *testing.T) {
			t.Parallel()
			s := sharedStack(t)
			user := someone(t, test.scenario)
			v := s.visitor(t, s.newLink(t, ask(readCards(), writeCard(), readBills())))
			last := v.walk(v.claim(), user.Person())
			link := s.link(t, v.link.LinkID)
			first := s.session(t, link.CurrentSessionID)
			expect(t, "operations", statuses(first.Operations), test.statuses)
			if first.Operations[1].SubmittedAt == nil || first.Operations[2].StartedAt != nil {
				t.Errorf("the timeline does not tell what was handed in and what was not begun: %+v", first.Operations)
			}
			expect(t, "the failed operation", *link.Error.Operation, 1)
			if !last.says("Your payment methods were read") {
				t.Errorf("the page does not say first what was done: %s", text(last.byID("live")))
			}

			if test.again == "" {
				return
			}
			v.walk(v.claimAgain(last), user.Person())
			again := s.link(t, v.link.LinkID)
			expect(t, "operations again", statuses(again.Operations), test.again)
			expect(t, "the first session's operations", statuses(s.session(t, first.ID).Operations), test.statuses)
			expect(t, "log-ins", s.logIns.of(user.Username), 2)
			stored := 0
			for _, card := range s.Carrier.Cards(user.Username) {
				if card.Last4 == sandbox.CardNumber[len(sandbox.CardNumber)-4:] {
					stored++
				}
			}
			expect(t, "cards sent to the site", s.Carrier.Submitted(user.Username), 1)
			expect(t, "such cards stored", stored, 1)
			expect(t, "cards in the result's first read", len(again.results(t).Operations[0].Data.PaymentMethods), 4)
		})
	}
}
