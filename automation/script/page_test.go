package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"passage/automation/outcome"
)

// The tests of this file use a real browser on a small site.

const wholeSession = `
def login(page, user):
    page.goto("/login")
    for attempt in user.credentials(attempts = 3):
        page.fill("#username", attempt["username"])
        page.fill("#password", attempt["password"])
        page.click("#sign-in")
        seen = page.wait_for(home = "#account", wrong = ".error", code = "#code")
        if seen != "wrong":
            break
        attempt.reject("wrong_password")
    if seen == "code":
        for attempt in user.one_time_code(sent_to = page.text("#destination"), digits = 6):
            page.fill("#code", attempt["code"])
            page.click("#verify")
            if page.wait_for(home = "#account", wrong = ".error") == "home":
                break
            attempt.reject("wrong_code")
    page.wait_url("/account")

def cards(page):
    page.goto("/cards")
    return [dict(id = row["id"], last4 = row["last4"], brand = row["brand"], all = row["all"])
            for row in page.rows(".card", id = "@data-id", last4 = ".last4", brand = ".brand", all = "")]

def read(page, arguments):
    return {"cards": cards(page)}

def write(page, arguments):
    page.goto("/new")
    card = page.frame("#card")
    card.fill("#number", arguments["cardNumber"])
    card.fill("#cvv", arguments["cvv"])
    page.submit("#save")
    page.wait_for(saved = ".saved")
    last4 = arguments["cardNumber"].last4
    if last4 not in [card["last4"] for card in cards(page)]:
        fail("OPERATION_UNKNOWN")
    return {"success": True, "card": {"last4": last4}}

operations = {"thing.read": read, "thing.write": write}
`

