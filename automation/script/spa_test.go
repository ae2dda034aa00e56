package script

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"passage/automation/outcome"
)

// spaPage is a booking site that its own script renders: without forms and
// names, with a token in local storage, a list in pages and one that grows.
const spaPage = `<!doctype html><title>Ferry</title><div id=app></div><script>
const app = document.getElementById("app");
const go = (path) => { history.pushState({}, "", path); draw() };
const trip = (n) => "<li class=trip><b>Trip " + n + "</b> <i>$" + n + ".50</i> <time>Aug " + n + ", 2026</time></li>";
let at = 0;
function draw() {
  const signed = localStorage.token;
  if (!signed) {
    app.innerHTML = "<section><div>Ticket holder</div><input><div>Pass phrase</div><input type=password><div class=go>Board</div><p class=oops hidden>Not on the list</p></section>";
    app.querySelector(".go").onclick = () => { app.querySelector(".oops").hidden = true; setTimeout(() => {
      if (app.querySelectorAll("input")[1].value !== "` + password + `") return app.querySelector(".oops").hidden = false;
      localStorage.token = "t1"; go("/deck/7?from=login");
    }, 30) };
  } else if (location.pathname === "/trips") {
    app.innerHTML = "<ol></ol><div role=button aria-label='Later trips'>›</div>";
    const list = app.querySelector("ol"), next = app.querySelector("[role=button]");
    const show = () => { list.innerHTML = trip(at * 2 + 1) + trip(at * 2 + 2); if (at === 2) next.setAttribute("aria-disabled", "true") };
    next.onclick = () => { list.innerHTML = ""; at++; setTimeout(show, 40) };
    show();
  } else if (location.pathname === "/log") {
    let n = 0;
    const more = () => { for (let i = 0; i < 8 && n < 24; i++) app.insertAdjacentHTML("beforeend", "<p class=entry style='height:200px'>Entry " + ++n + "</p>") };
    app.innerHTML = ""; more();
    onscroll = () => { if (innerHeight + scrollY > document.body.scrollHeight - 100) setTimeout(more, 30) };
  } else {
    app.innerHTML = "<h2>Welcome aboard</h2><div class=later></div><button onclick='window.open(\"/cabin\")'>Cabin</button><button id=drop onclick='gone.textContent = confirm(\"Drop the ticket?\")'>Drop</button><p id=gone></p>";
    let n = 0;
    const timer = setInterval(() => { app.querySelector(".later")?.append(document.createElement("hr")); if (++n === 5) clearInterval(timer) }, 20);
  }
}
if (location.pathname === "/cabin") app.innerHTML = "<label>Bed <input></label><button onclick='localStorage.bed = document.querySelector(\"input\").value; close()'>Take it</button>";
else draw();
</script>`

func newSPA(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/points":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"points": [1, 2.5, null, true], "q": %q, "pass": %q}`, r.FormValue("q"), password)
		case "/api/query":
			body, _ := io.ReadAll(r.Body)
			if r.Method != http.MethodPost || r.Header.Get("Authorization") != "Bearer canary-token-7Gh2" || r.Header.Get("Content-Type") != "application/json" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			fmt.Fprintf(w, ")]}'\n{\"asked\": %s}", body)
		case "/api/text":
			fmt.Fprint(w, "hello")
		case "/api/gone":
			http.NotFound(w, r)
		case "/api/busy":
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, spaPage)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// visitSPA starts a run in a browser of its own on the single-page site.
func visitSPA(t *testing.T, body string, answers ...answerFunc) testRun {
	t.Helper()
	return visitAt(t, newSPA(t), body, answers...)
}

const spaLogin = `
def login(page, user):
    page.goto("/")
    for attempt in user.credentials():
        page.fill(["#holder", "label=Ticket holder"], attempt["username"])
        page.type(["label=Pass phrase", "input[type=password]"], attempt["password"])
        page.click("text=Board")
        seen = page.wait_for(home = [".none", url("/deck/*")], wrong = text("not on the list"))
        if seen == "home":
            break
        page.fill("label=Pass phrase", "")
        attempt.reject("wrong_password")
`

