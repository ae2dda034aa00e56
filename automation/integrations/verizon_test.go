package integrations_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"passage/automation/sandbox/verizon"
)

const verizonCard = `{"cardNumber":"4111111111111111","expirationDate":"12/30","cvv":"737","nameOnCard":"Iris Specimen","billingZip":"60601"`

// verizonFixture is Copperline with the script of verizon pointed at it.
func verizonFixture(t *testing.T) (*fixture, *verizon.Carrier) {
	t.Helper()
	now := time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
	var processor *httptest.Server
	began := time.Now()
	carrier := verizon.New(verizon.Options{
		Now:       func() time.Time { return now.Add(time.Since(began)) },
		Processor: func() string { return "http://" + hostOf(t, processor.URL, "localhost") },
	})
	processor = serve(t, carrier.Processor())
	return newFixture(t, "verizon", "20", serve(t, carrier.Site()).URL, hostOf(t, processor.URL, "localhost")), carrier
}

// verizonSignedIn is a session of a user who logs in with the password alone.
func verizonSignedIn(t *testing.T, f *fixture, suffix string) (*session, string) {
	t.Helper()
	good, _ := verizon.ScenarioOf("good+" + suffix + "@" + verizon.Domain)
	return f.loggedIn(t, good), good.Username
}

func TestVerizon_FillsEverythingAndChangesNothingInADryRun(t *testing.T) {
	t.Parallel()
	f, site := verizonFixture(t)
	s, username := verizonSignedIn(t, f, "dry")
	var wrote written
	address := `,"billingAddress":{"line1":"12 Example Street","line2":"Apt 4","city":"Chicago","state":"IL"}}`
	if err := s.do("paymentMethod.write", verizonCard+`,"dryRun":true`+address, &wrote); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	if wrote.Success || !wrote.DryRun || wrote.Card.Last4 != "1111" {
		t.Errorf("wrote %+v", wrote)
	}
	for _, selector := range []string{"#secure-form >> #card-details >> #number", "#secure-form >> #card-details >> #cvv", "#zip", "#street"} {
		if !strings.Contains(s.story(), selector) {
			t.Errorf("%s was not filled:\n%s", selector, s.story())
		}
	}
	// The page objects to being left; the next operation leaves it all the same.
	var read methods
	if err := s.do("paymentMethod.read", "", &read); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	if n := site.Submitted(username); n != 0 || s.submitted || len(read.PaymentMethods) != 2 {
		t.Errorf("%d submitted, %d stored", n, len(read.PaymentMethods))
	}
}

func TestVerizon_ReadsAWrittenCardBackFromNestedShadowRoots(t *testing.T) {
	t.Parallel()
	f, site := verizonFixture(t)
	s, username := verizonSignedIn(t, f, "write")
	address := `,"billingAddress":{"line1":"12 Example Street","line2":"Apt 4","city":"Chicago","state":"IL"}}`
	if err := s.do("paymentMethod.write", verizonCard+address, &written{}); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	want := verizon.Card{ID: "w-3", Kind: "credit", Brand: "Visa", Last4: "1111", Expires: "12/30", Name: "Iris Specimen", Zip: "60601",
		Address: "12 Example Street, Apt 4, Chicago, IL", Default: true}
	if got := site.Cards(username)[2]; got != want {
		t.Errorf("stored %+v, want %+v", got, want)
	}
	if site.PaperFree(username) {
		t.Error("signed up for something that nobody asked for")
	}
	var read methods
	if err := s.do("paymentMethod.read", "", &read); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	if len(read.PaymentMethods) != 3 {
		t.Fatalf("read %+v", read)
	}
	bank, card := read.PaymentMethods[1], read.PaymentMethods[2]
	if bank.Type != "bank_account" || bank.ExpirationDate != "" || bank.Brand != "Sample Savings Bank" || read.PaymentMethods[0].IsDefault {
		t.Errorf("read %+v", read)
	}
	if card.Order != 2 || card.VendorID != "w-3" || !card.IsDefault || card.ExpirationDate != "12/30" || card.BillingZip != "60601" {
		t.Errorf("read %+v", card)
	}
}

func TestVerizon_DoesNotWriteTwiceWhenResumed(t *testing.T) {
	t.Parallel()
	f, site := verizonFixture(t)
	s, username := verizonSignedIn(t, f, "resume")
	s.resuming = true
	for range 2 { // nothing there yet, then there
		if err := s.do("paymentMethod.write", verizonCard+"}", &written{}); err != nil {
			t.Fatalf("%v\n%s", err, s.story())
		}
	}
	if n := site.Submitted(username); n != 1 {
		t.Errorf("%d submitted", n)
	}
}

func TestVerizon_RejectsADeclinedCard(t *testing.T) {
	t.Parallel()
	f, site := verizonFixture(t)
	for name, test := range map[string]struct {
		number, expires, says string
		submitted             int
	}{
		"declined": {verizon.DeclinedCard, "12/30", "did not accept", 1},
		"expired":  {"4111111111111111", "01/20", "expires in 2020", 0},
		"over":     {"4111111111111111", "10/26", "has expired", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, username := verizonSignedIn(t, f, name)
			arguments := strings.NewReplacer("4111111111111111", test.number, "12/30", test.expires).Replace(verizonCard + "}")
			err := s.do("paymentMethod.write", arguments, &written{})
			if ending(err) != "OPERATION_REJECTED" || !strings.Contains(err.Error(), test.says) {
				t.Errorf("ended with %v\n%s", err, s.story())
			}
			if n := site.Submitted(username); n != test.submitted {
				t.Errorf("%d submitted, want %d", n, test.submitted)
			}
		})
	}
}

func TestVerizon_ReadsTheChosenLinesBillsOverTheYears(t *testing.T) {
	t.Parallel()
	f, site := verizonFixture(t)
	family, _ := verizon.ScenarioOf("family@" + verizon.Domain)
	s := f.loggedIn(t, family)
	all := site.Bills(family.Username, family.Answers.Choice)
	for arguments, want := range map[string]int{"": 12, `{"limit":1}`: 1, `{"limit":100}`: len(all)} {
		var read billing
		if err := s.do("mobileBillingStatement.read", arguments, &read); err != nil {
			t.Fatalf("%v\n%s", err, s.story())
		}
		if len(read.Billing) != want {
			t.Fatalf("%s: %d bills, want %d", arguments, len(read.Billing), want)
		}
		for i, got := range read.Billing {
			b := all[i]
			if got.StatementID != b.ID || got.PeriodStart != b.Start.Format(time.DateOnly) || got.PeriodEnd != b.End.Format(time.DateOnly) ||
				got.DueDate != b.Due.Format(time.DateOnly) || got.AmountDue != float64(b.Cents)/100 || got.Currency != "USD" {
				t.Errorf("read %+v of %+v", got, b)
			}
		}
	}
}