func TestRun_LogsInReadsWritesAndReadsBack(t *testing.T) {
	t.Parallel()
	site := newCarrier(t)
	b, _ := site.visit(t, t.Context(), wholeSession,
		answerWith("username", "ada@example.com", "password", "wrong-horse-8"),
		answerWith("username", "ada@example.com", "password", password),
		answerWith("code", "135791"), answerWith("code", "246810"))
	if err := b.Login(); err != nil {
		t.Fatalf("%v\n%s", err, tracebackOf(err))
	}
	got, err := b.Operation(Call{Name: "thing.read"})
	if err != nil {
		t.Fatalf("%v\n%s", err, tracebackOf(err))
	}
	const want = `{"cards":[{"id":"c1","last4":"1111","brand":"Visa","all":"1111 Visa"},{"id":"c2","last4":"2222","brand":null,"all":"2222"}]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	got, err = b.Operation(Call{Name: "thing.write", Arguments: json.RawMessage(`{"cardNumber": "4242424242424242", "cvv": "737"}`), Sensitive: []string{"cardNumber", "cvv"}})
	if err != nil {
		t.Fatalf("%v\n%s", err, tracebackOf(err))
	}
	if want := `{"success":true,"card":{"last4":"4242"}}`; string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !slices.Contains(site.typed, "4242424242424242") || !slices.Contains(site.typed, "737") || site.saved != 1 {
		t.Errorf("the site got %q and was submitted to %d times", site.typed, site.saved)
	}
	if !slices.Equal(b.recorder.submitted, []string{"#save"}) {
		t.Errorf("written down as submitted: %q", b.recorder.submitted)
	}
	if p := b.user.asked; len(p) != 4 || p[1].Reason != "wrong_password" || p[1].AttemptsLeft != 2 || p[2].SentTo != "(•••) •••-4410" || p[3].Reason != "wrong_code" {
		t.Errorf("asked %+v", p)
	}
	var steps string
	for _, s := range b.recorder.steps {
		steps += fmt.Sprintln(s.Word, s.Selector, s.Outcome, s.URL)
	}
	for _, secret := range []string{password, "wrong-horse-8", "246810", "135791", "ada@", "4242424242424242", "737"} {
		if strings.Contains(steps, secret) {
			t.Errorf("the steps hold %q:\n%s", secret, steps)
		}
	}
	i := slices.IndexFunc(b.recorder.steps, func(s Step) bool { return s.Selector == "#card >> #number" })
	if i < 0 || b.recorder.steps[i].Matches != 1 || b.recorder.steps[i].Operation != "thing.write" || b.recorder.steps[i].Took <= 0 {
		t.Errorf("no step fills the number in the frame:\n%s", steps)
	}
	i = slices.IndexFunc(b.recorder.steps, func(s Step) bool { return s.Outcome == "code" })
	if i < 0 || b.recorder.steps[i].Word != "page.wait_for" || b.recorder.steps[i].URL != site.URL+"/code" {
		t.Errorf("no step sees the code's page, or its URL has a query:\n%s", steps)
	}
}

func tracebackOf(err error) string {
	if failure, ok := errors.AsType[*Failure](err); ok {
		return failure.Traceback
	}
	return ""
}

func TestPage_ActionAndReadingWords(t *testing.T) {
	t.Parallel()
	b, _ := newCarrier(t).visit(t, t.Context(), `
def run(page, arguments):
    page.goto("/account", timeout = 20)
    got = {"exists": [page.exists("#account"), page.exists("#nothing")], "count": page.count("option"),
        "attr": page.attr("#link", "title"), "no attr": page.attr("#link", "rel"), "text": page.text("#account", timeout = 2)}
    page.select("#month", "Feb")
    page.check("#paperless")
    got["checked"] = page.checked("#paperless")
    page.check("#paperless", on = False)
    got["value"] = page.value("#month")
    page.hover("#link")
    page.click("#search")
    page.press("Enter")
    page.wait_url("/cards", timeout = 5)
    got["url"] = page.url
    return got
`)
	got, err := b.write("")
	if err != nil {
		t.Fatalf("%v\n%s", err, tracebackOf(err))
	}
	want := `{"exists":[true,false],"count":2,"attr":"Your cards","no attr":null,"text":"Hello","checked":true,"value":"02","url":"` + b.integration.Site + `/cards"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPage_ReturnsUserNameThatSiteShows(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "<!doctype html><input id=u><input id=email value=%s>", strings.TrimPrefix(r.URL.Path, "/"))
	}))
	t.Cleanup(site.Close)
	b := visitAt(t, site.URL, `
def run(page, arguments, user):
    page.goto("/ada@example.com")
    for attempt in user.credentials():
        page.fill("#u", attempt["username"])
        break
    return {"value": page.value("#email"), "at": page.url}
`, answerWith("username", "ada@example.com", "password", canary))
	got, err := b.write("")
	if want := `{"value":"ada@example.com","at":"` + site.URL + `/ada@example.com"}`; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	for _, step := range b.recorder.steps[1:] { // after it was given
		if strings.Contains(fmt.Sprintf("%+v", step), "ada@") {
			t.Errorf("a step holds the user name: %+v", step)
		}
	}
}

func TestRun_ScrubsSecretsThatSiteRepeats(t *testing.T) {
	t.Parallel()
	b, _ := newCarrier(t).visit(t, t.Context(), `
def run(page, arguments, user):
    page.goto("/login")
    for attempt in user.credentials():
        page.fill("#username", attempt["username"])
        page.fill("#password", attempt["password"])
        page.click("#sign-in")
        page.wait_for(wrong = ".error")
        if arguments.get("fail"):
            fail("ACTION_REQUIRED", page.text(".error"))
        return {"said": page.text(".error")}
`, answerWith("username", "ada@example.com", "password", canary), answerWith("username", "ada@example.com", "password", canary))
	got, err := b.write("")
	if err != nil || got != `{"said":"No: [redacted]"}` {
		t.Errorf("got %s, %v", got, err)
	}
	_, err = b.write(`{"fail": true}`)
	failure := wantFailure(t, err, outcome.ActionRequired, 10, "No: [redacted]")
	if leaks(failure.Traceback + fmt.Sprintf("%+v", b.recorder.steps)) {
		t.Errorf("leaked: %s", failure.Traceback)
	}
}

