package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"passage/automation/browser"
	"passage/automation/sandbox"
	"passage/automation/secret"
)

// The hosted flow in a real browser whose scripts run.

// window is such a browser, of a person.
type window struct {
	t    *testing.T
	page *browser.Page
}

// window opens a browser that reaches our server, the shop, and further hosts.
func (s *stack) window(t *testing.T, hosts ...string) *window {
	t.Helper()
	opened, err := s.people.Acquire(t.Context(), browser.Policy{AllowPrivate: true, Redactor: secret.NewRedactor(),
		Hosts: append(hosts, s.PublicURL.Host, s.Shop.Addr().String())}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.Close)
	return &window{t, opened.Page().Within(patience)}
}

func (w *window) open(address string) {
	w.t.Helper()
	if err := w.page.Goto(w.t.Context(), address); err != nil {
		w.t.Fatalf("open: %v", err)
	}
}

func (w *window) click(selector string) {
	w.t.Helper()
	if _, err := w.page.Click(w.t.Context(), selector); err != nil {
		w.t.Fatalf("click %s: %v", selector, err)
	}
}

func (w *window) fill(selector, value string) {
	w.t.Helper()
	if _, err := w.page.Fill(w.t.Context(), selector, value); err != nil {
		w.t.Fatalf("fill %s: %v", selector, err)
	}
}

func (w *window) see(selector string) {
	w.t.Helper()
	if _, err := w.page.WaitFor(w.t.Context(), []browser.Condition{{Name: "it", Selector: selector}}); err != nil {
		w.t.Fatalf("see %s at %s: %v", selector, w.page.URL(), err)
	}
}

func (w *window) attr(selector, name string) string {
	w.t.Helper()
	value, _, _, err := w.page.Attr(w.t.Context(), selector, name)
	if err != nil {
		w.t.Fatalf("%s of %s: %v", name, selector, err)
	}
	return value
}

// logIn goes from the claim URL to what follows the password.
func (w *window) logIn(link created, user sandbox.Scenario) {
	w.t.Helper()
	w.open(link.ClaimURL)
	w.click("form button.primary")
	w.fill("#field-username", user.Username)
	w.fill("#field-password", sandbox.Password)
	w.click("form[data-ask] button.primary")
}

// A page that the person comes back to, and what it was asked for.
func returnPage(t *testing.T) (address, host string, visits <-chan string) {
	t.Helper()
	came := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/done" {
			came <- r.Method + " " + r.URL.RequestURI()
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<h1 id="back">Welcome back</h1>`)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/done?cart=%37&x", strings.TrimPrefix(server.URL, "http://"), came
}

func TestCode_SubmitsItselfAndTheUserReturns(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	address, host, visits := returnPage(t)
	request := ask(readCards(), readBills())
	request["returnUrl"] = address
	link, user := s.newLink(t, request), someone(t, "code")
	w := s.window(t, host)
	w.logIn(link, user)
	w.see("#code[data-digits]:focus") // the question takes the focus
	for _, digit := range sandbox.Code {
		if err := w.page.Press(t.Context(), string(digit)); err != nil {
			t.Fatal(err)
		}
	}
	w.see("#back")
	expect(t, "the way back", <-visits, "GET /done?cart=%37&x&linkId="+link.LinkID)
	expect(t, "the link", s.link(t, link.LinkID).Status, "complete")
	expect(t, "questions for a code", s.prompts(t, s.sessionOf(t, link).ID, "one_time_code"), 1)
	expect(t, "log-ins", s.logIns.of(user.Username), 1)
}

// A complete code submits itself however it is typed or pasted, and reaches the
// site as digits.
func TestCode_SubmitsItselfInAnyForm(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	digitsFrom := func(zero rune, code string) string {
		return strings.Map(func(r rune) rune { return r - '0' + zero }, code)
	}
	for name, code := range map[string]string{
		"full width": digitsFrom('０', sandbox.Code[:3]) + "ー" + digitsFrom('０', sandbox.Code[3:]),
		"Arabic":     "\u200f" + digitsFrom('٠', sandbox.Code),
		"prefix":     "G\u2011" + sandbox.Code[:3] + "\u200b" + sandbox.Code[3:],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			link, user := s.newLink(t, ask(readBills())), someone(t, "code")
			w := s.window(t)
			w.logIn(link, user)
			w.fill("#code[data-digits]", "12 / 34567") // no six digits in a row
			w.fill("#code:not([data-sent-once])", code)
			s.until(t, link.LinkID, "the end", func() bool { return s.link(t, link.LinkID).Status == "complete" })
			expect(t, "questions for a code", s.prompts(t, s.sessionOf(t, link).ID, "one_time_code"), 1)
		})
	}
}

func TestFailure_StaysOnScreenAndCanBeRetriedInPlace(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	request := ask(readBills())
	request["returnUrl"] = "myapp://callback?ref=foo"
	link, user := s.newLink(t, request), someone(t, "flaky")
	w := s.window(t)
	w.logIn(link, user)
	w.see(`#live[data-end="failed"] #title`)
	w.click(`form[action$="/retry"] button`)
	w.fill("#field-username", user.Username)
	w.fill("#field-password", sandbox.Password)
	w.click("form[data-ask] button.primary")
	w.see(`#live[data-end="complete"] #title`) // no app takes this address, so the page stays
	expect(t, "the way back", w.attr("#return", "href"), "myapp://callback?ref=foo&linkId="+link.LinkID)
	expect(t, "sessions", len(s.link(t, link.LinkID).Sessions), 2)
}

func TestWrongCode_DoesNotSubmitItselfAgain(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	link, user := s.newLink(t, ask(readBills())), someone(t, "clumsy")
	w := s.window(t)
	w.logIn(link, user)
	w.fill("#code[data-digits]", "000000") // sends itself
	w.see("#reason")
	w.see("#code:not([data-digits])")
	w.fill("#code", sandbox.Code)
	w.click("form[data-ask] button.primary")
	s.until(t, link.LinkID, "the end", func() bool { return s.link(t, link.LinkID).Status == "complete" })
	expect(t, "questions for a code", s.prompts(t, s.sessionOf(t, link).ID, "one_time_code"), 2)
}

// What is typed stays when the page is told of something else, and a session
// that another browser takes is gone from this one by itself.
func TestPage_FollowsASessionThatMoves(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	link := s.newLink(t, ask(readBills()))
	w := s.window(t)
	w.open(link.ClaimURL)
	w.click("form button.primary")
	w.see("#field-username")
	other := s.visitor(t, link)
	other.submit(other.get(link.ClaimURL).form(t, "/take-over"), nil)
	w.see(`form[action$="/take-over"], form[action$="/knock"], [data-moved]:not([hidden])`)
	other.submit(other.get(link.ClaimURL).form(t, "/cancel"), nil)
}
