package script

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// serveHTML serves one document at every path.
func serveHTML(t *testing.T, document string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, "<!doctype html><title>Elements</title>"+document)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// tryOn runs the body of an operation on a document, and returns its result as
// JSON, or the message of its failure.
func tryOn(t *testing.T, document, body string) (result, failure string) {
	t.Helper()
	script := "\ndef run(page, arguments):\n    page.goto(\"/\")\n    " + strings.ReplaceAll(strings.TrimSpace(body), "\n", "\n    ") + "\n    return {}\n"
	b := visitAt(t, serveHTML(t, document), script)
	got, err := b.write("")
	if err != nil {
		return "", err.Error()
	}
	return got, ""
}

func TestPage_ListsTheElementsBetweenWhichItCannotDecide(t *testing.T) {
	t.Parallel()
	const document = `<button id=delete>Delete card</button> <button id=save>Save card</button><p class=sum>$5</p><p class=sum>$7</p><iframe srcdoc="<p>One</p>"></iframe><iframe srcdoc="<p>Two</p>"></iframe>`
	for body, want := range map[string]string{
		`page.click("button", timeout = 1)`:                                    "click: 2 elements match, and it works on one: #delete “Delete card”, #save “Save card”; say which",
		`return page.text(".sum", timeout = 1)`:                                "text: 2 elements match",
		`page.wait_for(done = lambda: page.text(".sum") == "$7", timeout = 2)`: "a function that ended at text: 2 elements match",
	} {
		if _, failure := tryOn(t, document, body); !strings.Contains(failure, want) {
			t.Errorf("%s: %s", body, failure)
		}
	}
	got, failure := tryOn(t, document, `
page.click("button", first = True)
frame = page.frame("iframe", first = True)
return {"sum": page.text(".sum >> nth=1"), "first": page.text(".sum", first = True), "frame": frame.text("p")}`)
	if want := `{"sum":"$7","first":"$5","frame":"One"}`; got != want {
		t.Errorf("%s %s, want %s", got, failure, want)
	}
}

func TestPage_FindsRowsByTextAndSaysWhichPartIsMissing(t *testing.T) {
	t.Parallel()
	const document = `<ul><li class=card>Ann <a href="/ann">Open</a></li><li class=card>Bob <a href="/bob">Open</a></li></ul><nav hidden><a>Log out</a></nav>`
	got, failure := tryOn(t, document, `
seen = page.wait_for(out = "text=Log in", home = hidden(["text=Sign off", "text=Log out"]))
return {"bob": page.attr(".card >> has=text=Bob >> a", "href"), "seen": seen, "hidden": page.exists("nav", hidden = True), "shown": page.exists("ul", hidden = True)}`)
	if want := `{"bob":"/bob","seen":"home","hidden":true,"shown":false}`; got != want {
		t.Errorf("%s %s, want %s", got, failure, want)
	}
	for body, want := range map[string]string{
		`page.click(".card >> has=text=Cid >> a", timeout = 1)`:        ".card >> has=text=Cid >> a matched nothing: there is no has=text=Cid in the 2 of .card",
		`page.wait_for(home = ".card >> text=Opened", timeout = 1)`:    "there is no text=Opened in the 2 of .card, nearest there: a “Open”",
		`page.click("%s:has-text('Bob')" % "li")`:                      `is not a selector: :has-text is not CSS: part of an element's text is ">> has=text=…"`,
		`page.click("%s[" % "li")`:                                     "is not a selector",
		`page.wait_for(home = "#none", wrong = "%s[" % "#none >> li")`: "is not a selector",
	} {
		start := time.Now()
		if _, failure := tryOn(t, document, body); !strings.Contains(failure, want) || time.Since(start) > 60*time.Second {
			t.Errorf("%s: %s", body, failure)
		}
	}
}

func TestWaitFor_StepNamesWhatIsHidden(t *testing.T) {
	t.Parallel()
	b := visitAt(t, serveHTML(t, `<a hidden>Log out</a>`), `
def run(page, arguments):
    page.goto("/")
    page.wait_for(home = hidden("text=Log out"))
    page.exists("a", hidden = True)
    return {}
`)
	if _, err := b.write(""); err != nil {
		t.Fatal(err)
	}
	steps := b.recorder.steps
	if got := steps[1].Selector + "; " + steps[2].Selector; got != "home: hidden=text=Log out; a (hidden)" {
		t.Errorf("the steps show %s", got)
	}
}

func TestPage_SaysWhyAnElementCannotBeUsed(t *testing.T) {
	t.Parallel()
	const document = `<button role=checkbox>Enabled</button><input id=name disabled>`
	for body, want := range map[string]string{
		`page.check("label=Preferred", timeout = 1)`: "check: not found in time; label=Preferred matched nothing, nearest on the page: button “Enabled”",
		`page.check("label=Enabled", timeout = 1)`:   "checked: not possible in time: did not change when it was clicked",
		`page.fill("#name", "Ada", timeout = 1)`:     "fill: not possible in time: disabled",
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			if _, got := tryOn(t, document, body); !strings.Contains(got, want) {
				t.Errorf("%s\nwant %s", got, want)
			}
		})
	}
}

// Many lists have the links to their other pages above and below them.
func TestPages_GoesOnByTheFirstOfSeveralLinks(t *testing.T) {
	t.Parallel()
	const document = `<a href="#" class=older>Older</a><ul><li>1</li></ul><a href="#" class=older>Older</a>
		<script>
			const item = document.querySelector("li")
			document.querySelectorAll(".older").forEach((link) => link.onclick = () => {
				item.textContent = +item.textContent + 1
				if (item.textContent === "3") document.querySelectorAll(".older").forEach((link) => link.remove())
			})
		</script>`
	const body = `
seen = []
for _ in page.pages(next = "a.older", rows = "li", timeout = 1%s):
    seen.append(page.text("li"))
fail("ACTION_REQUIRED", ",".join(seen))`
	for first, want := range map[string]string{
		"":               "2 elements match, and it works on one: a.older “Older”, a.older “Older”; say which",
		", first = True": "ACTION_REQUIRED: 1,2,3",
	} {
		t.Run(first, func(t *testing.T) {
			t.Parallel()
			if _, got := tryOn(t, document, fmt.Sprintf(body, first)); !strings.Contains(got, want) {
				t.Errorf("%s\nwant %s", got, want)
			}
		})
	}
}