func TestClick_MissingElementIsSiteChangedWithLineAndSelectors(t *testing.T) {
	t.Parallel()
	b, _ := newCarrier(t).visit(t, t.Context(), `
def press(page):
    page.click("#sign-on", timeout = 0.3)

def run(page, arguments):
    page.goto("/login")
    if arguments.get("race"):
        page.wait_for(timeout = 0.3, home = "#account", wrong = ".error")
    if arguments.get("submit"):
        page.submit("#sign-on", timeout = 0.3)
    press(page)
`)
	_, err := b.write("")
	failure := wantFailure(t, err, outcome.SiteChanged, 3, "")
	if failure.Word != "page.click" || failure.Selector != "#sign-on" || failure.Stated {
		t.Errorf("failure is %+v", failure)
	}
	if s := failure.Outcome.Selectors; len(s) != 1 || s[0].Selector != "#sign-on" || s[0].Matches != 0 {
		t.Errorf("selectors are %+v", s)
	}
	if !strings.Contains(failure.Traceback, "    press(page)\n") || !strings.Contains(failure.Traceback, "in press\n    page.click(\"#sign-on\", timeout = 0.3)\n") {
		t.Errorf("traceback:\n%s", failure.Traceback)
	}
	_, err = b.write(`{"race": true}`)
	if failure := wantFailure(t, err, outcome.SiteChanged, 8, ""); len(failure.Outcome.Selectors) != 2 || failure.Outcome.Selectors[1].Name != "wrong" {
		t.Errorf("selectors are %+v", failure.Outcome.Selectors)
	}
	_, err = b.write(`{"submit": true}`)
	wantFailure(t, err, outcome.SiteChanged, 10, "")
	if len(b.recorder.submitted) > 0 {
		t.Error("a button that never came was written down as submitted")
	}
}

func TestSubmit_DoesNotActIfNotRecorded(t *testing.T) {
	t.Parallel()
	site := newCarrier(t)
	b, _ := site.visit(t, t.Context(), "def run(page, arguments):\n    page.goto('/new')\n    page.submit('#save')\n    return {}\n")
	stale := errors.New("another process owns the session")
	b.recorder.refuse = outcome.Wrap(outcome.WorkerLost, stale, "fenced")
	_, err := b.write("")
	wantFailure(t, err, outcome.WorkerLost, 3, "fenced")
	if !errors.Is(err, stale) {
		t.Error("the cause got lost")
	}
	b.recorder.refuse = nil
	if _, err := b.Operation(Call{Name: "thing.write"}); err != nil {
		t.Fatal(err)
	}
	site.mu.Lock()
	defer site.mu.Unlock()
	if site.saved > 1 {
		t.Errorf("the site was submitted to %d times, the refused one among them", site.saved)
	}
}

func TestWaitFor_TakesOutcomesInDictsAndRefusesDuplicates(t *testing.T) {
	t.Parallel()
	b, _ := newCarrier(t).visit(t, t.Context(), `
DEAD_ENDS = {"locked": ".locked", "wrong": ".error"}

def login(page, user):
    page.goto("/login")
    for timeout in [0.2, 0.3]:
        if page.wait_for(DEAD_ENDS, timeout = timeout, otherwise = "nothing") != "nothing":
            fail("ACCOUNT_LOCKED")
    print(page.wait_for({"form": "#username"}, DEAD_ENDS, home = lambda: page.exists("#account"), timeout = 5))

def run(page, arguments):
    pages = {"wrong": "#username"}
    if arguments["named"]:
        page.wait_for(DEAD_ENDS, wrong = "#username")
    if arguments["otherwise"]:
        page.wait_for(DEAD_ENDS, otherwise = "locked")
    page.wait_for(pages, DEAD_ENDS)
`)
	if err := b.Login(); err != nil {
		t.Fatal(err)
	}
	if last := b.recorder.steps[len(b.recorder.steps)-1]; last.Outcome != "form" {
		t.Errorf("it came to %q", last.Outcome)
	}
	for arguments, says := range map[string]string{
		`{"named": true}`:                      `two outcomes are named "wrong"`,
		`{"named": false, "otherwise": false}`: `two outcomes are named "wrong"`,
		`{"named": false, "otherwise": true}`:  "otherwise must be a name, and that of no outcome",
	} {
		_, err := b.write(arguments)
		wantFailure(t, err, outcome.AutomationError, 0, says)
	}
}
