package script

import (
	"strings"
	"testing"
)

func TestLoad_FindsLiteralsThatAWordRefuses(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		`page.click("#a", timeout = "10s")`:                                "page.click: timeout must be a number of seconds, not a string",
		`page.click("#a", timeout = 0)`:                                    "page.click: timeout = 0 must be more than 0 and at most 120 seconds",
		`page.click("#a", timeout = -1)`:                                   "page.click: timeout = -1 must be",
		`page.click("#a", timeout = 60 * 3)`:                               "page.click: timeout = 180 must be",
		`page.click("#a", timeout = 30000)`:                                "if these are milliseconds, write 30",
		`page.click("#a", timeout = LONG)`:                                 "page.click: timeout = 121 must be",
		`page.click("#a", 500)`:                                            "page.click: timeout = 500 must be",
		`page.click("#a", count = 4)`:                                      "page.click: count = 4 must be 1 to 3",
		`page.click("#a", first = "yes")`:                                  "page.click: first must be True or False, not a string",
		`page.click("")`:                                                   `"" is not a selector`,
		`page.wait_for(timeout = 121, home = "#a")`:                        "page.wait_for: timeout = 121 must be",
		`page.goto("/", wait = "load")`:                                    `page.goto: wait = "load" must be "loaded" or "shown"`,
		`page.goto("bills")`:                                               `page.goto: "bills" is neither a path`,
		`page.goto("http://www.example.com/")`:                             "must be https",
		`page.sign_in_basic("in", "a", "b")`:                               `page.sign_in_basic: "in" is neither a path`,
		`page.press("Entr")`:                                               `page.press: there is no key "Entr" (did you mean Enter?)`,
		`page.fill("#a", 7)`:                                               "page.fill: text must be a text or an opaque value, not a int",
		`page.pages("#next", ".row", limit = 1000)`:                        "page.pages: limit = 1000 must be 1 to 200",
		`page.frame("iframe").click("#a", timeout=0)`:                      "page.click: timeout = 0 must be",
		`user.approve(timeout = 601, home = "#a")`:                         "at most 600 seconds",
		`user.credentials(attempts = 11)`:                                  "user.credentials: attempts = 11 must be 1 to 10",
		`user.one_time_code(digits = 21)`:                                  "user.one_time_code: digits = 21 must be 0 (any code) to 20",
		`user.one_time_code(time_limit = 3601)`:                            "must be 0 (none) to 3600 seconds",
		`user.text("?", reason = "Wrong answer")`:                          `must be a key like "wrong_password"`,
		`progress("Opening your bills")`:                                   `must be a key like "opening_bills"`,
		`progress("opening_bills", count = -1)`:                            "must not be negative",
		`match("(\\d", "x")`:                                               "is not a regular expression: error parsing regexp: missing closing )",
		`match(pattern = "a{2,1}", text = "x")`:                            "is not a regular expression",
		`money("x", currency = "USB")`:                                     `money: currency = "USB" is not the code of a known currency`,
		`money("x", decimal = ";")`:                                        `money: decimal = ";" must be "." or ","`,
		`date("x", order = "ymd")`:                                         `date: order = "ymd" must be "mdy" or "dmy"`,
		`date("x", year = 26)`:                                             "date: year = 26 must be 1900 to 2200",
		`date("x", days = -5000)`:                                          "date: days = -5000 must be -4000 to 4000",
		`date("x", zone = "New York")`:                                     `date: zone = "New York" is unknown`,
		`timestamp("x", zone = "America/Springfield")`:                     `timestamp: zone = "America/Springfield" is unknown`,
		`now(days = 4001)`:                                                 "now: days = 4001 must be",
		`page.wait_for(home = url(" "))`:                                   "url: pattern must be 1 to 1000 bytes",
		"for a in user.credentials():\n        a.reject(\"\")":             "attempt.reject: give a reason",
		"for a in user.credentials():\n        a.reject(\"Wrong\")":        "attempt.reject: the reason \"Wrong\" must be a key",
		"card = page.frame(\"iframe\")\n    card.fill(\"#a[\", \"x\")":     `"#a[" is not a selector`,
		"card = page.frame(\"iframe\")\n    card.click(\"#a\", count = 9)": "count = 9 must be 1 to 3",
	} {
		_, err := Load("test.star", []byte("LONG = 121\ndef run(page, arguments, user):\n    "+code+"\n"))
		line := "test.star:3: "
		if strings.Contains(code, "\n") {
			line = "test.star:4: "
		}
		if err == nil || !strings.Contains(err.Error(), line) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s loads with\n%v\nwant %q on %q", code, err, want, line)
		}
	}
}

func TestLoad_AcceptsWhatMayBeRight(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		`page.click("#a", timeout = None)`,
		`page.click("#a", timeout = given)`,
		`page.rows(".row", timeout = ".wait", first = ".name")`,
		`page.wait_for(first = "#a", count = "#b")`,
		`page.press("Control+A")`,
		`page.goto("/bills" + given)`,
		`page.goto("https://www.example.com/")`,
		`page.fill("#a", given)`,
		`date("x", year = 0, order = "", zone = "+02:00")`,
		`match("(" + given, "x")`,
		"date = lambda text, order: text\n    date(\"x\", order = \"ymd\")",
	} {
		_, err := Load("test.star", []byte("def run(page, given, user):\n    "+code+"\n"))
		if err != nil && strings.Contains(err.Error(), "test.star:2") || err != nil && strings.Contains(err.Error(), "test.star:3") {
			t.Errorf("%s does not load: %v", code, err)
		}
	}
}
