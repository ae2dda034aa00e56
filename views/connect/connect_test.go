package connect

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"passage/automation/outcome"
	"passage/views"
)

func html(t *testing.T, component templ.Component) string {
	t.Helper()
	var page strings.Builder
	if err := component.Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

func testLayout() Layout {
	return Layout{
		Text: views.Match("en"), Merchant: "Acme", Service: "Demo Mobile", Integration: "demo",
		Return: "https://shop.example/done?linkId=link_1", Cancel: "/s/1/cancel", Stream: "/s/1/events", Revision: 3,
	}
}

func mustHold(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
}

func mustNotHold(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(page, part) {
			t.Errorf("the page holds %s", part)
		}
	}
}

func TestReturnLink_KeepsTheAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"https://your-app.com/done?linkId=link_abc123",
		"myapp://callback?ref=foo&linkId=link_abc123",
		"com.example.app:/back?linkId=link_abc123",
		"https://a.example/x?y=%20a+b&linkId=link_abc123#frag",
	} {
		f := testLayout()
		f.Return = address
		for name, model := range map[string]Model{"done": Done{}, "failed": Failed{Code: outcome.UserCancelled}, "expired": Expired{}} {
			want := `href="` + strings.ReplaceAll(address, "&", "&amp;") + `"`
			if page := html(t, Page(f, model)); !strings.Contains(page, want) {
				t.Errorf("%s: %s is not rendered as it is", name, address)
			}
		}
	}
}

func TestPage_EscapesTextsOfSiteAndMerchant(t *testing.T) {
	t.Parallel()
	const nasty = `"><script>alert(1)</script>{merchant}`
	f := testLayout()
	f.Merchant, f.Service = nasty, nasty
	for _, model := range []Model{
		Claim{User: nasty, Operations: []Operation{{Resource: nasty, Action: nasty, Last4: nasty, Brand: nasty}}},
		Question{Question: nasty}, Choice{Options: []Option{{nasty, nasty}}}, Code{SentTo: nasty}, Approval{SentTo: nasty}, Approval{Number: nasty},
		Confirm{Changes: []Change{{nasty, nasty, nasty}}},
		LogIn{Fields: []Field{{Name: nasty, Label: nasty, Autocomplete: nasty}}, Values: map[string]string{nasty: nasty}},
	} {
		mustNotHold(t, html(t, Page(f, model)), "<script>alert")
	}
}

func TestLogIn_NeverRefillsSecretFields(t *testing.T) {
	t.Parallel()
	page := html(t, Page(testLayout(), LogIn{
		Ask:    Ask{Action: "/s/1", Prompt: "p2", Reason: "wrong_password", AttemptsLeft: 2},
		Fields: []Field{{Name: "username", Autocomplete: "username"}, {Name: "password", Autocomplete: "current-password", Secret: true}},
		Values: map[string]string{"username": "ada", "password": "hunter2"},
	}))
	mustNotHold(t, page, "hunter2")
	mustHold(t, page, `value="ada"`, `autocomplete="current-password"`, "You have 2 tries left.", `aria-describedby="reason"`)
	if strings.Index(page, "autofocus") < strings.Index(page, `type="password"`) {
		t.Error("the focus is not in the password field")
	}
}

func TestCode_SubmitsItselfOnlyTheFirstTime(t *testing.T) {
	t.Parallel()
	first := html(t, Page(testLayout(), Code{Ask: Ask{Prompt: "p1"}, Digits: 6}))
	mustHold(t, first, `data-digits="6"`, `inputmode="numeric"`, `autocomplete="one-time-code"`, "sent by itself")
	mustNotHold(t, first, "maxlength")
	again := html(t, Page(testLayout(), Code{Ask: Ask{Prompt: "p2", Reason: "wrong_code"}, Digits: 6}))
	mustNotHold(t, again, "data-digits", "sent by itself")
	mustHold(t, again, `aria-invalid="true"`)
}

func TestPage_RefreshesOnlyWithoutAPrompt(t *testing.T) {
	t.Parallel()
	const refresh = `http-equiv="refresh"`
	for _, model := range []Model{Working{}, Approval{}, Approval{Number: "42"}, OtherDevice{Waiting: true}} {
		mustHold(t, html(t, Page(testLayout(), model)), refresh)
	}
	for _, model := range []Model{Claim{}, LogIn{}, Code{}, Choice{}, Question{}, Confirm{}, Done{}, Failed{}, Expired{}, NotFound{}, OtherDevice{}} {
		mustNotHold(t, html(t, Page(testLayout(), model)), refresh)
	}
}

