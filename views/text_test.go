package views

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
)

// leaves collects every string of a Text by its path.
func leaves(at string, value reflect.Value, into map[string]string) {
	switch value.Kind() {
	case reflect.String:
		into[at] = value.String()
	case reflect.Struct:
		for i := range value.NumField() {
			leaves(at+"."+value.Type().Field(i).Name, value.Field(i), into)
		}
	case reflect.Array:
		for i := range value.Len() {
			leaves(at+"."+string(rune('a'+i)), value.Index(i), into)
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			leaves(at+"["+key.String()+"]", value.MapIndex(key), into)
		}
	}
}

func sentences(text *Text) map[string]string {
	all := map[string]string{}
	leaves("", reflect.ValueOf(*text), all)
	return all
}

var placeholder = regexp.MustCompile(`\{[a-z0-9]+\}`)

func placeholders(sentence string) string {
	found := placeholder.FindAllString(sentence, -1)
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " ")
}

func TestText_IsCompleteWithTheSamePlaceholders(t *testing.T) {
	t.Parallel()
	original := sentences(&english)
	for _, language := range languages[1:] {
		translated := sentences(language)
		for at, sentence := range original {
			other, ok := translated[at]
			switch {
			case !ok:
				t.Errorf("%s: %s is missing", language.Lang, at)
			case (sentence == "") != (other == ""):
				t.Errorf("%s: %s is %q, and %q in English", language.Lang, at, other, sentence)
			case placeholders(sentence) != placeholders(other):
				t.Errorf("%s: %s has %s, and %s in English", language.Lang, at, placeholders(other), placeholders(sentence))
			}
		}
		for at := range translated {
			if _, ok := original[at]; !ok {
				t.Errorf("%s: %s is not in English", language.Lang, at)
			}
		}
	}
}

func TestText_HasNoEmptyEnglishSentence(t *testing.T) {
	t.Parallel()
	for at, sentence := range sentences(&english) {
		reading := strings.HasPrefix(at, ".OperationSummaries[") && (strings.HasSuffix(at, ".Try") || strings.HasSuffix(at, ".Tried")) && strings.Contains(at, "read]")
		if sentence == "" && !reading {
			t.Errorf("%s is empty", at)
		}
	}
}

func TestText_HasTitleAndAdviceForEveryCode(t *testing.T) {
	t.Parallel()
	for _, language := range languages {
		for _, entry := range outcome.All() {
			if text, ok := language.Codes[entry.Code]; !ok || text.Title == "" || text.Advice == "" {
				t.Errorf("%s has no text for %s", language.Lang, entry.Code)
			}
		}
		if len(language.Codes) != len(outcome.All()) {
			t.Errorf("%s has %d codes, there are %d", language.Lang, len(language.Codes), len(outcome.All()))
		}
	}
}

func TestText_TurnsUnknownKeysIntoSentences(t *testing.T) {
	t.Parallel()
	for _, language := range languages {
		for what, sentence := range map[string]string{
			"code":     language.Code("SOME_NEW_CODE").Title,
			"reason":   language.Reason("some_new_reason"),
			"field":    language.Field("some_new_field"),
			"choice":   language.Choice("some_new_choice"),
			"label":    language.Label("some_new_label") + "–",
			"progress": language.ProgressText("some_new_step", 3),
			"read":     language.OperationSummary("demo", "someResource", "read").Ask,
			"write":    language.OperationSummary("demo", "someResource", "write").Ask,
		} {
			if sentence == "" || strings.Contains(sentence, "some") && strings.ContainsAny(sentence, "_") {
				t.Errorf("%s: an unknown %s is shown as %q", language.Lang, what, sentence)
			}
		}
	}
}

func TestMatch_PicksTheFirstKnownLanguage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		locale, header, want string
	}{
		{"", "", "en"},
		{"", "es-MX,es;q=0.9,en;q=0.8", "es"},
		{"", "de-DE,de;q=0.9", "en"},
		{"", "de-DE,es;q=0.5", "es"},
		{"es-419", "en-US", "es"},
		{"en-GB", "es", "en"},
		{"not a language", "es", "es"},
		{"", strings.Repeat("x,", 5000), "en"},
	} {
		if got := Match(c.locale, c.header).Lang; got != c.want {
			t.Errorf("Match(%q, %.20q) is %s, want %s", c.locale, c.header, got, c.want)
		}
	}
}

func TestFill_KeepsBracesInValues(t *testing.T) {
	t.Parallel()
	if got := Fill("{merchant} and {service}", "merchant", "{service}", "service", "Demo"); got != "{service} and Demo" {
		t.Errorf("got %q", got)
	}
}

func TestText_WritesDurationsInWords(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "a moment", time.Second: "1 second", 40 * time.Second: "40 seconds", time.Minute: "1 minute",
		5 * time.Minute: "5 minutes", 24 * time.Hour: "1 day", 30 * 24 * time.Hour: "30 days",
	} {
		if got := english.Duration(d); got != want {
			t.Errorf("%v is written %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{0: "0:00", 14 * time.Second: "0:14", 75 * time.Second: "1:15", -time.Second: "0:00"} {
		if got := Clock(d); got != want {
			t.Errorf("%v on the clock is %q, want %q", d, got, want)
		}
	}
	if got := spanish.FormatTime(time.Date(2026, 11, 23, 9, 5, 0, 0, time.UTC)); got != "23 de noviembre de 2026, 09:05 UTC" {
		t.Errorf("the date in Spanish is %q", got)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("es-MX", "en;q=0.1,*;q=0.5")
	f.Fuzz(func(t *testing.T, locale, header string) {
		if Match(locale, header) == nil {
			t.Error("no language")
		}
	})
}
