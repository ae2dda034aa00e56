package e2e

import (
	"net/http"
	"net/url"
	"sync"
	"testing"

	"passage/automation/sandbox"
)

// What a person may do in the middle of the flow, and what it must not do.

func TestLink_IsNotClaimedByOpeningIt(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	v := s.visitor(t, s.newLink(t, ask(readBills())))
	for _, path := range []string{"/c/" + v.link.ClaimCode, "/c/" + v.link.ClaimCode + "/stop", "/c/" + v.link.ClaimCode + "?utm=1"} {
		expect(t, path, v.get(path).status, http.StatusOK)
	}
	for _, method := range []string{http.MethodHead, http.MethodOptions} {
		reply, err := v.client.Do(v.request(method, v.link.ClaimURL, nil))
		if err != nil {
			t.Fatal(err)
		}
		reply.Body.Close()
	}
	s.call(t, http.MethodGet, "/link/claim?code="+v.link.ClaimCode, nil).wantError(t, http.StatusMethodNotAllowed, "method_not_allowed")
	now := s.link(t, v.link.LinkID)
	expect(t, "the link", now.Status, "pending")
	expect(t, "sessions", len(now.Sessions), 0)
}

func TestPost_IsRefusedFromAnotherSite(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	v := s.visitor(t, s.newLink(t, ask(readBills())))
	v.get(v.link.ClaimURL)
	for name, headers := range map[string]map[string]string{
		"fetch metadata": {"Sec-Fetch-Site": "cross-site"},
		"same site":      {"Sec-Fetch-Site": "same-site"},
		"origin":         {"Origin": "https://evil.example"},
		"null origin":    {"Origin": "null"},
	} {
		request := v.request(http.MethodPost, v.link.ClaimURL, url.Values{})
		request.Header.Del("Sec-Fetch-Site")
		request.Header.Del("Origin")
		for header, value := range headers {
			request.Header.Set(header, value)
		}
		reply, err := v.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		reply.Body.Close()
		expect(t, name, reply.StatusCode, http.StatusForbidden)
	}
	expect(t, "the link", s.link(t, v.link.LinkID).Status, "pending")
}

// The second request may be under way before the first one's reply is there.
func TestClaim_MakesOneSessionWhenClickedTwice(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	v := s.visitor(t, s.newLink(t, ask(readBills())))
	button := v.get(v.link.ClaimURL).form(t, "/c/"+v.link.ClaimCode)
	var both [2]*screen
	var clicks sync.WaitGroup
	for n := range both {
		clicks.Go(func() { both[n] = v.submit(button, nil) })
	}
	clicks.Wait()
	for _, shown := range both {
		expect(t, "status", shown.status, http.StatusOK)
		expect(t, "the address", shown.url, both[0].url)
		expect(t, "the question", shown.prompt(), both[0].prompt())
		if shown.asks() == nil {
			t.Errorf("%q asks nothing", shown.title())
		}
	}
	expect(t, "sessions", len(s.link(t, v.link.LinkID).Sessions), 1)
	v.submit(both[0].form(t, "/cancel"), nil)
}

func TestSession_IsUnchangedByRefreshSecondTabAndBackButton(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	user := someone(t, "code")
	v := s.visitor(t, s.newLink(t, ask(readBills())))
	person, shown := user.Person(), v.claim()
	same := func(when string) {
		t.Helper()
		for _, address := range []string{shown.url, shown.url, v.link.ClaimURL} { // refresh, and the claim URL in a second tab
			if seen := v.get(address); seen.url != shown.url || seen.prompt() != shown.prompt() || seen.status != http.StatusOK {
				t.Errorf("%s: %s shows %q at %s (%d)", when, address, seen.title(), seen.url, seen.status)
			}
		}
		// The back button, and the old button pressed again.
		if seen := v.post("/c/"+v.link.ClaimCode, nil); seen.url != shown.url || seen.prompt() != shown.prompt() {
			t.Errorf("%s: claiming again shows %q at %s", when, seen.title(), seen.url)
		}
	}
	same("at the password")
	first := shown.asks()
	shown = v.next(v.submit(first, person.Answer("credentials")))
	same("at the code")
	// The form of a question that was answered already, sent again from the history.
	if seen := v.submit(first, map[string]string{"username": "other@demo.example", "password": "other-password"}); seen.prompt() != shown.prompt() {
		t.Errorf("an old form leads to %q", seen.title())
	}
	last := v.walk(v.submit(shown.asks(), person.Answer("one_time_code")), person)
	expect(t, "the end", last.end(), "complete")
	session := s.sessionOf(t, v.link)
	expect(t, "questions for credentials", s.prompts(t, session.ID, "credentials"), 1)
	expect(t, "questions for a code", s.prompts(t, session.ID, "one_time_code"), 1)
	expect(t, "sessions", len(s.link(t, v.link.LinkID).Sessions), 1)
	expect(t, "log-ins", s.logIns.of(user.Username), 1)

	// Opened again, it says that it is done and leads back.
	for _, address := range []string{last.url, v.link.ClaimURL} {
		seen := v.get(address)
		expect(t, "status", seen.status, http.StatusOK)
		expect(t, "opened again", seen.end(), "complete")
		expect(t, "the way back", seen.wayBack(), v.link.ReturnURL)
	}
	if stranger := s.visitor(t, v.link).get(last.url); stranger.status != http.StatusNotFound {
		t.Errorf("another browser sees %q (%d) of the ended session", stranger.title(), stranger.status)
	}
}