func TestPage_OffersCancelUntilTheEnd(t *testing.T) {
	t.Parallel()
	f := testLayout()
	mustHold(t, html(t, Page(f, Working{})), `action="/s/1/cancel"`)
	mustNotHold(t, html(t, Page(f, Working{})), "may not undo")
	f.Submitted = true
	mustHold(t, html(t, Page(f, Working{})), "Cancelling now may not undo the change.")
	mustNotHold(t, html(t, Page(f, Done{})), `action="/s/1/cancel"`)
	mustNotHold(t, html(t, Page(f, Failed{})), `action="/s/1/cancel"`)
}

func TestFailed_ShowsFirstWhatWasDone(t *testing.T) {
	t.Parallel()
	page := html(t, Page(testLayout(), Failed{
		Code: outcome.SiteChanged,
		Operations: []Operation{
			{Resource: "paymentMethod", Action: "write", Last4: "1111", Status: StatusComplete},
			{Resource: "mobileBillingStatement", Action: "read", Status: StatusFailed},
			{Resource: "paymentMethod", Action: "read", Status: StatusPending},
		},
	}))
	done := strings.Index(page, "Your AutoPay card was replaced with the card ending in 1111")
	missed := strings.Index(page, "Your phone bills were not read")
	if done < 0 || missed < 0 || done > missed {
		t.Errorf("done at %d, not done at %d", done, missed)
	}
	mustHold(t, page, "Your payment methods were not read")
	mustNotHold(t, page, "Try again", "SITE_CHANGED")
}

func TestReceipt_SaysWhatTheMerchantGets(t *testing.T) {
	t.Parallel()
	read := Operation{Resource: "mobileBillingStatement", Action: "read", Status: StatusComplete}
	const bills = "your phone bills: period, due date and amount"
	for handover, says := range map[Delivery]string{
		DeliveredInFull: "Handed over</dt>", DeliveredOnReturn: "Handed over once you are back</dt>",
		NeverDelivered: "Acme did not collect what was read.", DeliveredStatusOnly: "Whether each step succeeded",
	} {
		page := html(t, Page(testLayout(), Receipt{Operations: []Operation{read}, At: time.Unix(0, 0), Delivery: handover, Back: "/s/1"}))
		mustHold(t, page, says, "Your phone bills were read", `href="/s/1"`, "January 1, 1970")
		if got := strings.Count(page, bills); (got > 0) != (handover == DeliveredInFull || handover == DeliveredOnReturn) {
			t.Errorf("handover %d names the bills %d times", handover, got)
		}
	}
	for status, due := range map[Status]bool{StatusPending: false, StatusFailed: false, StatusUnknown: true, StatusComplete: true} {
		read.Status = status
		if got := (Receipt{Operations: []Operation{read, {}}}).Due(); got != due {
			t.Errorf("a receipt where something is %s: %t", status, got)
		}
	}
}

func TestReturnLink_IsFollowedOnlyTheFirstTime(t *testing.T) {
	t.Parallel()
	mustHold(t, html(t, Page(testLayout(), Done{AutoReturn: true})), `id="return"`, "data-auto")
	mustNotHold(t, html(t, Page(testLayout(), Done{Already: true})), "data-auto")
}

func TestLive_IsTheRegionOfThePage(t *testing.T) {
	t.Parallel()
	model := Working{LogIn: StatusRunning, Operations: []Operation{{Resource: "paymentMethod", Action: "read", Status: StatusPending}}}
	live := html(t, Live(testLayout(), model))
	if !strings.HasPrefix(live, `<div id="live"`) {
		t.Errorf("the live region starts with %.40s", live)
	}
	mustHold(t, html(t, Page(testLayout(), model)), live)
	mustHold(t, live, `data-revision="3"`, "Log in to Demo Mobile: Logging in.")
}

func TestSummary_NeverCallsATrialAChange(t *testing.T) {
	t.Parallel()
	trial := []Operation{{Resource: "paymentMethod", Action: "write", Last4: "1111", DryRun: true, Status: StatusComplete}}
	mustNotHold(t, html(t, Page(testLayout(), Claim{Operations: trial})), "Changes your account")
	mustHold(t, html(t, Page(testLayout(), Done{Operations: trial})), "nothing was changed")
	mustNotHold(t, html(t, Page(testLayout(), Done{Operations: trial})), "was replaced with")
}
