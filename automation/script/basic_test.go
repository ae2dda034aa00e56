package script

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"passage/automation/outcome"
)

// The site repeats the header that it gets, which holds the password.
func TestSignInBasic_IsNotInTheRecording(t *testing.T) {
	t.Parallel()
	const wrong = "not-the-horse-7"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, given, _ := r.BasicAuth()
		w.Header().Set("Content-Type", "text/html")
		if user != "ada@example.com" || given != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="members"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
		_, _ = w.Write([]byte("<!doctype html><p id=header>" + strings.TrimPrefix(r.Header.Get("Authorization"), "Basic ") + "</p>"))
	}))
	t.Cleanup(server.Close)
	b := visitAt(t, server.URL, `
def login(page, user):
    for attempt in user.credentials(attempts = 2):
        if page.sign_in_basic("/members?from=passage", attempt["username"], attempt["password"]):
            break
        attempt.reject("wrong_password")
    print(page.text("#header"))

def run(page, arguments):
    return {"header": page.text("#header"), "seen": page.wait_for(gone = text(page.text("#header") + "!"), timeout = 0.2)}
`, answerWith("username", "ada@example.com", "password", wrong), answerWith("username", "ada@example.com", "password", password))
	if err := b.Login(); err != nil {
		t.Fatal(err)
	}
	_, err := b.write("{}")
	failure := wantFailure(t, err, outcome.SiteChanged, 10, "")
	if len(b.user.refused) != 1 || b.user.refused[0] != "wrong_password" {
		t.Errorf("rejected: %q", b.user.refused)
	}
	var outcomes []string
	for _, step := range b.recorder.steps {
		if step.Word == "page.sign_in_basic" {
			outcomes = append(outcomes, step.Outcome)
			if step.Selector != "/members" {
				t.Errorf("selector %q", step.Selector)
			}
		}
	}
	if strings.Join(outcomes, " ") != "refused accepted" {
		t.Errorf("outcomes %q", outcomes)
	}
	recording, err := json.Marshal(b.recorder.steps)
	if err != nil {
		t.Fatal(err)
	}
	all := string(recording) + failure.Traceback + failure.Error() + failure.Selector
	for _, canary := range []string{password, wrong, base64.StdEncoding.EncodeToString([]byte("ada@example.com:" + password)), base64.StdEncoding.EncodeToString([]byte("ada@example.com:" + wrong))} {
		if strings.Contains(all, canary) {
			t.Errorf("the recording holds %q:\n%s", canary, all)
		}
	}
	if !strings.Contains(all, "[redacted]") {
		t.Errorf("nothing was redacted:\n%s", all)
	}
}

func TestSignInBasic_RefusesOtherAddresses(t *testing.T) {
	t.Parallel()
	b := start(t, loadBody(t, "def run(page, arguments):\n    page.sign_in_basic(arguments[\"cvv\"], \"ada\", \"x\")\n    return {}\n"))
	_, err := b.write(`{"cvv": "202202"}`, "cvv")
	wantFailure(t, err, outcome.AutomationError, 2, "")
	b = start(t, loadBody(t, "def run(page, arguments):\n    page.sign_in_basic(\"https://elsewhere.example/\", \"ada\", \"x\")\n    return {}\n"))
	_, err = b.write(`{}`)
	wantFailure(t, err, outcome.AutomationError, 2, "not one of the integration's hosts")
}
