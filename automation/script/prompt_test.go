package script

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestPromptValidate(t *testing.T) {
	t.Parallel()
	credentials := Prompt{Kind: KindCredentials, Fields: []Field{{Name: "username"}, {Name: "password"}}}
	code := Prompt{Kind: KindOneTimeCode, Digits: 6, CanResend: true}
	choice := Prompt{Kind: KindChoice, Options: []Option{{ID: "a"}}}
	type m = map[string]string
	for _, test := range []struct {
		prompt       Prompt
		values, want m
	}{
		{credentials, m{"username": "a", "password": " b "}, nil},
		{credentials, m{"username": " "}, m{"username": "required", "password": "required"}},
		{credentials, m{"username": strings.Repeat("x", 2000), "password": "x"}, m{"username": "too_long"}},
		{code, m{"code": "123456"}, nil},
		{code, m{"code": " 123-456 "}, nil},
		{code, m{"code": "12345"}, m{"code": "digits"}},
		{code, m{"code": "12345a"}, m{"code": "digits"}},
		{code, m{}, m{"code": "required"}},
		{code, m{"action": "resend"}, nil},
		{Prompt{Kind: KindOneTimeCode}, m{"action": "resend"}, m{"action": "unknown_option"}},
		{Prompt{Kind: KindOneTimeCode}, m{"code": "any-Thing"}, nil},
		{choice, m{"choice": "a"}, nil},
		{choice, m{"choice": "b"}, m{"choice": "unknown_option"}},
		{choice, nil, m{"choice": "required"}},
		{Prompt{Kind: KindText}, m{"text": ""}, m{"text": "required"}},
		{Prompt{Kind: KindText}, m{"text": "x"}, nil},
		{Prompt{Kind: KindConfirm}, m{"confirm": "no"}, nil},
		{Prompt{Kind: KindConfirm}, m{"confirm": "maybe"}, m{"confirm": "unknown_option"}},
		{Prompt{Kind: KindApproval}, nil, nil},
	} {
		if got := test.prompt.Validate(test.values); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: Validate(%v) = %v, want %v", test.prompt.Kind, test.values, got, test.want)
		}
	}
}

func TestPromptJSONLeavesOutWhatIsNotSaid(t *testing.T) {
	t.Parallel()
	encoded, err := json.Marshal(Prompt{Kind: KindCredentials, Fields: []Field{{Name: "a", Label: "b", Secret: true}}, AttemptsLeft: 3})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"kind":"credentials","fields":[{"name":"a","label":"b","secret":true}],"attemptsLeft":3}`
	if string(encoded) != want {
		t.Errorf("got  %s\nwant %s", encoded, want)
	}
}

func TestPromptsMaskWhatTheSiteEchoesOfSecrets(t *testing.T) {
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
	b := start(t, integration, gives("code", "1"), gives("choice", "a"), gives("text", "y"), gives("confirm", "yes"))
	if _, err := b.write(`{"email": "ada.canary@example.com"}`, "email"); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(b.person.asked)
	if err != nil {
		t.Fatal(err)
	}
	if leaks(string(encoded)) || !strings.Contains(string(encoded), `"sentTo":"to •••, card •••"`) {
		t.Errorf("asked %s", encoded)
	}
}

func TestCodeMayComeFromAnApp(t *testing.T) {
	t.Parallel()
	b := start(t, loadBody(t, "def run(page, arguments, user):\n    for attempt in user.one_time_code(digits = 6, app = True):\n        attempt['code']\n        break\n    return {}\n"), gives("code", "123456"))
	if _, err := b.write("{}"); err != nil {
		t.Fatal(err)
	}
	if want := []Prompt{{Kind: KindOneTimeCode, FromApp: true, Digits: 6, AttemptsLeft: 3}}; !reflect.DeepEqual(b.person.asked, want) {
		t.Errorf("asked %+v", b.person.asked)
	}
}
