package integrations_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"passage/automation/replica"
	"passage/automation/replica/att"
)

// harborline is the replica with the script of att pointed at it.
func harborline(t *testing.T, patience string) (*world, *att.Carrier) {
	t.Helper()
	var account, signIn *httptest.Server
	carrier := att.New(att.Options{
		Account: func() string { return account.URL },
		SignIn:  func() string { return signIn.URL },
		Slow:    200 * time.Millisecond,
	})
	account, signIn = serve(t, carrier.Account()), serve(t, carrier.SignIn())
	return newWorld(t, "att", patience, account.URL, hostOf(t, signIn.URL, "127.0.0.1")), carrier
}

// harborlineAsked is what some persons are asked, with the reason if again.
var harborlineAsked = map[string][]string{
	"good":      {"credentials"},
	"saved":     {"credentials", "credentials wrong_password"},
	"older":     {"credentials", "choice code_method", "one_time_code"},
	"newer":     {"credentials", "choice code_method", "one_time_code"},
	"direct":    {"credentials", "one_time_code"},
	"pending":   {"credentials", "one_time_code"},
	"clumsy":    {"credentials", "one_time_code", "one_time_code wrong_code"},
	"tiler":     {"credentials", "choice code_method", "one_time_code", "one_time_code wrong_code"},
	"expired":   {"credentials", "one_time_code", "one_time_code expired_code", "one_time_code"},
	"question":  {"credentials", "text"},
	"misanswer": {"credentials", "text", "text wrong_answer"},
	"wrong":     {"credentials", "credentials wrong_password"},
	"refused":   {"credentials"},
}

// harborlineWhole are the users whose scenario is about what comes after the
// log-in, and who therefore go through all of it.
var harborlineWhole = []string{"good", "modal", "survey", "newcomer", "slow", "flaky", "unconfirmed", "declined", "redesigned"}

func TestEveryUserOfAttEndsAsTheTableSays(t *testing.T) {
	t.Parallel()
	w, carrier := harborline(t, "20")
	trial{
		in: w, hasty: newWorld(t, "att", "2", w.script.Site, w.script.Hosts...), asked: harborlineAsked, submitted: carrier.Submitted,
		run: func(s *session, user replica.Scenario) error {
			s.t.Cleanup(func() {
				if carrier.Locked(user.Username) {
					s.t.Error("the account was locked by our attempts")
				}
			})
			if err := s.run.Login(); err != nil || !slices.Contains(harborlineWhole, user.Name) {
				return err
			}
			return s.link(card)
		},
		card: func(s replica.Scenario) bool {
			return slices.Contains(harborlineWhole, s.Name) && (s.Again == replica.Complete || s.Name == "declined")
		},
	}.of(t, att.Scenarios())
}

func TestAttReadsWhatIsStoredAndWhatItWrote(t *testing.T) {
	t.Parallel()
	w, carrier := harborline(t, "20")
	scenario, _ := att.ScenarioOf("good")
	s := w.loggedIn(t, scenario)
	var dry written
	if err := s.do("paymentMethod.write", card+`,"dryRun":true}`, &dry); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	if !dry.DryRun || dry.Success || carrier.Submitted(scenario.Username) != 0 {
		t.Errorf("a dry run: %+v, %d submitted", dry, carrier.Submitted(scenario.Username))
	}
	if err := s.do("paymentMethod.write", card+"}", &written{}); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	var read methods
	if err := s.do("paymentMethod.read", "", &read); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	if n := len(read.PaymentMethods); n != 3 {
		t.Fatalf("%d payment methods: %+v", n, read)
	}
	if bank := read.PaymentMethods[0]; bank.Type != "bank_account" || bank.ExpirationDate != "" || bank.IsDefault || bank.Brand != "Sample Savings" {
		t.Errorf("read %+v", bank)
	}
	if added := read.PaymentMethods[2]; added.Last4 != "1111" || added.ExpirationDate != "12/30" || !added.IsDefault || added.Type != "credit_card" {
		t.Errorf("read %+v", added)
	}
	s.resuming = true
	if err := s.do("paymentMethod.write", card+"}", &written{}); err != nil || carrier.Submitted(scenario.Username) != 1 {
		t.Errorf("a resumed write: %v, %d submitted\n%s", err, carrier.Submitted(scenario.Username), s.story())
	}
	for _, secret := range []string{att.Password, replica.CardNumber, scenario.Username} {
		if strings.Contains(s.story(), secret) {
			t.Errorf("%q is in the steps:\n%s", secret, s.story())
		}
	}
}

func TestAttReadsBillsUpToTheLimit(t *testing.T) {
	t.Parallel()
	w, _ := harborline(t, "20")
	scenario, _ := att.ScenarioOf("good")
	s := w.loggedIn(t, scenario)
	for arguments, want := range map[string]int{`{"limit":1}`: 1, `{"limit":8}`: 8, "": 12, `{"limit":120}`: 15} {
		var read billing
		if err := s.do("mobileBillingStatement.read", arguments, &read); err != nil {
			t.Fatalf("%s: %v\n%s", arguments, err, s.story())
		}
		if len(read.Billing) != want || read.Billing[0].AmountDue != 91.25 {
			t.Errorf("%s: %d bills, want %d: %+v", arguments, len(read.Billing), want, read)
		}
		for i, bill := range read.Billing {
			if bill.PeriodStart >= bill.PeriodEnd || bill.PeriodEnd >= bill.DueDate || bill.Currency != "USD" || !strings.HasPrefix(bill.StatementID, "hb20") {
				t.Errorf("bill %+v", bill)
			}
			if i > 0 && read.Billing[i-1].PeriodStart <= bill.PeriodStart {
				t.Errorf("bills out of order: %+v", read.Billing)
			}
		}
	}
}

func TestEveryScenarioOfAttIsWhole(t *testing.T) {
	t.Parallel()
	checkTable(t, att.Scenarios(), att.ScenarioOf)
}

func TestReplicasShowNoRealBrand(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"../replica/att/pages", "../replica/tmobile/pages"} {
		pages, err := os.ReadDir(folder)
		if err != nil || len(pages) == 0 {
			t.Fatalf("%d pages: %v", len(pages), err)
		}
		for _, page := range pages {
			text, err := os.ReadFile(filepath.Join(folder, page.Name()))
			if err != nil {
				t.Fatal(err)
			}
			for _, brand := range []string{"at&t", "at&amp;t", "att.com", "t-mobile", "tmobile", "magenta", "verizon"} {
				if strings.Contains(strings.ToLower(string(text)), brand) {
					t.Errorf("%s: %s", page.Name(), brand)
				}
			}
		}
	}
}