func TestPage_WorksWithoutIDsAndNames(t *testing.T) {
	t.Parallel()
	b := visitSPA(t, spaLogin+`
def run(page, arguments):
    many = page.wait_for(none = "#none", many = lambda: page.count("hr") >= 5)
    page.goto("/trips")
    trips = []
    for number in page.pages(next = 'role=button[name="Later trips"]', rows = ".trip", limit = 5):
        trips += [{"page": number, "amount": money(row["amount"])["amount"], "on": date(row["on"])} for row in page.rows(".trip", amount = "i", on = "time")]
    page.goto("/log")
    some = page.scroll_until(lambda: page.count(".entry") >= 12, timeout = 20)
    end = page.scroll_until("#never")
    return {"many": many, "trips": trips, "some": some, "end": end, "entries": page.count(".entry")}
`, answerWith("username", "ada@example.com", "password", "wrong-phrase"), answerWith("username", "ada@example.com", "password", password))
	if err := b.Login(); err != nil {
		t.Fatal(err)
	}
	if got := b.recorder.words(); !strings.HasPrefix(got, "page.goto user.credentials page.fill page.type page.click page.wait_for page.fill attempt.reject") {
		t.Errorf("steps: %s", got)
	}
	last := b.recorder.steps[len(b.recorder.steps)-1]
	if fill := b.recorder.steps[2]; fill.Selector != "label=Ticket holder" || fill.Matches != 1 || last.Outcome != "home" || last.Selector != "home: url=/deck/*" {
		t.Errorf("the steps do not say what matched: %+v, %+v", fill, last)
	}
	got, err := b.Operation(Call{Name: "thing.read"})
	var read struct {
		Many    string
		Trips   []map[string]any
		Some    bool
		End     bool
		Entries int
	}
	if err != nil || json.Unmarshal(got, &read) != nil {
		t.Fatal(string(got), err)
	}
	if read.Many != "many" || len(read.Trips) != 6 || !read.Some || read.End || read.Entries != 24 {
		t.Errorf("%s", got)
	}
	if want := `{"page":3,"amount":6.5,"on":"2026-08-06"}`; !strings.Contains(string(got), want) {
		t.Errorf("%s lacks %s", got, want)
	}
}

func TestPage_FetchPopupAndDialogs(t *testing.T) {
	t.Parallel()
	b := visitSPA(t, spaLogin+`
def run(page, arguments):
    bed = page.popup(lambda: page.click("text=Cabin"))
    bed.fill("label=Bed", "top")
    bed.click("text=Take it")
    bed.close()
    page.dialogs(accept = True)
    page.click("#drop")
    page.wait_for(gone = "#gone >> text=true")
    points = page.fetch("/api/points?q=1")
    return {"said": page.dialogs(), "points": points["points"], "q": points["q"], "echo": points["pass"]}
`, answerWith("username", "ada@example.com", "password", password))
	if err := b.Login(); err != nil {
		t.Fatal(err)
	}
	got, err := b.Operation(Call{Name: "thing.read"})
	if want := `{"said":["Drop the ticket?"],"points":[1,2.5,null,true],"q":"1","echo":"[redacted]"}`; err != nil || string(got) != want {
		t.Errorf("got %s, want %s (%v)", got, want, err)
	}
	for _, step := range b.recorder.steps {
		if strings.Contains(step.Selector, "q=1") {
			t.Errorf("a step holds a query: %s", step.Selector)
		}
	}
}

