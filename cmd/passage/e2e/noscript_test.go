package e2e

import (
	"net/http"
	"strings"
	"testing"

	"passage/automation/sandbox"
	"passage/cmd/passage/demo"
)

// The hosted flow as a person meets it whose browser runs no script.

func TestClaimPage_SaysWhoAsksForWhat(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	request := ask(readCards(), writeCard(), readBills())
	request["userLabel"] = "ada@customers.example"
	v := s.visitor(t, s.newLink(t, request))
	shown := v.get(v.link.ClaimURL)
	expect(t, "status", shown.status, http.StatusOK)
	for _, part := range []string{demo.Merchant, "Demo Mobile", "ada@customers.example", "shop.example", "1111"} {
		if !shown.says(part) {
			t.Errorf("the page does not say %q", part)
		}
	}
	if strings.Contains(shown.body, sandbox.CardNumber) {
		t.Error("the page shows the card's number")
	}
	stopped := v.get("/c/" + v.link.ClaimCode + "/stop")
	expect(t, "after “Not you?”", stopped.end(), "stopped")
	expect(t, "the link", s.link(t, v.link.LinkID).Status, "pending")
}

func TestWrongPassword_IsAskedForAgainInPlace(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	user := someone(t, "forgetful")
	v := s.visitor(t, s.newLink(t, ask(readBills())))
	shown := v.claim()
	address, person := shown.url, user.Person()
	expect(t, "tries left at first", shown.says("left"), false)

	for _, left := range []string{"You have 2 tries left.", "You have 1 try left."} {
		shown = v.next(v.submit(shown.asks(), person.Answer("credentials")))
		expect(t, "the user name", shown.value("field-username"), user.Username)
		expect(t, "the password", shown.value("field-password"), "")
		expect(t, "the address", shown.url, address)
		if !shown.says("did not accept this user name and password") || !shown.says(left) {
			t.Errorf("the page does not say what was wrong and %q: %s", left, text(shown.byID("reason")))
		}
		if strings.Contains(shown.body, "letmein") {
			t.Error("the page shows what was typed")
		}
	}
	last := v.walk(v.submit(shown.asks(), person.Answer("credentials")), person)
	expect(t, "the end", last.end(), "complete")
	expect(t, "sessions", len(s.link(t, v.link.LinkID).Sessions), 1)
	expect(t, "log-ins", s.logIns.of(user.Username), 1)
}

func TestWrongCode_IsAskedForAgainInPlace(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	user := someone(t, "clumsy")
	v := s.visitor(t, s.newLink(t, ask(readBills())))
	person := user.Person()
	shown := v.next(v.submit(v.claim().asks(), person.Answer("credentials")))
	if !shown.says("(•••) •••-4410") || attr(shown.byID("code"), "autocomplete") != "one-time-code" ||
		attr(shown.byID("code"), "inputmode") != "numeric" {
		t.Error("the page does not ask for the code as it should")
	}

	mended := v.submit(shown.asks(), map[string]string{"code": "12"})
	expect(t, "status of a code too short", mended.status, http.StatusUnprocessableEntity)
	expect(t, "the question", mended.prompt(), shown.prompt())
	if mended.byID("error-code") == nil {
		t.Error("no error beside the field")
	}
	again := v.next(v.submit(mended.asks(), person.Answer("one_time_code")))
	if !again.says("not the right code") || !again.says("2 tries left") || again.value("code") != "" {
		t.Errorf("after a wrong code: %s", text(again.byID("reason")))
	}
	if has(again.byID("code"), "data-digits") {
		t.Error("the code sends itself again after an error")
	}
	expect(t, "the end", v.walk(v.submit(again.asks(), person.Answer("one_time_code")), person).end(), "complete")
	expect(t, "log-ins", s.logIns.of(user.Username), 1)
}

func TestPrompts_WorkWithoutJavaScript(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ scenario, kinds string }{
		{"choice", "credentials choice one_time_code"},
		{"question", "credentials text"},
		{"resend", "credentials one_time_code one_time_code"},
	} {
		t.Run(test.scenario, func(t *testing.T) {
			t.Parallel()
			s := sharedStack(t)
			user := someone(t, test.scenario)
			v := s.visitor(t, s.newLink(t, ask(readBills())))
			person, shown, asked := user.Person(), v.claim(), []string{}
			for shown = v.next(shown); shown.end() == ""; shown = v.next(shown) {
				kind := shown.asks().kind()
				asked = append(asked, kind)
				if empty := v.submit(shown.asks(), map[string]string{}); empty.status != http.StatusUnprocessableEntity || empty.prompt() != shown.prompt() {
					t.Errorf("an empty answer to %s: %d, %q", kind, empty.status, empty.title())
				}
				if kind == "choice" {
					strange := v.submit(shown.asks(), map[string]string{"choice": "pigeon"})
					expect(t, "a choice that is none", strange.status, http.StatusUnprocessableEntity)
				}
				shown = v.submit(shown.asks(), person.Answer(kind))
			}
			expect(t, "the end", shown.end(), "complete")
			expect(t, "asked", strings.Join(asked, " "), test.kinds)
		})
	}
}

