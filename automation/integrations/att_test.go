package integrations_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"passage/automation/sandbox"
	"passage/automation/sandbox/att"
)

// attFixture is the sandbox site with the script of att pointed at it.
func attFixture(t *testing.T) (*fixture, *att.Carrier) {
	t.Helper()
	var account, signIn *httptest.Server
	carrier := att.New(att.Options{
		Account: func() string { return account.URL },
		SignIn:  func() string { return signIn.URL },
	})
	account, signIn = serve(t, carrier.Account()), serve(t, carrier.SignIn())
	return newFixture(t, "att", "20", account.URL, hostOf(t, signIn.URL, "127.0.0.1")), carrier
}

func TestATT_ReadsWhatIsStoredAndWhatItWrote(t *testing.T) {
	t.Parallel()
	f, carrier := attFixture(t)
	scenario, _ := att.ScenarioOf("good")
	s := f.loggedIn(t, scenario)
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
	for _, secret := range []string{att.Password, sandbox.CardNumber, scenario.Username} {
		if strings.Contains(s.story(), secret) {
			t.Errorf("%q is in the steps:\n%s", secret, s.story())
		}
	}
}

func TestATT_ReadsBillsUpToTheLimit(t *testing.T) {
	t.Parallel()
	f, _ := attFixture(t)
	scenario, _ := att.ScenarioOf("good")
	s := f.loggedIn(t, scenario)
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

func TestATT_EndsEveryScenarioAsItsTableSays(t *testing.T) {
	t.Parallel()
	checkTable(t, att.Scenarios(), att.ScenarioOf)
}

func TestSandbox_ShowsNoRealBrand(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"../sandbox/att/pages", "../sandbox/tmobile/pages"} {
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
