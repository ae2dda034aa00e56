package integrations_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"passage/automation/replica"
	"passage/automation/replica/tmobile"
)

// pinewave is the replica with the script of tmobile pointed at it.
func pinewave(t *testing.T, patience string) (*world, *tmobile.Carrier) {
	t.Helper()
	var my, identity, frame *httptest.Server
	carrier := tmobile.New(tmobile.Options{
		My:       func() string { return my.URL },
		Identity: func() string { return identity.URL },
		Frame:    func() string { return "http://" + hostOf(t, frame.URL, "localhost") },
		Slow:     400 * time.Millisecond,
		Approval: 400 * time.Millisecond,
	})
	my, identity, frame = serve(t, carrier.My()), serve(t, carrier.Identity()), serve(t, carrier.CardFrame())
	return newWorld(t, "tmobile", patience, my.URL, hostOf(t, identity.URL, "127.0.0.1"), hostOf(t, frame.URL, "localhost")), carrier
}

// pinewaveAsked is what some persons are asked, with the reason if again.
var pinewaveAsked = map[string][]string{
	"good":      {"credentials"},
	"method":    {"credentials"},
	"code":      {"credentials", "one_time_code"},
	"choice":    {"credentials", "choice code_method", "one_time_code"},
	"clumsy":    {"credentials", "one_time_code", "one_time_code wrong_code"},
	"expired":   {"credentials", "one_time_code", "one_time_code expired_code", "one_time_code"},
	"push":      {"credentials", "approval"},
	"forgetful": {"credentials", "credentials wrong_password", "credentials wrong_password"},
	"wall":      {"credentials"},
}

// pinewaveWhole are the users whose scenario is about what comes after the
// log-in, and who therefore go through all of it.
var pinewaveWhole = []string{"good", "alert", "unload", "newcomer", "slow", "flaky", "unconfirmed", "vanished", "declined", "redesigned", "shadow"}

func TestEveryUserOfTmobileEndsAsTheTableSays(t *testing.T) {
	t.Parallel()
	w, carrier := pinewave(t, "20")
	trial{
		in: w, hasty: newWorld(t, "tmobile", "2", w.script.Site, w.script.Hosts...), asked: pinewaveAsked, submitted: carrier.Submitted,
		run: func(s *session, user replica.Scenario) error {
			if err := s.run.Login(); err != nil || !slices.Contains(pinewaveWhole, user.Name) {
				return err
			}
			return s.link(card)
		},
		card: func(s replica.Scenario) bool {
			return slices.Contains(pinewaveWhole, s.Name) && s.Again == replica.Complete || slices.Contains([]string{"declined", "vanished"}, s.Name)
		},
	}.of(t, tmobile.Scenarios())
}

// subscribed is a session of a user of Pinewave who has logged in.
func subscribed(t *testing.T, name string) (*session, *tmobile.Carrier, string) {
	t.Helper()
	w, carrier := pinewave(t, "20")
	scenario, _ := tmobile.ScenarioOf(name)
	return w.loggedIn(t, scenario), carrier, scenario.Username
}

func TestTmobileReadsWhatIsStoredAndWhatItWrote(t *testing.T) {
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

func TestTmobileScrollsOnlyAsFarAsTheLimit(t *testing.T) {
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

func TestTmobileTypesNoCardWhereTheHostIsNotListed(t *testing.T) {
	t.Parallel()
	all, carrier := pinewave(t, "20")
	listed := slices.DeleteFunc(slices.Clone(all.script.Hosts), func(host string) bool { return strings.HasPrefix(host, "localhost:") })
	w := newWorld(t, "tmobile", "3", all.script.Site, listed...)
	scenario, _ := tmobile.ScenarioOf("good")
	s := w.loggedIn(t, scenario)
	err := s.do("paymentMethod.write", card+"}", &written{})
	if ending(err) != "SITE_CHANGED" || !strings.Contains(err.Error(), "not on the integration's list of hosts") || carrier.Submitted(scenario.Username) != 0 {
		t.Errorf("%v, %d submitted\n%s", err, carrier.Submitted(scenario.Username), s.story())
	}
}

func TestTmobileIsNeverShownASecretInItsSteps(t *testing.T) {
	t.Parallel()
	s, _, username := subscribed(t, "code")
	if err := s.do("paymentMethod.write", card+"}", &written{}); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	for _, secret := range []string{tmobile.Password, tmobile.Code, replica.CardNumber, username} {
		if strings.Contains(s.story(), secret) {
			t.Errorf("%q is in the steps:\n%s", secret, s.story())
		}
	}
}

func TestEveryScenarioOfTmobileIsWhole(t *testing.T) {
	t.Parallel()
	checkTable(t, tmobile.Scenarios(), tmobile.ScenarioOf)
}
