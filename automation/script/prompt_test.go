package script

import (
	"encoding/json"
	"fmt"
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

func TestPrompt_ShowsUserNameToItsOwner(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, `
def run(page, arguments, user):
    for attempt in user.credentials():
        break
    user.choose([{"id": "a", "label": "Mail ada@example.com"}])
    user.text("Is ada@example.com yours? Not " + "hunter2-canary" + "-wolf?", secret = False)
    user.confirm([{"label": "x", "before": "ada@example.com", "after": "rex"}])
    print("ada@example.com likes rex")
    for attempt in user.one_time_code(sent_to = "ada@example.com"):
        break
    return {"email": "ada@example.com", "pet": "rex", "secret": "hunter2-canary" + "-wolf"}
`)
	b := start(t, integration, answerWith("username", "ada@example.com", "password", canary), answerWith("choice", "a"),
		answerWith("text", "rex"), answerWith("confirm", "yes"), answerWith("code", "1"))
	got, err := b.write("")
	if want := `{"email":"ada@example.com","pet":"rex","secret":"[redacted]"}`; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	asked := b.user.asked
	if asked[1].Options[0].Label != "Mail ada@example.com" || asked[2].Question != "Is ada@example.com yours? Not •••?" ||
		asked[3].Changes[0].Before != "ada@example.com" || asked[4].SentTo != "ada@example.com" {
		t.Errorf("asked %+v", asked[1:])
	}
	if text := fmt.Sprintf("%+v", b.recorder.steps); strings.Contains(text, "ada@") || strings.Contains(text, "rex") {
		t.Errorf("a step holds what is personal: %s", text)
	}
}

func TestPrompt_KeepsNameThatResemblesUserName(t *testing.T) {
	t.Parallel()
	b := start(t, loadBody(t, `
def run(page, arguments, user):
    for attempt in user.credentials():
        break
    user.choose([{"id": "a", "label": "ada Lovelace, Nevada"}])
    return {"name": "ada Lovelace", "first": "ada"}
`), answerWith("username", "ada", "password", canary), answerWith("choice", "a"))
	if got, err := b.write(""); err != nil || got != `{"name":"ada Lovelace","first":"ada"}` {
		t.Errorf("got %s, %v", got, err)
	}
	if label := b.user.asked[1].Options[0].Label; label != "ada Lovelace, Nevada" {
		t.Errorf("the user is shown %q", label)
	}
}

// A site that sends codes to a secret shows only what the user typed.
func TestOneTimeCode_OmitsMaskedDestination(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, `
def run(page, arguments, user):
    for attempt in user.credentials():
        attempt["username"]
        break
    for shown in ["swordfish", "mail to swordfish"]:
        for attempt in user.one_time_code(sent_to = shown):
            break
    return {}
`)
	b := start(t, integration, answerWith("username", "ada@example.com", "password", "swordfish"), answerWith("code", "1"), answerWith("code", "2"))
	if _, err := b.write(""); err != nil {
		t.Fatal(err)
	}
	if asked := b.user.asked; asked[1].SentTo != "" || asked[2].SentTo != "mail to •••" {
		t.Errorf("asked %+v", asked)
	}
}
