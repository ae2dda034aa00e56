package script

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"passage/automation/outcome"
)

// newKeypad serves a keypad whose keys change their places with every click. It
// shows nine minus each digit that was pressed.
func newKeypad(t *testing.T) string {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `<!doctype html><body><div id=pad></div><input id=pin type=password readonly><p id=sum></p><script>
			let at = 0, got = ""
			function draw() {
				pad.replaceChildren(...[..."7301928465"].map((_, i) => {
					const key = document.createElement("button")
					key.textContent = key.dataset.k = "7301928465"[(i + at) % 10]
					key.onclick = () => { got += key.textContent; pin.value = got; at += 3; sum.textContent = [...got].map(d => 9 - d).join(""); draw() }
					return key
				}))
			}
			draw()</script>`)
	}))
	t.Cleanup(site.Close)
	return site.URL
}

const keypadLogin = `
def run(page, arguments, user):
    page.goto("/")
    for attempt in user.credentials():
        page.tap(KEYS, attempt["password"], timeout = 2)
        break
    return {"sum": page.text("#sum")}
`

func TestTap_ClicksAKeyForEachCharacter(t *testing.T) {
	t.Parallel()
	for _, keys := range []string{
		`"text=\"{}\""`, `["#none-{}", "[data-k='{}']"]`,
		`{"0": "[data-k='0']", "1": "[data-k='1']", "3": "[data-k='3']", "7": "[data-k='7']"}`,
	} {
		b := visitAt(t, newKeypad(t), strings.ReplaceAll(keypadLogin, "KEYS", keys), answerWith("username", "ada", "password", "77013"))
		got, err := b.write("")
		if err != nil || got != `{"sum":"22986"}` {
			t.Errorf("%s: got %s, %v", keys, got, err)
		}
		for _, step := range b.recorder.steps {
			if step.Word == "page.tap" && (step.Matches != 0 || strings.ContainsAny(step.Selector, "0137")) {
				t.Errorf("the step tells the keys: %+v", step)
			}
		}
	}
}

func TestTap_TellsNoKey(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		keys, pin string
		code      outcome.Code
		says      string
	}{
		"missing in the dict":  {`{"7": "[data-k='7']"}`, "7713", outcome.AutomationError, "a character that is none of the keys"},
		"missing on the page":  {`"[data-k='{}']"`, "771x", outcome.SiteChanged, "no such key"},
		"no letter or digit":   {`"[data-k='{}']"`, "771'", outcome.AutomationError, "only letters and digits"},
		"not valid CSS":        {`{"7": "a[[", "1": "#b"}`, "71", outcome.AutomationError, "a selector for a key is not valid"},
		"no place for the key": {`"[data-k]"`, "7713", outcome.AutomationError, "must hold {}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			integration, err := loadBody(t, strings.ReplaceAll(keypadLogin, "KEYS", test.keys)).At(newKeypad(t))
			if err != nil {
				t.Fatal(err)
			}
			b, process := startInBrowser(t, t.Context(), integration, []answerFunc{answerWith("username", "ada", "password", test.pin)})
			_, err = b.write("")
			failure := wantFailure(t, err, test.code, 5, test.says)
			if len(failure.Outcome.Selectors) > 0 || strings.ContainsAny(failure.Outcome.Detail+failure.Selector, "0123456789") {
				t.Errorf("the failure tells a key: %+v", failure.Outcome)
			}
			for selector := range process.MatchedElements() {
				if strings.Contains(selector, "data-k") {
					t.Errorf("%q is kept", selector)
				}
			}
		})
	}
}
