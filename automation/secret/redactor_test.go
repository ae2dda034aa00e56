package secret

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestRedactor_ScrubsEveryEncoding(t *testing.T) {
	t.Parallel()
	for _, plain := range []string{`p&ss "w<o>rd'/+ü€😀`, "correct horse", "a+b/c=d", "пароль!"} {
		r := NewRedactor()
		r.Add(New(plain))
		marshalled, err := json.Marshal(plain)
		if err != nil {
			t.Fatal(err)
		}
		inJSON := strings.Trim(string(marshalled), `"`)
		for name, text := range map[string]string{
			"plain":      plain,
			"query":      url.QueryEscape(plain),
			"path":       url.PathEscape(plain),
			"lower":      strings.ToLower(url.QueryEscape(plain)),
			"html":       html.EscapeString(plain),
			"json":       inJSON,
			"base64":     base64.StdEncoding.EncodeToString([]byte(plain)),
			"base64url":  base64.URLEncoding.EncodeToString([]byte(plain)),
			"basic":      base64.StdEncoding.EncodeToString([]byte("user:" + plain)),
			"in a token": base64.RawURLEncoding.EncodeToString([]byte(`{"p":"` + plain + `","q":1}`)),
		} {
			if name == "lower" && strings.ContainsAny(url.QueryEscape(plain), "GHIJKLMNOPQRSTUVWXYZ") {
				continue
			}
			scrubbed := r.Scrub("before " + text + " after")
			if strings.Contains(scrubbed, text) || !strings.Contains(scrubbed, Redacted) {
				t.Errorf("%s of %q: %q", name, plain, scrubbed)
			}
			if !strings.HasPrefix(scrubbed, "before ") || !strings.HasSuffix(scrubbed, " after") {
				t.Errorf("%s of %q took too much: %q", name, plain, scrubbed)
			}
		}
	}
}

func TestRedactor_ScrubsShortSecretsWhereTheyStandAlone(t *testing.T) {
	t.Parallel()
	r := NewRedactor()
	for _, text := range []string{"", "ab", "üö", "abc", "abcdef"} {
		r.Add(New(text))
	}
	if got, want := r.Scrub("ab abc xabcx abcdef xabcdefx üö"), "ab [redacted] xabcx [redacted] x[redacted]x üö"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestRedactor_KeepsWhatIsPersonalForItsOwner(t *testing.T) {
	t.Parallel()
	r := NewRedactor()
	r.AddPersonal(New("Ada@Example.com"))
	r.AddPersonal(New("Ada"))
	r.AddPersonal(New("same text"))
	r.Add(New("same text"))
	const text = "Ada Ada@Example.com ada@example.com same text"
	if got, want := r.Scrub(text), "[redacted] [redacted] [redacted] [redacted]"; got != want {
		t.Errorf("Scrub: %q, want %q", got, want)
	}
	for name, got := range map[string]string{"ScrubSecrets": r.ScrubSecrets(text), "ScrubValue": r.ScrubValue(text)} {
		if want := "Ada Ada@Example.com ada@example.com [redacted]"; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := r.ScrubValue("Ada"); got != "Ada" {
		t.Errorf("a result of the user name is %q", got)
	}
	if !slices.Contains(r.Private(), "Ada@Example.com") {
		t.Errorf("pictures are not masked: %q", r.Private())
	}
}

func TestRedactor_KeepsLast4OfACardInResults(t *testing.T) {
	t.Parallel()
	r := NewRedactor()
	for _, text := range []string{"4111 1111 1111 1111", "737", "1111"} {
		r.Add(New(text))
	}
	for text, want := range map[string]string{"737": Redacted, "1111": "1111", "737 items": "737 items", "4111 1111 1111 1111": Redacted} {
		if got := r.ScrubValue(text); got != want {
			t.Errorf("ScrubValue(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestRedactor_ScrubsCardNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"4111111111111111":                      Redacted,
		"card 4111 1111 1111 1111 ends":         "card " + Redacted + " ends",
		"4111-1111-1111-1111":                   Redacted,
		"4111\u00a01111\u20111111\u00a01111":    Redacted,
		"12 4111 1111 1111 1111 03/27":          "12 " + Redacted + " 03/27",
		"378282246310005, 3782 822463 10005":    Redacted + ", " + Redacted,
		"4111111111111112":                      "4111111111111112", // not Luhn-valid
		"99 4111111111111111x":                  "99 " + Redacted + "x",
		"1234567890":                            "1234567890",
		"41111111111111110000000000":            "41111111111111110000000000", // longer than any card's
		"{\"n\":\"6011000990139424\",\"m\":42}": "{\"n\":\"" + Redacted + "\",\"m\":42}",
		"30569309025904 5105105105105100":       Redacted + " " + Redacted,
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

func TestRedactor_IsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	r := NewRedactor()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			text := fmt.Sprintf("secret-%d-", i)
			r.Add(New(text))
			if strings.Contains(r.Scrub("x"+text+"y"), text) {
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
	f.Fuzz(func(t *testing.T, plain, text string) {
		r := NewRedactor()
		r.Add(New(plain))
		got := r.Scrub(text + plain + text)
		if len([]rune(plain)) >= replacedAnywhere && !strings.Contains(Redacted, plain) && strings.Contains(strings.ReplaceAll(got, Redacted, "\x00"), plain) {
			t.Errorf("%q of %q is left in %q", plain, text, got)
		}
	})
}

func TestReplaceWord_LeavesLongerWordsAlone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"737": "[redacted]", "7370 737": "7370 [redacted]", "a737": "a737", "(737)": "([redacted])",
		"737737": "737737", "737-737": "[redacted]-[redacted]", "": "", "é737": "é737", "737€": "[redacted]€",
	} {
		if got := replaceWord(text, "737"); got != want {
			t.Errorf("replaceWord(%q) = %q, want %q", text, got, want)
		}
	}
}