func TestAnswer_CountsOnceWhenPostedTwice(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	user := someone(t, "clumsy")
	v := s.visitor(t, s.newLink(t, ask(readBills())))
	person := user.Person()
	shown := v.next(v.submit(v.claim().asks(), person.Answer("credentials")))
	form, wrong := shown.asks(), person.Answer("one_time_code")
	var posts sync.WaitGroup
	for range 4 {
		posts.Go(func() { v.submit(form, wrong) })
	}
	posts.Wait()
	again := v.next(v.get(shown.url))
	if again.prompt() == shown.prompt() || !again.says("2 tries left") {
		t.Errorf("four posts of one answer took more than one try: %s", text(again.byID("reason")))
	}
	expect(t, "the end", v.walk(v.submit(again.asks(), person.Answer("one_time_code")), person).end(), "complete")
	expect(t, "questions for a code", s.prompts(t, s.sessionOf(t, v.link).ID, "one_time_code"), 2)
}

func TestClaimPage_SaysWhyALinkCannotBeClaimed(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	claim := func(code string) reply {
		return s.call(t, http.MethodPost, "/link/claim", map[string]string{"code": code})
	}
	claim("").wantError(t, http.StatusBadRequest, "validation_failed")
	claim("clm_unknown").wantError(t, http.StatusNotFound, "not_found")
	nobody := s.visitor(t, created{ClaimCode: "clm_unknown"})
	for _, shown := range []*screen{nobody.get("/c/clm_unknown"), nobody.post("/c/clm_unknown", nil), nobody.get("/c/clm_unknown/stop"),
		nobody.get("/s/sess_unknown"), nobody.post("/s/sess_unknown/answer", nil), nobody.post("/s/sess_unknown/retry", nil),
		nobody.post("/s/sess_unknown/take-over", nil), nobody.get("/s/sess_unknown/password"), nobody.get("/nowhere")} {
		expect(t, shown.url, shown.status, http.StatusNotFound)
		expect(t, shown.url, shown.end(), "unknown")
	}

	request := ask(readBills())
	request["expiresIn"] = 1
	late := s.visitor(t, s.newLink(t, request))
	open := late.get(late.link.ClaimURL)
	s.until(t, late.link.LinkID, "the expiry", func() bool { return s.link(t, late.link.LinkID).Status == "expired" })
	claim(late.link.ClaimCode).wantError(t, http.StatusGone, "link_expired")
	for _, shown := range []*screen{late.get(late.link.ClaimURL), late.submit(open.form(t, "/c/"+late.link.ClaimCode), nil)} {
		expect(t, "status of an expired link", shown.status, http.StatusGone)
		expect(t, "an expired link", shown.end(), "expired")
		expect(t, "its way back", shown.wayBack(), late.link.ReturnURL)
	}

	active := s.visitor(t, s.newLink(t, ask(readBills())))
	shown := active.claim()
	claim(active.link.ClaimCode).wantError(t, http.StatusConflict, "link_active")
	other := s.visitor(t, active.link)
	expect(t, "status of an active link elsewhere", other.get(active.link.ClaimURL).status, http.StatusConflict)
	expect(t, "status of a claim elsewhere", other.post("/c/"+active.link.ClaimCode, nil).status, http.StatusConflict)
	expect(t, "the end", active.walk(shown, someone(t, "good").Person()).end(), "complete")
	claim(active.link.ClaimCode).wantError(t, http.StatusConflict, "link_complete")
	done := other.get(active.link.ClaimURL)
	expect(t, "a complete link", done.status, http.StatusOK)
	expect(t, "a complete link", done.title(), "This is already done")
	expect(t, "claiming a complete link", other.post("/c/"+active.link.ClaimCode, nil).title(), "This is already done")
}

func TestSessionPage_SaysThatTheLinkExpired(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	request := ask(readBills())
	request["expiresIn"] = 2
	v := s.visitor(t, s.newLink(t, request))
	shown := v.claim()
	s.until(t, v.link.LinkID, "the expiry", func() bool { return s.link(t, v.link.LinkID).code() == "LINK_EXPIRED" })
	late := v.submit(shown.asks(), someone(t, "good").Person().Answer("credentials"))
	expect(t, "the page for a late answer", late.end(), "failed")
	expect(t, "its title", late.title(), "This link has run out")
	expect(t, "that it can be tried again", late.hasForm("/retry"), false)
	expect(t, "the claim URL", v.get(v.link.ClaimURL).status, http.StatusGone)
	s.call(t, http.MethodPost, "/v1/links/"+v.link.LinkID+"/cancel", nil).wantError(t, http.StatusConflict, "link_expired")
}

func TestSessionPage_SaysThatTheMerchantCancelled(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	v := s.visitor(t, s.newLink(t, ask(readBills())))
	shown := v.next(v.submit(v.claim().asks(), someone(t, "code").Person().Answer("credentials")))
	s.call(t, http.MethodPost, "/v1/links/"+v.link.LinkID+"/cancel", nil).want(t, http.StatusOK, nil)
	late := v.submit(shown.asks(), map[string]string{"code": sandbox.Code})
	expect(t, "the page", late.end(), "failed")
	expect(t, "the link's end", s.link(t, v.link.LinkID).code(), "LINK_CANCELLED")
	expect(t, "that it can be tried again", late.hasForm("/retry"), false)
}
