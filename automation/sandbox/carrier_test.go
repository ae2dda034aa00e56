package sandbox_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"passage/automation/sandbox"
)

func TestCarrier_RefusesAPostWithoutTheVisitsToken(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.CarrierOptions{})
	const user = "good+csrf@demo.example"
	b := s.browser(t)
	b.signIn(user, sandbox.Password)
	other := s.browser(t)
	other.get("/signin")
	for _, token := range []string{"", "x", tokenField.FindStringSubmatch(other.page)[1]} {
		for _, path := range []string{"/account/payment-methods", "/account/payment-methods/pm_2/autopay", "/signout"} {
			b.post(path, "csrf", token, "token", b.token(sandbox.CardNumber, "12/30"), "name", "Ada", "zip", "98101")
			if b.status != http.StatusForbidden {
				t.Errorf("%s with token %q answered %d", path, token, b.status)
			}
		}
	}
	if n := s.Submitted(user); n != 0 {
		t.Errorf("%d cards submitted", n)
	}
	if cards := s.Cards(user); len(cards) != 3 || !cards[0].AutoPay {
		t.Errorf("cards = %+v", cards)
	}
	b.get("/account")
	b.at("/account")
}

func TestCarrier_StoresACardByTheFramesToken(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.CarrierOptions{})
	const user = "good+card@demo.example"
	b := s.browser(t)
	b.signIn(user, sandbox.Password)
	b.addCard("4111 1111 1111 1111", "12/30")
	b.at("/account/payment-methods")
	b.has("Your card was saved")
	b.count(`class="autopay"`, 1)
	b.get("/account/payment-methods")
	b.count("Your card was saved", 0)
	card := s.Cards(user)[0]
	want := sandbox.Card{ID: "pm_4", Type: "credit_card", Brand: "Visa", Last4: "1111", Expires: "12/30", Name: "Ada Example", Zip: "98101", AutoPay: true}
	if card != want {
		t.Errorf("card = %+v, want %+v", card, want)
	}
	b.send("/account/payment-methods/pm_2/autopay")
	b.count(`class="autopay"`, 1)
	if cards := s.Cards(user); !cards[2].AutoPay || cards[0].AutoPay {
		t.Errorf("cards = %+v", cards)
	}
}

func TestCarrier_KeepsTheOldCardAfterADeclinedOne(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.CarrierOptions{})
	for _, test := range []struct{ user, number, expires, says string }{
		{"declined@demo.example", sandbox.CardNumber, "12/30", "Your bank declined this card."},
		{"good+declined@demo.example", sandbox.DeclinedCard, "12/30", "Your bank declined this card."},
		{"good+expired@demo.example", sandbox.CardNumber, "10/26", "This card has expired."},
	} {
		b := s.browser(t)
		b.signIn(test.user, sandbox.Password)
		b.addCard(test.number, test.expires)
		b.has(test.says)
		b.has(`value="Ada Example"`) // what was typed is still there
		if n, cards := s.Submitted(test.user), s.Cards(test.user); n != 1 || len(cards) != 3 {
			t.Errorf("%s: %d submitted, %d cards", test.user, n, len(cards))
		}
	}
}

func TestCarrier_TakesATokenOnce(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.CarrierOptions{})
	b := s.browser(t)
	b.signIn("good+token@demo.example", sandbox.Password)
	token := b.token(sandbox.CardNumber, "11/26") // to the end of this month
	for i, want := range []string{"Your card was saved", "we lost its details"} {
		b.get("/account/payment-methods/new")
		b.send("/account/payment-methods", "token", token, "name", "Ada Example", "zip", fmt.Sprint(98101+i))
		b.has(want)
	}
}

func TestCardFrame_RefusesWhatIsNoCard(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.CarrierOptions{})
	b := s.browser(t)
	for _, card := range [][2]string{{"4111111111111112", "12/30"}, {"", "12/30"}, {"4111x11111111111", "12/30"}, {sandbox.CardNumber, "13/30"}, {sandbox.CardNumber, "1230"}} {
		if token := b.token(card[0], card[1]); token != "" {
			t.Errorf("%q: got a token", card)
		}
	}
}

