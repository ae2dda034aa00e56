package e2e

import (
	"net/http"
	"strings"
	"testing"

	"passage/cmd/passage/demo"
)

func TestReceipt_IsForItsVisitorOnly(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	v := s.visitor(t, s.newLink(t, ask(readCards(), readBills())))
	shown := v.claim()
	receipt := shown.url + "/receipt"
	expect(t, "before the end it leads to", v.get(receipt).url, shown.url)
	user := someone(t, "flaky")
	failed := v.walk(shown, user.Person())
	expect(t, "where nothing was done it leads to", v.get(receipt).url, failed.url)
	expect(t, "a way to it", failed.leadsTo(receipt), false)

	done := v.walk(v.claimAgain(failed), user.Person())
	receipt = done.url + "/receipt"
	expect(t, "a way to it", done.leadsTo(receipt), true)
	expect(t, "a way to it from the claim URL", v.get(v.link.ClaimURL).leadsTo(receipt), true)
	page := v.get(receipt)
	expect(t, "status", page.status, http.StatusOK)
	expect(t, "its way back", page.leadsTo(done.url), true)
	session := s.sessionOf(t, v.link).ID
	for _, part := range []string{demo.Merchant, "Demo Mobile", "Your phone bills were read", "last four digits", "30 days", session[:len("sess_")+8]} {
		if !page.says(part) {
			t.Errorf("the receipt does not say %q", part)
		}
	}

	stranger := s.visitor(t, v.link)
	expect(t, "in another browser", stranger.get(receipt).status, http.StatusNotFound)
	expect(t, "a way to it in another browser", stranger.get(v.link.ClaimURL).leadsTo(receipt), false)
	expect(t, "of no session", v.get("/s/sess_none/receipt").status, http.StatusNotFound)
}

// What was not handed over is not told as if it were.
func TestReceipt_SaysWhatTheMerchantLearnedFromAPart(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	v := s.visitor(t, s.newLink(t, ask(readCards(), writeCard())))
	user := someone(t, "declined")
	failed := v.walk(v.claim(), user.Person())
	receipt := v.get(failed.url + "/receipt")
	expect(t, "a way to it", failed.leadsTo(receipt.url), true)
	said := text(receipt.byID("live"))
	if !strings.Contains(said, "Your payment methods were read") || !strings.Contains(said, "Whether each step succeeded, and nothing else") ||
		strings.Contains(said, "your payment methods: kind") {
		t.Errorf("the receipt says: %s", said)
	}
}
