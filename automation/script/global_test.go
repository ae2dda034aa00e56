package script

import (
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
)

func TestGlobalWords_ParseTexts(t *testing.T) {
	t.Parallel()
	b := start(t, loadBody(t, `
def run(page, arguments):
    found = match(r"ending in (\d{4})(x)?", "Visa ending in 1111")
    return {
        "money": money("$85.00"), "bare": money("85"), "date": date("Aug 12, 2026"),
        "group": found, "none": match("a", "b"), "all": match(r"\d", "a1b2", all = True),
        "today": now()[:10], "since": now(days = -30) < now(), "outcome": [url("/a*"), text("Hi")],
    }
`))
	got, err := b.write("{}")
	today := time.Now().UTC().Format(time.DateOnly)
	want := `{"money":{"amount":85,"currency":"USD"},"bare":{"amount":85,"currency":null},"date":"2026-08-12",` +
		`"group":["ending in 1111","1111",null],"none":null,"all":[["1"],["2"]],"today":"` + today + `","since":true,"outcome":["url=/a*","text=Hi"]}`
	if err != nil || got != want {
		t.Errorf("got  %s\nwant %s (%v)", got, want, err)
	}
	for code, want := range map[string]string{
		`money("$1 or $2")`:              `money: there is more than one number in "$1 or $2"`,
		`date("1/2/2026")`:               "date: 1 and 2 may be month and day",
		`match("(".strip(), "x")`:        "is not a regular expression",
		`match("a" * 2000, "x")`:         "2000 bytes is too long",
		`money(1)`:                       "money: for parameter text: got int, want string",
		`date("x", order="ymd".strip())`: `date: order = "ymd" must be`,
		`now(days = int("99999"))`:       "must be -4000 to 4000",
		`url("".strip())`:                "url: pattern must be",
		`[match("^(a*)$", "a" * 900000) for i in range(999)]`: "too many steps",
	} {
		b := start(t, loadBody(t, "def run(page, arguments):\n    return "+code+"\n"))
		_, err := b.write("{}")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s ended with %v, want %q", code, err, want)
		}
	}
}

func TestDateWord_MovesDatesAndReadsMilliseconds(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, `
def run(page, arguments):
    return {
        "moved": date("Mar 1, 2028", days = -1),
        "number": date(1788246000000),
        "zoned": date(1788246000000, zone = "Pacific/Auckland"),
        "placed": timestamp("2026-09-01T07:00:00Z"),
    }
`)
	got, err := start(t, integration).write("")
	if want := `{"moved":"2028-02-29","number":"2026-09-01","zoned":"2026-09-01","placed":1788246000000}`; err != nil || got != want {
		t.Errorf("got %s (%v), want %s", got, err, want)
	}
	for call, want := range map[string]string{
		`date("2026-08-12", days = int("5000"))`: "days = 5000 must be -4000 to 4000",
		`date(-1)`:                               "-1 is not a number of Unix milliseconds",
		`date([])`:                               "not a list",
		`timestamp("2026-08-12T09:30")`:          "there is no zone in",
	} {
		_, err := start(t, loadBody(t, "\ndef run(page, arguments):\n    return "+call+"\n")).write("")
		wantFailure(t, err, outcome.AutomationError, 3, want)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add(`(a)|(b*)`, "aab\xff")
	f.Add(`(?i)\bx{2,5}$`, "xxXX")
	f.Add(`((((a?)*)*)*)*`, "aaaa")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		expression, _, err := compilePattern(pattern)
		if err != nil {
			return
		}
		if found := matches(expression, text, true); len(found) > maxMatches {
			t.Errorf("%d matches", len(found))
		}
	})
}
