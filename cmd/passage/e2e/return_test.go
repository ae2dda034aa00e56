package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"passage/cmd/passage/demo"
)

// A link that requires the return gives nothing to whoever made it before the
// person is back with the code that only their own browser was shown.
func TestRequireReturn_ReleasesDataOnlyToTheMerchantOfTheReturn(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	address, arrivals := receiver(t)
	request := ask(readCards(), readBills())
	request["requireReturn"], request["webhookUrl"] = true, address
	v := s.visitor(t, s.newLink(t, request))
	user := someone(t, "good")
	done := v.walk(v.claim(), user.Person())
	expect(t, "the end", done.end(), "complete")

	code := returnCode(t, done)
	plain := "https://shop.example/done?cart=7&linkId=" + v.link.LinkID
	expect(t, "the way back", done.wayBack(), plain+"&returnCode="+code+"#top")
	expect(t, "opened again", v.get(done.url).wayBack(), done.wayBack())
	expect(t, "the claim URL opened again", v.get(v.link.ClaimURL).url, done.url)

	other := s.visitor(t, v.link).get(v.link.ClaimURL)
	expect(t, "the claim URL in another browser", other.end(), "complete")
	expect(t, "its way back", other.wayBack(), plain+"#top")
	expect(t, "the session in another browser", s.visitor(t, v.link).get(done.url).status, http.StatusNotFound)

	before := s.link(t, v.link.LinkID)
	expect(t, "before the return", before.Status, "active")
	expect(t, "the result before the return", string(before.Result), "null")
	wrong := s.call(t, http.MethodPost, "/v1/links/"+v.link.LinkID+"/redeem", map[string]any{"returnCode": "rtn_guess"})
	wrong.wantError(t, http.StatusNotFound, "wrong_return_code")

	var released linkNow
	for range 2 { // as a merchant does whose first reply got lost
		s.call(t, http.MethodPost, "/v1/links/"+v.link.LinkID+"/redeem", map[string]any{"returnCode": code}).want(t, http.StatusOK, &released)
		expect(t, "released", released.Status, "complete")
		if !strings.Contains(string(released.Result), "paymentMethods") {
			t.Errorf("the result is %s", released.Result)
		}
	}
	heard := s.read(t, <-arrivals) // the first that was sent at all
	expect(t, "heard", heard.Event+" "+heard.SessionID, "link.complete "+before.CurrentSessionID)
	expect(t, "the result heard of", string(heard.Result), string(released.Result))
	expect(t, "the page afterwards", v.get(done.url).wayBack(), plain+"#top")
	if strings.Contains(s.logs.String(), code) {
		t.Error("the code is in the logs")
	}
}

// returnCode is what the person takes along to the merchant.
func returnCode(t *testing.T, done *screen) string {
	t.Helper()
	back, err := url.Parse(done.wayBack())
	if err != nil {
		t.Fatal(err)
	}
	code := back.Query().Get("returnCode")
	if len(code) < 32 || !done.says("go back to "+demo.Merchant) {
		t.Fatalf("the last page does not lead back with a code: %d characters, %q", len(code), text(done.byID("live")))
	}
	return code
}

func TestRequireReturn_LeavesNothingWhenCancelled(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	request := ask(readBills())
	request["requireReturn"] = true
	v := s.visitor(t, s.newLink(t, request))
	user := someone(t, "good")
	done := v.walk(v.claim(), user.Person())
	code := returnCode(t, done)
	var cancelled linkNow
	s.call(t, http.MethodPost, "/v1/links/"+v.link.LinkID+"/cancel", nil).want(t, http.StatusOK, &cancelled)
	expect(t, "cancelled", cancelled.code(), "LINK_CANCELLED")
	expect(t, "its result", string(cancelled.Result), "null")
	s.call(t, http.MethodPost, "/v1/links/"+v.link.LinkID+"/redeem", map[string]any{"returnCode": code}).
		wantError(t, http.StatusGone, "link_expired")
	after := v.get(done.url)
	if strings.Contains(after.wayBack(), "returnCode") || !after.says(demo.Merchant+" did not collect what was read") {
		t.Errorf("afterwards the person reads: %q", text(after.byID("live")))
	}
}
