package strictjson

import "testing"

func TestParse_RefusesHalvesOfCharacters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`{"a":"\ud83d\ude00"}`:   true,
		`{"a":"\uD83D\uDE00."}`:  true,
		`{"a":"\\ud83d"}`:        true, // a backslash, and letters
		`{"a":"\\\\ud83d\n"}`:    true,
		`{"a":"\u00e9\u0041"}`:   true,
		`{"a":"\ud83d"}`:         false,
		`{"a":"\ude00"}`:         false,
		`{"a":"\ud83d\ud83d"}`:   false,
		`{"a":"\ud83dx\ude00"}`:  false,
		`{"a":"\ud83d\\ude00"}`:  false,
		`{"\ud83d":"a"}`:         false, // in a name
		`{"a":{"b":["\udfff"]}}`: false,
		`{"a":"\\\ud83d"}`:       false,
	} {
		var issues Issues
		if _, err := Parse([]byte(text), &issues); (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}