func TestPage_ErrorsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := visitSPA(t, `
def run(page, arguments):
    page.goto("/")
    which = arguments["which"]
    if which == "text":
        page.fetch("/api/text")
    if which == "gone":
        page.fetch("/api/gone")
    if which == "busy":
        page.fetch("/api/busy")
    if which == "elsewhere":
        page.fetch("https://elsewhere.example/")
    if which == "secret":
        page.fetch(arguments["secret"])
    if which == "acts":
        page.wait_for(a = lambda: page.click("text=Board"))
    if which == "asks":
        page.scroll_until(lambda: page.goto("/"))
    if which == "late":
        page.wait_for(timeout = 0.5, home = ["#home", "#house"], never = lambda: page.text("#none") == "x")
    if which == "loops":
        page.wait_for(a = lambda: [0 for a in range(99999) for b in range(99999)])
    if which == "changed":
        page.click(["#bording", "text=Go aboard"], timeout = 0.5)
    if which == "many":
        page.click(["a"] * 11)
    if which == "typed":
        page.fill("input >> nth=0", arguments["secret"])
        page.value("input", first = True)
    if which == "password":
        page.value("label=Pass phrase")
    if which == "frame":
        page.frame("iframe", timeout = 0.3)
    return {}
`)
	for which, want := range map[string]struct {
		code outcome.Code
		says string
	}{
		"text":      {outcome.SiteChanged, "fetch: the site answered with text/plain, which is not JSON"},
		"gone":      {outcome.SiteChanged, "status 404"},
		"busy":      {outcome.RateLimited, "status 429"},
		"elsewhere": {outcome.AutomationError, "is not one of the integration's hosts"},
		"secret":    {outcome.AutomationError, "secret is opaque: page.fetch cannot take it"},
		"acts":      {outcome.AutomationError, "page.click: a function that looks whether something is so does nothing else"},
		"asks":      {outcome.AutomationError, "page.goto: a function that looks"},
		"late":      {outcome.SiteChanged, "home = #home matched nothing"},
		"loops":     {outcome.AutomationError, "too many steps"},
		"changed":   {outcome.SiteChanged, "#bording matched nothing"},
		"many":      {outcome.AutomationError, "must have 1 to 10 of them"},
		"typed":     {outcome.AutomationError, "what was typed is not told"},
		"password":  {outcome.AutomationError, "what was typed is not told"},
		"frame":     {outcome.SiteChanged, "iframe matched nothing"},
	} {
		b.options.Steps = 5_000_000
		_, err := b.Operation(Call{Name: "thing.write", Arguments: json.RawMessage(`{"which": "` + which + `", "secret": "hunter2hunter2"}`), Sensitive: []string{"secret"}})
		if err == nil {
			t.Errorf("%s: no error", which)
			continue
		}
		failure := wantFailure(t, err, want.code, 0, want.says)
		if which == "late" && (len(failure.Outcome.Selectors) != 3 || failure.Outcome.Selectors[2].Name != "never") {
			t.Errorf("selectors: %+v", failure.Outcome.Selectors)
		}
		if which == "changed" && (failure.Line == 0 || failure.Word != "page.click" || failure.Selector != "#bording | text=Go aboard") {
			t.Errorf("%+v", failure)
		}
	}
}

func TestFetch_PostsWhatChangesNothing(t *testing.T) {
	t.Parallel()
	b := visitSPA(t, `
def run(page, arguments):
    page.goto("/cabin")
    which = arguments["which"]
    if which == "keep":
        page.fill("label=Bed", '{"access": {"token": "canary-token-7Gh2"}}')
        page.click("text=Take it")
        return {}
    page.goto("/")
    if which == "nothing":
        page.stored("nothing")
    token = page.stored("bed", field = "access.token", before = "Bearer ")
    if which == "tell":
        return {"token": token}
    if which == "guard":
        return page.fetch("/api/query", json = {"q": 1}, read_only = True, authorization = token)
    return page.fetch("/api/query", json = {"q": 1}, read_only = which == "read", authorization = token, prefix = ")]}'")
`)
	call := func(operation, which string) (string, error) {
		got, err := b.Operation(Call{Name: operation, Arguments: json.RawMessage(`{"which": "` + which + `"}`)})
		return string(got), err
	}
	if _, err := call("thing.write", "keep"); err != nil {
		t.Fatal(err)
	}
	if got, err := call("thing.read", "read"); got != `{"asked":{"q":1}}` {
		t.Errorf("%s, %v", got, err)
	}
	submitted := len(b.recorder.submitted)
	_, err := call("thing.read", "write")
	wantFailure(t, err, outcome.AutomationError, 0, "page.fetch with json is refused in thing.read: a read changes nothing; if the request changes nothing, say read_only = True")
	if len(b.recorder.submitted) != submitted {
		t.Error("a refused submit was recorded")
	}
	if got, err := call("thing.write", "write"); got != `{"asked":{"q":1}}` || len(b.recorder.submitted) != submitted+1 {
		t.Errorf("%s, %v, %d submits", got, err, len(b.recorder.submitted)-submitted)
	}
	_, err = call("thing.read", "guard")
	wantFailure(t, err, outcome.SiteChanged, 0, "which is")
	_, err = call("thing.read", "nothing")
	wantFailure(t, err, outcome.SiteChanged, 0, "the page keeps nothing there")
	if got, err := call("thing.read", "tell"); err == nil || strings.Contains(got+err.Error(), "canary") {
		t.Errorf("the token is told: %s, %v", got, err)
	}
	for _, step := range b.recorder.steps {
		if strings.Contains(fmt.Sprint(step), "canary") {
			t.Errorf("a step holds the token: %+v", step)
		}
	}
}
