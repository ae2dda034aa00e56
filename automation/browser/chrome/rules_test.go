package chrome

import "testing"

func TestRules_MayType(t *testing.T) {
	t.Parallel()
	r := NewRules([]string{"bank.example", "Pay.Example:8443", "plain.example:80", "127.0.0.1:9", "localhost:9", "[::1]:9"}, false)
	for origin, want := range map[string]bool{
		"https://bank.example":           true,
		"https://pay.example:8443":       true,
		"http://127.0.0.1:9":             true,
		"http://localhost:9":             true,
		"http://[::1]:9":                 true,
		"http://bank.example":            false,
		"http://plain.example":           false,
		"https://pay.example":            false,
		"https://bank.example:444":       false,
		"https://bank.example.evil":      false,
		"https://evil.bank.example":      false,
		"https://bank.example@evil.test": false,
		"http://127.0.0.1:10":            false,
		"null":                           false,
		"":                               false,
		"about:blank":                    false,
		"file://bank.example":            false,
	} {
		if got := r.MayType(origin); got != want {
			t.Errorf("%q: %t", origin, got)
		}
	}
}