func TestCarrier_SpreadsBillsOverPages(t *testing.T) {
	t.Parallel()
	b := open(t, sandbox.CarrierOptions{}).browser(t)
	b.signIn("good+bills@demo.example", sandbox.Password)
	seen := 0
	for page, bills := range []int{5, 5, 4} {
		b.get(fmt.Sprintf("/account/bills?page=%d", page+1))
		b.has(fmt.Sprintf(`data-page="%d"`, page+1))
		b.count(`class="bill"`, bills)
		b.count(`rel="next"`, min(1, 2-page))
		b.count(`rel="prev"`, min(1, page))
		seen += bills
	}
	for _, odd := range []string{"", "?page=0", "?page=-3", "?page=x"} {
		b.get("/account/bills" + odd)
		b.has(`data-page="1"`)
	}
	b.get("/account/bills?page=99")
	b.has(`data-page="3"`)
	b.get("/account/bills")
	b.has(`datetime="2026-10-04"`) // the newest ended on the 3rd of this month
}

func TestCarrier_ShowsANewcomerNothing(t *testing.T) {
	t.Parallel()
	b := open(t, sandbox.CarrierOptions{}).browser(t)
	b.signIn("newcomer@demo.example", sandbox.Password)
	b.at("/account")
	b.get("/account/bills")
	b.count(`class="bill"`, 0)
	b.has("no bill yet")
	b.get("/account/payment-methods")
	b.count(`class="method`, 0)
}

func TestCarrier_FailsTheFlakyUsersFirstVisitOnly(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.CarrierOptions{})
	for visit, want := range []int{500, 200, 200} {
		b := s.browser(t)
		b.signIn("flaky+test@demo.example", sandbox.Password)
		b.at("/account")
		for _, path := range []string{"/account/bills", "/account/payment-methods"} {
			if b.get(path); b.status != want {
				t.Errorf("visit %d: %s answered %d, want %d", visit, path, b.status, want)
			}
		}
	}
}

func TestCarrier_StoresTheCardWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.CarrierOptions{})
	const user = "unconfirmed+test@demo.example"
	b := s.browser(t)
	b.signIn(user, sandbox.Password)
	b.addCard(sandbox.CardNumber, "12/30")
	b.has(`id="trouble"`)
	if b.get("/account/payment-methods"); b.status != 500 {
		t.Errorf("answered %d in the same visit", b.status)
	}
	b = s.browser(t)
	b.signIn(user, sandbox.Password)
	b.get("/account/payment-methods")
	b.count("1111", 1)
	if n := s.Submitted(user); n != 1 {
		t.Errorf("%d submitted", n)
	}
}

func TestCarrier_RedesignsEveryPage(t *testing.T) {
	t.Parallel()
	b := open(t, sandbox.CarrierOptions{}).browser(t)
	b.signIn("redesigned@demo.example", sandbox.Password)
	b.at("/account")
	for _, path := range []string{"/account/bills", "/account/payment-methods"} {
		b.get(path)
		b.count(`class="bill"`, 0)
		b.count(`class="method`, 0)
		b.count(`id="`, 0)
	}
}

func TestCarrier_KeepsOnlyTheSlowUserWaiting(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.CarrierOptions{Slow: 300 * time.Millisecond})
	for user, want := range map[string]bool{"slow@demo.example": true, "good+slow@demo.example": false} {
		b := s.browser(t)
		b.signIn(user, sandbox.Password)
		start := time.Now()
		b.get("/account/bills")
		if took := time.Since(start); (took >= 300*time.Millisecond) != want {
			t.Errorf("%s waited %s", user, took)
		}
	}
}

func TestCarrier_SharesNothingBetweenUsers(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.CarrierOptions{})
	for i := range 12 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			user := fmt.Sprintf("good+parallel-%d@demo.example", i)
			b := s.browser(t)
			b.signIn(user, sandbox.Password)
			for range i % 4 {
				b.addCard(sandbox.CardNumber, "12/30")
			}
			if got := len(s.Cards(user)); got != 3+i%4 {
				t.Errorf("%s has %d cards, want %d", user, got, 3+i%4)
			}
		})
	}
}
