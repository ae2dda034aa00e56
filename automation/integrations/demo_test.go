package integrations_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"passage/automation/sandbox"
)

const card = `{"cardNumber":"` + sandbox.CardNumber + `","expirationDate":"12/30","cvv":"737","nameOnCard":"Ada Example","billingZip":"98101"`

// demoFixture is the demo carrier with its script pointed at it.
type demoFixture struct {
	*fixture
	*sandbox.Carrier
}

func newDemo(t *testing.T) demoFixture {
	t.Helper()
	var frame *httptest.Server
	carrier := sandbox.NewCarrier(sandbox.CarrierOptions{
		FrameURL: func() string { return "http://" + hostOf(t, frame.URL, "localhost") },
	})
	frame = serve(t, carrier.CardFrame())
	return demoFixture{newFixture(t, "demo", "20", serve(t, carrier.Site()).URL, hostOf(t, frame.URL, "localhost")), carrier}
}

// signedIn is a session of a user who logs in with the password alone.
func (f demoFixture) signedIn(t *testing.T, suffix string) (*session, string) {
	t.Helper()
	good, _ := sandbox.ScenarioOf("good")
	good = good.For(suffix)
	return f.loggedIn(t, good), good.Username
}

func TestDemo_FillsEverythingAndChangesNothingInADryRun(t *testing.T) {
	t.Parallel()
	f := newDemo(t)
	s, username := f.signedIn(t, "dry")
	var wrote written
	err := s.do("paymentMethod.write", card+`,"dryRun":true,"billingAddress":{"line1":"12 Example Street","city":"Seattle","state":"WA"}}`, &wrote)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	if wrote.Success || !wrote.DryRun || wrote.Card.Last4 != "1111" {
		t.Errorf("wrote %+v", wrote)
	}
	if n := f.Submitted(username); n != 0 || s.submitted {
		t.Errorf("%d submitted", n)
	}
	for _, selector := range []string{"#card-frame >> #card-number", "#card-frame >> #card-cvv", "#zip", "#state"} {
		if !strings.Contains(s.story(), selector) {
			t.Errorf("%s was not filled:\n%s", selector, s.story())
		}
	}
}

func TestDemo_ReadsAWrittenCardBackAsTheDefault(t *testing.T) {
	t.Parallel()
	f := newDemo(t)
	s, username := f.signedIn(t, "write")
	var wrote written
	if err := s.do("paymentMethod.write", card+`,"billingAddress":{"line1":"12 Example Street","city":"Seattle","state":"WA"}}`, &wrote); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	stored := f.Cards(username)[0]
	if stored.Last4 != "1111" || stored.Address != "12 Example Street, Seattle, WA" || stored.Name != "Ada Example" || !stored.AutoPay {
		t.Errorf("stored %+v", stored)
	}
	var read methods
	if err := s.do("paymentMethod.read", "", &read); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	first := read.PaymentMethods[0]
	if len(read.PaymentMethods) != 4 || first.VendorID != "pm_4" || !first.IsDefault || first.ExpirationDate != "12/30" || first.BillingZip != "98101" {
		t.Errorf("read %+v", read)
	}
	bank := read.PaymentMethods[3]
	if bank.Type != "bank_account" || bank.ExpirationDate != "" || bank.IsDefault {
		t.Errorf("read %+v", bank)
	}
	want := []string{"opening_payment_methods 0", "filling_card 0", "submitting_card 0", "checking_card 0", "opening_payment_methods 0", "found_payment_methods 4"}
	if !slices.Equal(s.progress, want) {
		t.Errorf("progress %q, want %q", s.progress, want)
	}
}

func TestDemo_DoesNotWriteTwiceWhenResumed(t *testing.T) {
	t.Parallel()
	f := newDemo(t)
	s, username := f.signedIn(t, "resume")
	for _, resuming := range []bool{true, true} { // nothing there yet, then there
		s.resuming = resuming
		if err := s.do("paymentMethod.write", card+"}", &written{}); err != nil {
			t.Fatalf("%v\n%s", err, s.story())
		}
	}
	if n := f.Submitted(username); n != 1 {
		t.Errorf("%d submitted", n)
	}
}

func TestDemo_RejectsADeclinedCardInTheSitesWords(t *testing.T) {
	t.Parallel()
	f := newDemo(t)
	for name, test := range map[string]struct{ number, expires, says string }{
		"declined": {sandbox.DeclinedCard, "12/30", "declined"},
		"expired":  {sandbox.CardNumber, "01/20", "expired"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := f.signedIn(t, name)
			arguments := strings.NewReplacer(sandbox.CardNumber, test.number, "12/30", test.expires).Replace(card + "}")
			err := s.do("paymentMethod.write", arguments, &written{})
			if ending(err) != "OPERATION_REJECTED" || !strings.Contains(err.Error(), test.says) {
				t.Errorf("ended with %v\n%s", err, s.story())
			}
		})
	}
}

func TestDemo_ReadsBillsOverPagesUpToTheLimit(t *testing.T) {
	t.Parallel()
	f := newDemo(t)
	s, _ := f.signedIn(t, "bills")
	for arguments, want := range map[string]int{"": 12, `{"limit":1}`: 1, `{"limit":5}`: 5, `{"limit":6}`: 6, `{"limit":100}`: 14} {
		var read billing
		if err := s.do("mobileBillingStatement.read", arguments, &read); err != nil {
			t.Fatalf("%v\n%s", err, s.story())
		}
		if len(read.Billing) != want {
			t.Errorf("%s: %d bills, want %d", arguments, len(read.Billing), want)
		}
		seen := map[string]bool{}
		for _, bill := range read.Billing {
			if seen[bill.StatementID] || bill.AmountDue <= 0 || bill.Currency != "USD" || bill.PeriodStart >= bill.PeriodEnd || bill.PeriodEnd >= bill.DueDate {
				t.Errorf("bill %+v", bill)
			}
			seen[bill.StatementID] = true
		}
	}
	if !slices.Contains(s.progress, fmt.Sprint("found_bills ", 14)) {
		t.Errorf("progress %q", s.progress)
	}
}

func TestDemo_RecordsNothingTypedInAnyStep(t *testing.T) {
	t.Parallel()
	f := newDemo(t)
	code, _ := sandbox.ScenarioOf("code")
	s := f.loggedIn(t, code.For("canary"))
	if err := s.do("paymentMethod.write", card+"}", &written{}); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	for _, secret := range []string{sandbox.Password, sandbox.Code, sandbox.CardNumber, code.For("canary").Username} {
		if strings.Contains(fmt.Sprintf("%+v", s.steps), secret) {
			t.Errorf("%q is in the steps:\n%s", secret, s.story())
		}
	}
}
