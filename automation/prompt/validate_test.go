package prompt_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"passage/automation/prompt"
)

func TestPrompt_ValidatesAnswers(t *testing.T) {
	t.Parallel()
	credentials := prompt.Prompt{Kind: prompt.Credentials, Fields: []prompt.Field{{Name: "username"}, {Name: "password"}}}
	code := prompt.Prompt{Kind: prompt.OneTimeCode, Digits: 6, CanResend: true}
	choice := prompt.Prompt{Kind: prompt.Choice, Options: []prompt.Option{{ID: "a"}}}
	type m = map[string]string
	for _, test := range []struct {
		prompt       prompt.Prompt
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
		{prompt.Prompt{Kind: prompt.OneTimeCode}, m{"action": "resend"}, m{"action": "unknown_option"}},
		{prompt.Prompt{Kind: prompt.OneTimeCode}, m{"code": "any-Thing"}, nil},
		{choice, m{"choice": "a"}, nil},
		{choice, m{"choice": "b"}, m{"choice": "unknown_option"}},
		{choice, nil, m{"choice": "required"}},
		{prompt.Prompt{Kind: prompt.Text}, m{"text": ""}, m{"text": "required"}},
		{prompt.Prompt{Kind: prompt.Text}, m{"text": "x"}, nil},
		{prompt.Prompt{Kind: prompt.Confirm}, m{"confirm": "no"}, nil},
		{prompt.Prompt{Kind: prompt.Confirm}, m{"confirm": "maybe"}, m{"confirm": "unknown_option"}},
		{prompt.Prompt{Kind: prompt.Approval}, nil, nil},
	} {
		if _, got := test.prompt.Validate(test.values); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: Validate(%v) = %v, want %v", test.prompt.Kind, test.values, got, test.want)
		}
	}
}

func TestPrompt_OmitsEmptyFieldsInJSON(t *testing.T) {
	t.Parallel()
	encoded, err := json.Marshal(prompt.Prompt{Kind: prompt.Credentials, Fields: []prompt.Field{{Name: "a", Label: "b", Secret: true}}, AttemptsLeft: 3})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"kind":"credentials","fields":[{"name":"a","label":"b","secret":true}],"attemptsLeft":3}`
	if string(encoded) != want {
		t.Errorf("got  %s\nwant %s", encoded, want)
	}
}
