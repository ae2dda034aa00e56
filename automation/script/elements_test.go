package script

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
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
	script := "\ndef run(page, arguments):\n    page.goto(\"/\")\n    " + strings.ReplaceAll(strings.TrimSpace(body), "\n", "\n    ") + "\n"
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
