package integrations_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"passage/automation/sandbox"
	"passage/automation/sandbox/tmobile"
)

// tmobileFixture is the sandbox site with the script of tmobile pointed at it.
func tmobileFixture(t *testing.T) (*fixture, *tmobile.Carrier) {
	t.Helper()
	var my, identity, frame *httptest.Server
	carrier := tmobile.New(tmobile.Options{
		My:       func() string { return my.URL },
		Identity: func() string { return identity.URL },
		Frame:    func() string { return "http://" + hostOf(t, frame.URL, "localhost") },
	})
	my, identity, frame = serve(t, carrier.My()), serve(t, carrier.Identity()), serve(t, carrier.CardFrame())
	return newFixture(t, "tmobile", "20", my.URL, hostOf(t, identity.URL, "127.0.0.1"), hostOf(t, frame.URL, "localhost")), carrier
}

// subscribed is a session of a user of Pinewave who has logged in.
func subscribed(t *testing.T, name string) (*session, *tmobile.Carrier, string) {
	t.Helper()
	f, carrier := tmobileFixture(t)
	scenario, _ := tmobile.ScenarioOf(name)
	return f.loggedIn(t, scenario), carrier, scenario.Username
}

func TestTMobile_ReadsWhatIsStoredAndWhatItWrote(t *testing.T) {
	t.Parallel()
	s, carrier, username := subscribed(t, "good")
	var dry written
	if err := s.do("paymentMethod.write", card+`,"dryRun":true}`, &dry); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	if !dry.DryRun || dry.Success || carrier.Submitted(username) != 0 || len(carrier.Cards(username)) != 3 {
		t.Errorf("a dry run: %+v, %d submitted", dry, carrier.Submitted(username))
	}
	if err := s.do("paymentMethod.write", card+"}", &written{}); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	var read methods
	if err := s.do("paymentMethod.read", "", &read); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	if n := len(read.PaymentMethods); n != 4 {
		t.Fatalf("%d payment methods: %+v", n, read)
	}
	if bank := read.PaymentMethods[2]; bank.Type != "bank_account" || bank.ExpirationDate != "" || bank.IsDefault || bank.Brand != "Sample Savings" {
		t.Errorf("read %+v", bank)
	}
	if added := read.PaymentMethods[3]; added.VendorID != "w-704" || added.Last4 != "1111" || added.ExpirationDate != "12/30" || added.BillingZip != "98101" || !added.IsDefault || added.Type != "credit_card" {
		t.Errorf("read %+v", added)
	}
	s.resuming = true
	if err := s.do("paymentMethod.write", card+"}", &written{}); err != nil || carrier.Submitted(username) != 1 {
		t.Errorf("a resumed write: %v, %d submitted\n%s", err, carrier.Submitted(username), s.story())
	}
}

func TestTMobile_ScrollsOnlyAsFarAsTheLimit(t *testing.T) {
	t.Parallel()
	s, _, _ := subscribed(t, "good")
	for arguments, want := range map[string]struct{ bills, loaded int }{
		`{"limit":1}`: {1, 6}, `{"limit":6}`: {6, 6}, `{"limit":7}`: {7, 12}, "": {12, 12}, `{"limit":120}`: {20, 20},
	} {
		var read billing
		if err := s.do("mobileBillingStatement.read", arguments, &read); err != nil {
			t.Fatalf("%s: %v\n%s", arguments, err, s.story())
		}
		loaded := s.steps[len(s.steps)-1]
		if len(read.Billing) != want.bills || loaded.Word != "page.rows" || loaded.Matches != want.loaded {
			t.Errorf("%s: %d bills of %d loaded, want %+v", arguments, len(read.Billing), loaded.Matches, want)
		}
		for i, bill := range read.Billing {
			if bill.StatementID != bill.PeriodEnd || bill.PeriodStart >= bill.PeriodEnd || bill.PeriodEnd >= bill.DueDate || bill.Currency != "USD" {
				t.Errorf("bill %+v", bill)
			}
			if i > 0 && read.Billing[i-1].PeriodStart <= bill.PeriodStart {
				t.Errorf("bills out of order: %+v", read.Billing)
			}
		}
		if first := read.Billing[0]; first.AmountDue != 1185 {
			t.Errorf("the newest bill is %+v", first)
		}
		if len(read.Billing) > 1 && read.Billing[1].AmountDue != -12.4 {
			t.Errorf("the credit is %+v", read.Billing[1])
		}
	}
}

func TestTMobile_TypesNoCardWhereTheHostIsNotListed(t *testing.T) {
	t.Parallel()
	all, carrier := tmobileFixture(t)
	listed := slices.DeleteFunc(slices.Clone(all.script.Hosts), func(host string) bool { return strings.HasPrefix(host, "localhost:") })
	f := newFixture(t, "tmobile", "3", all.script.Site, listed...)
	scenario, _ := tmobile.ScenarioOf("good")
	s := f.loggedIn(t, scenario)
	err := s.do("paymentMethod.write", card+"}", &written{})
	if ending(err) != "SITE_CHANGED" || !strings.Contains(err.Error(), "not on the integration's list of hosts") || carrier.Submitted(scenario.Username) != 0 {
		t.Errorf("%v, %d submitted\n%s", err, carrier.Submitted(scenario.Username), s.story())
	}
}

func TestTMobile_RecordsNoSecretInAnyStep(t *testing.T) {
	t.Parallel()
	s, _, username := subscribed(t, "code")
	if err := s.do("paymentMethod.write", card+"}", &written{}); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	for _, secret := range []string{tmobile.Password, tmobile.Code, sandbox.CardNumber, username} {
		if strings.Contains(s.story(), secret) {
			t.Errorf("%q is in the steps:\n%s", secret, s.story())
		}
	}
}

func TestTMobile_EndsEveryScenarioAsItsTableSays(t *testing.T) {
	t.Parallel()
	checkTable(t, tmobile.Scenarios(), tmobile.ScenarioOf)
}
