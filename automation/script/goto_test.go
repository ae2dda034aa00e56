package script

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"passage/automation/outcome"
)

const mailedLink = `
def run(page, arguments, user):
    page.goto(user.text("Paste the link of the mail", secret = arguments["secret"]))
    print("at", page.url)
    return {"hello": page.text("h1")}
`

func TestGoto_OpensTheLinkOfAMail(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("t") == "" {
			http.Redirect(w, r, "/in?t=canary-wolf+two", http.StatusSeeOther)
			return
		}
		_, _ = fmt.Fprintf(w, "<!doctype html><h1>%s</h1>", r.FormValue("t"))
	}))
	t.Cleanup(site.Close)
	for _, secret := range []string{"true", "false"} {
		b := visitAt(t, site.URL, mailedLink, answerWith("text", " <"+site.URL+"/canary-wolf-path/in?t=canary-wolf+two> "))
		got, err := b.write(`{"secret": ` + secret + `}`)
		if err != nil || got != `{"hello":"canary-wolf two"}` {
			t.Errorf("got %s, %v", got, err)
		}
		if steps := fmt.Sprintf("%+v", b.recorder.steps); leaks(steps) || !strings.Contains(steps, "page.goto") {
			t.Errorf("the recording shows the link: %s", steps)
		}
	}
}

func TestGoto_RefusesAnotherLink(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(site.Close)
	host := strings.TrimPrefix(site.URL, "http://")
	b := visitAt(t, site.URL, mailedLink)
	for given, says := range map[string]string{
		"canary-wolf":                           "not an absolute address",
		"/in?t=canary-wolf":                     "not an absolute address",
		"javascript:canary-wolf":                "not an absolute address",
		"https://click.example.com/canary-wolf": "but of click.example.com",
		"http://127.0.0.2:9999/canary-wolf":     "but of 127.0.0.2:9999",
		"ftp://" + host + "/canary-wolf":        "not https on one of",
		"http://canary-wolf@" + host + "/path":  "not https on one of",
	} {
		b.user.answers = []answerFunc{answerWith("text", given)}
		_, err := b.write(`{"secret": true}`)
		failure := wantFailure(t, err, outcome.MFAFailed, 3, says)
		if leaks(failure.Traceback + failure.Error() + fmt.Sprintf("%+v", b.recorder.steps)) {
			t.Errorf("%s is shown: %s", given, failure.Traceback)
		}
	}
}