func TestApproval_ContinuesAutomatically(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	user := someone(t, "push")
	v := s.visitor(t, s.newLink(t, ask(readBills())))
	shown := v.submit(v.claim().asks(), user.Person().Answer("credentials"))
	session := s.sessionOf(t, v.link)
	s.until(t, v.link.LinkID, "the approval", func() bool { return s.prompts(t, session.ID, "approval") == 1 })
	waiting := v.get(shown.url)
	if waiting.asks() != nil || !waiting.refreshes() || !waiting.says("in your Demo Mobile app") {
		t.Errorf("%q does not wait for the app", waiting.title())
	}
	expect(t, "the end", v.next(waiting).end(), "complete")
}

func TestCancel_EndsTheSessionAndLeadsBack(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	v := s.visitor(t, s.newLink(t, ask(readBills())))
	shown := v.claim()
	last := v.submit(shown.form(t, "/cancel"), nil)
	expect(t, "the end", last.end(), "failed")
	expect(t, "the way back", last.wayBack(), "https://shop.example/done?cart=7&linkId="+v.link.LinkID+"#top")
	expect(t, "the link's end", s.link(t, v.link.LinkID).code(), "USER_CANCELLED")

	// A form that was still open somewhere gets the page that fits.
	late := v.submit(shown.asks(), map[string]string{"username": "x@demo.example", "password": "late-password"})
	expect(t, "status of a late answer", late.status, http.StatusOK)
	expect(t, "the page for a late answer", late.end(), "failed")
	for _, form := range []string{"/cancel", "/stay", "/allow", "/refuse"} {
		if too := v.post(shown.url+form, nil); too.end() != "failed" || too.status != http.StatusOK {
			t.Errorf("%s too late: %d, %q", form, too.status, too.title())
		}
	}
	again := v.submit(last.form(t, "/retry"), nil)
	if again.asks() == nil || again.url == shown.url {
		t.Errorf("“Try again” leads to %q at %s", again.title(), again.url)
	}
	if back := v.get(shown.url); back.url != again.url {
		t.Errorf("the first session's address leads to %s, not to the new session", back.url)
	}
	if twice := v.submit(last.form(t, "/retry"), nil); twice.url != again.url || twice.prompt() != again.prompt() {
		t.Errorf("“Try again” a second time leads to %q at %s", twice.title(), twice.url)
	}
	expect(t, "sessions", len(s.link(t, v.link.LinkID).Sessions), 2)
	v.submit(again.form(t, "/cancel"), nil)
}

func TestStay_RestartsTheTimeLimit(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	v := s.visitor(t, s.newLink(t, ask(readBills())))
	shown := v.claim()
	session := s.sessionOf(t, v.link)
	before, _ := s.Runner.Status(session.ID)
	after := v.submit(shown.form(t, "/stay"), nil)
	expect(t, "the question", after.prompt(), shown.prompt())
	if now, _ := s.Runner.Status(session.ID); !now.Deadline.After(before.Deadline) {
		t.Errorf("the deadline was %s and is %s", before.Deadline, now.Deadline)
	}
	v.submit(shown.form(t, "/cancel"), nil)
}

func TestReturnURL_IsRenderedUnchanged(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	for given, want := range map[string]string{
		"https://shop.example/x?y=%41&&z=a+b#frag": "https://shop.example/x?y=%41&&z=a+b&linkId={id}#frag",
		"myapp://callback?ref=foo":                 "myapp://callback?ref=foo&linkId={id}",
		"com.shop.app:/done":                       "com.shop.app:/done?linkId={id}",
	} {
		request := ask(readBills())
		request["returnUrl"] = given
		v := s.visitor(t, s.newLink(t, request))
		want = strings.ReplaceAll(want, "{id}", v.link.LinkID)
		expect(t, "the API's returnUrl", v.link.ReturnURL, want)
		expect(t, "the way back before the claim", attr(v.get(v.link.ClaimURL).byID("cancel"), "href"), want)
		last := v.submit(v.claim().form(t, "/cancel"), nil)
		expect(t, "the way back after the end", last.wayBack(), want)
	}
}
