package script

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"passage/automation/prompt"
)

func TestPrompt_MasksSecretsThatSiteRepeats(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, `
def run(page, arguments, user):
    for attempt in user.one_time_code(sent_to = "to ada.canary@example.com, card 4242 4242 4242 4242"):
        break
    user.choose([{"id": "a", "label": "Mail ada.canary@example.com"}])
    user.text("Is ada.canary@example.com yours?")
    user.confirm([{"label": "x", "before": "ada.canary@example.com", "after": "ada.canary@example.com"}])
    return {}
`)
	b := start(t, integration, answerWith("code", "1"), answerWith("choice", "a"), answerWith("text", "y"), answerWith("confirm", "yes"))
	if _, err := b.write(`{"email": "ada.canary@example.com"}`, "email"); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(b.user.asked)
	if err != nil {
		t.Fatal(err)
	}
	if leaks(string(encoded)) || !strings.Contains(string(encoded), `"sentTo":"to •••, card •••"`) {
		t.Errorf("asked %s", encoded)
	}
}

func TestOneTimeCode_ComesFromApp(t *testing.T) {
	t.Parallel()
	b := start(t, loadBody(t, "def run(page, arguments, user):\n    for attempt in user.one_time_code(digits = 6, app = True):\n        attempt['code']\n        break\n    return {}\n"), answerWith("code", "123456"))
	if _, err := b.write("{}"); err != nil {
		t.Fatal(err)
	}
	if want := []prompt.Prompt{{Kind: prompt.OneTimeCode, FromApp: true, Digits: 6, AttemptsLeft: 3}}; !reflect.DeepEqual(b.user.asked, want) {
		t.Errorf("asked %+v", b.user.asked)
	}
}
