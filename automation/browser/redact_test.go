package browser

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"sync"
	"testing"
)

func TestSecretIsTakenOutInEveryEncoding(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{`p&ss "w<o>rd'/+ü€😀`, "correct horse", "a+b/c=d", "пароль!"} {
		r := NewRedactor()
		r.Add(secret)
		marshalled, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		inJSON := strings.Trim(string(marshalled), `"`)
		for name, text := range map[string]string{
			"plain":      secret,
			"query":      url.QueryEscape(secret),
			"path":       url.PathEscape(secret),
			"lower":      strings.ToLower(url.QueryEscape(secret)),
			"html":       html.EscapeString(secret),
			"json":       inJSON,
			"base64":     base64.StdEncoding.EncodeToString([]byte(secret)),
			"base64url":  base64.URLEncoding.EncodeToString([]byte(secret)),
			"basic":      base64.StdEncoding.EncodeToString([]byte("user:" + secret)),
			"in a token": base64.RawURLEncoding.EncodeToString([]byte(`{"p":"` + secret + `","q":1}`)),
		} {
			if name == "lower" && strings.ContainsAny(url.QueryEscape(secret), "GHIJKLMNOPQRSTUVWXYZ") {
				continue
			}
			scrubbed := r.Scrub("before " + text + " after")
			if strings.Contains(scrubbed, text) || !strings.Contains(scrubbed, redacted) {
				t.Errorf("%s of %q: %q", name, secret, scrubbed)
			}
			if !strings.HasPrefix(scrubbed, "before ") || !strings.HasSuffix(scrubbed, " after") {
				t.Errorf("%s of %q took too much: %q", name, secret, scrubbed)
			}
		}
	}
}

func TestShortSecretIsLeftAndLongerOneWins(t *testing.T) {
	t.Parallel()
	r := NewRedactor()
	for _, secret := range []string{"", "ab", "üö", "abc", "abcdef"} {
		r.Add(secret)
	}
	if got, want := r.Scrub("ab abc abcdef üö"), "ab [redacted] [redacted] üö"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestCardNumbersAreTakenOut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"4111111111111111":                      redacted,
		"card 4111 1111 1111 1111 ends":         "card " + redacted + " ends",
		"4111-1111-1111-1111":                   redacted,
		"4111\u00a01111\u20111111\u00a01111":    redacted,
		"12 4111 1111 1111 1111 03/27":          "12 " + redacted + " 03/27",
		"378282246310005, 3782 822463 10005":    redacted + ", " + redacted,
		"4111111111111112":                      "4111111111111112", // not Luhn-valid
		"99 4111111111111111x":                  "99 " + redacted + "x",
		"1234567890":                            "1234567890",
		"41111111111111110000000000":            "41111111111111110000000000", // longer than any card's
		"{\"n\":\"6011000990139424\",\"m\":42}": "{\"n\":\"" + redacted + "\",\"m\":42}",
		"30569309025904 5105105105105100":       redacted + " " + redacted,
		"1795000000004":                         "1795000000004", // Luhn-valid by chance: a time in milliseconds
		"0073200000013":                         "0073200000013", // or an order's id
		"ends in 1111":                          "ends in 1111",
		"":                                      "",
	} {
		if got := NewRedactor().Scrub(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestRedactorIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	r := NewRedactor()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			secret := fmt.Sprintf("secret-%d-", i)
			r.Add(secret)
			if strings.Contains(r.Scrub("x"+secret+"y"), secret) {
				t.Error("an added secret was let through")
			}
		})
	}
	all.Wait()
}

func FuzzScrub(f *testing.F) {
	f.Add("secret", "a secret 4111 1111 1111 1111")
	f.Add("%2F\"<", "%2f\"&lt;\\u003c")
	f.Add("1111", "4111111111111111")
	f.Add("[re", "[redacted]")
	f.Fuzz(func(t *testing.T, secret, text string) {
		r := NewRedactor()
		r.Add(secret)
		got := r.Scrub(text + secret + text)
		if len([]rune(secret)) >= shortest && !strings.Contains(redacted, secret) && strings.Contains(strings.ReplaceAll(got, redacted, "\x00"), secret) {
			t.Errorf("%q of %q is left in %q", secret, text, got)
		}
	})
}
