package prompt_test

import (
	"strings"
	"testing"
	"unicode"

	"passage/automation/prompt"
)

func TestPrompt_UnderstandsCodesAsTheyAreTypedAndPasted(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"123456", " 123 456\n", "123-456", "１２３４５６", "١٢٣٤٥٦", "۱۲۳۴۵۶", "१२३४५६", "𝟭𝟮𝟯𝟰𝟱𝟲",
		"123\u200b456", "\u200e123456\u200f", "\ufeff123456", "\u202a123456\u202c", "123\u00ad456", "123\u2060456",
		"123\u00a0456", "123\u202f456", "123\u3000456", "123–456", "123—456", "123\u2011456", "123\u2212456", "１２３ー４５６", "123\u034f456",
		"1\ufe0f2\ufe0f3\ufe0f4\ufe0f5\ufe0f6\ufe0f", "G-123456", "G‑123456", "FB-123456", "Code: 123456.", "(123456)", "123456\x00",
	} {
		answer, invalid := prompt.Prompt{Kind: prompt.OneTimeCode, Digits: 6}.Validate(map[string]string{"code": typed})
		if invalid != nil || answer["code"] != "123456" {
			t.Errorf("%+q: %q, %v", typed, answer["code"], invalid)
		}
	}
}

func TestPrompt_RefusesCodesThatCouldBeOthers(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"1234567": "digits", "12345": "digits", "1a23456": "digits", "123456/654321": "digits", "123456 789": "digits",
		"①②③④⑤⑥": "digits", "²³⁴⁵⁶⁷": "digits", "\u200b": "required", "–": "required", "": "required",
	} {
		if _, invalid := (prompt.Prompt{Kind: prompt.OneTimeCode, Digits: 6}).Validate(map[string]string{"code": typed}); invalid["code"] != want {
			t.Errorf("%+q: %v, want %s", typed, invalid, want)
		}
	}
}

// Where the length is unknown, nothing of a code is left out but what shows nothing.
func TestPrompt_KeepsLettersOfCodesOfAnyForm(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{"ABCD–EFGH": "ABCDEFGH", "G-123456": "G123456", "x１٢": "x12"} {
		answer, invalid := prompt.Prompt{Kind: prompt.OneTimeCode}.Validate(map[string]string{"code": typed})
		if invalid != nil || answer["code"] != want {
			t.Errorf("%+q: %q, %v, want %q", typed, answer["code"], invalid, want)
		}
	}
}

// The decimal digits of each script are ten characters in a row, and mean 0 to 9.
func TestPrompt_UnderstandsDecimalDigitsOfEveryScript(t *testing.T) {
	t.Parallel()
	var digits []rune
	for r := range unicode.MaxRune {
		if unicode.Is(unicode.Nd, r) {
			digits = append(digits, r)
		}
	}
	for ; len(digits) >= 10; digits = digits[10:] {
		answer, invalid := prompt.Prompt{Kind: prompt.OneTimeCode, Digits: 10}.Validate(map[string]string{"code": string(digits[:10])})
		if invalid != nil || answer["code"] != "0123456789" || digits[9]-digits[0] != 9 {
			t.Errorf("%s: %q, %v", string(digits[:10]), answer["code"], invalid)
		}
	}
	if len(digits) != 0 {
		t.Errorf("%d digits are left over", len(digits))
	}
}

func TestPrompt_TrimsUserNamesButNoPasswords(t *testing.T) {
	t.Parallel()
	credentials := prompt.Prompt{Kind: prompt.Credentials, Fields: []prompt.Field{
		{Name: "username", Autocomplete: "username"}, {Name: "postcode"},
		{Name: "password", Secret: true}, {Name: "shown", Autocomplete: "current-password"},
	}}
	const name = "ada lovelace@example.com"
	for _, space := range []string{" ", "\t", "\r\n", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u200e", "\u2060", "\x00", " \u202c "} {
		answer, invalid := credentials.Validate(map[string]string{
			"username": space + name + space, "postcode": "94103" + space, "password": space + "x" + space, "shown": space + "x" + space,
		})
		want := map[string]string{"username": name, "postcode": "94103", "password": space + "x" + space, "shown": space + "x" + space}
		for field, value := range want {
			if answer[field] != value || invalid != nil {
				t.Errorf("%+q: %s is %+q, %v", space, field, answer[field], invalid)
			}
		}
	}
	_, invalid := credentials.Validate(map[string]string{"username": "\u200b\u00a0", "postcode": "1", "password": "x", "shown": "x"})
	if invalid["username"] != "required" {
		t.Errorf("a user name of nothing visible: %v", invalid)
	}
	if _, invalid := credentials.Validate(map[string]string{"username": strings.Repeat(" ", 2000)}); invalid["username"] != "too_long" {
		t.Errorf("a user name of 2000 spaces: %v", invalid)
	}
}
