package script

import (
	"fmt"

	"go.starlark.net/starlark"

	"passage/automation/script/dialect"
)

// globalWords are the words that are global functions.
var globalWords = map[string]globalWord{
	"integration": {declareIntegration, manual{
		"integration(id, name, site, hosts, credentials, attempts = 0, window = 0, language = \"en-US\", zone = \"UTC\")",
		"Declares the integration, once, at the top of the file. site is an origin; hosts are the names (ports 80 and 443) or name:port that the browser may talk to, and no others. If the site locks an account after a number of wrong passwords, attempts (2 to 100) is that number, and window (60 to 86400) the seconds in which they count: then the user is stopped one attempt short of it. Attempts are counted for each user name, over all links; the user name is the field with autocomplete = \"username\", or else the first that is not secret. language and zone are what the browser tells the site, on every machine: a language tag such as es-US, and the name of a time zone such as America/New_York. Sites that write times in the browser's zone write them in that one; page.language and page.zone return them.",
		"At load, each error with its line.",
		"integration(\n    id = \"hello\", name = \"Hello\", site = \"https://www.example.com\", hosts = [\"www.example.com\"],\n    credentials = [field(\"password\", label = \"password\", secret = True)],\n)",
	}},
	"field": {declareField, manual{
		"field(name, label, autocomplete = \"\", secret = False)",
		"One input of the credentials form. label is a key; its text is in views. autocomplete is a token of HTML. White space and invisible characters at the ends of a value are left out, except in a secret field and in one whose autocomplete names a password.",
		"At load.",
		`credentials = [field("username", label = "email", autocomplete = "username")]`,
	}},
	"account": {accountWord, manual{
		"account(id)",
		"Names the account that login is in, once the site shows it: by a customer number or an address. Only in login. What an earlier attempt of the link did and verified in the same account is not done again; without this word, nothing is taken over. The id is stored as an HMAC.",
		"AUTOMATION_ERROR for an empty text, one of more than 200 characters, and another account than before.",
		`account(page.text("#account-number"))`,
	}},
	"fail": {failWord, manual{
		"fail(code, detail = \"\")",
		"Ends the session with an outcome code. The detail is for developers.",
		"A code that a script may not use is found at load, if it is written out.",
		`fail("ACCOUNT_LOCKED", "the site shows .locked")`,
	}},
	"print": {printWord, manual{
		"print(value, …)",
		"Adds a step to the recording, for debugging: 200 characters, scrubbed.",
		"Opaque values are refused.",
		`print("on", page.url)`,
	}},
	"progress": {progressWord, manual{
		"progress(code, count = 0)",
		"Tells the user what is happening, by a label key, and how many there are of it.",
		"None.",
		`progress("found_bills", count = 12)`,
	}},
	"resuming": {resumingWord, manual{
		"resuming() → True or False",
		"Whether an earlier attempt may have submitted this write: then read back first. integrations try --resuming makes it so.",
		"None.",
		"if resuming():\n    page.goto(\"/cards\")",
	}},
	"url": {urlWord, manual{
		"url(pattern)",
		"An outcome for page.wait_for and user.approve: the page is at an address, as in page.wait_url.",
		"None.",
		`page.wait_for(home = url("/account*"), code = url("https://id.example.com/*/otp"))`,
	}},
	"text": {textWord, manual{
		"text(words)",
		"An outcome for page.wait_for and user.approve: the words are visible, in any case.",
		"None.",
		`page.wait_for(home = text("Welcome back"), locked = text("too many attempts"))`,
	}},
	"hidden": {hiddenWord, manual{
		"hidden(selector)",
		"An outcome for page.wait_for and user.approve: the selector matches, and nothing that it matches is visible, such as the entry of a menu that is closed.",
		"None.",
		`page.wait_for(home = hidden("text=Log out"), wrong = ".error")`,
	}},
	"response": {responseWord, manual{
		"response(path, status = None, method = \"\")",
		"An outcome for page.wait_for and user.approve: the site answered a request of the page, for its document, a form, a frame, or data (XHR and fetch), redirects included. The path is compared as by page.wait_url, without query and fragment: on any of the integration's hosts, unless it is a whole address; * stands for anything. status is a number, a class such as \"4xx\" or a list of them, and method a method in capitals; left out, any will do. A response counts if it came since the last word that acted (goto, click, fill, press and so on), so also if it was faster than the wait. Those of a popup count for the popup only; those to page.fetch, and what a worker of the page asks for, do not count.",
		"At load, if the arguments are written out, and else at once: AUTOMATION_ERROR.",
		`page.wait_for(home = "#account", limited = response("/login", status = 429), wrong = response("/api/*", status = ["4xx"], method = "POST"))`,
	}},
	"now": {nowWord, manual{
		"now(days = 0) → text",
		"The time in UTC, as in 2026-08-12T09:30:00Z, moved by a number of days. The first ten characters are the date.",
		"None.",
		`since = now(days = -90)[:10]`,
	}},
	"match": {matchWord, manual{
		"match(pattern, text, all = False) → list of texts or None",
		"The first match of a regular expression (Go's syntax, at most 1000 bytes): the whole, then each group, None for a group without a match. With all = True, a list of such lists, at most 1000.",
		"AUTOMATION_ERROR for an invalid regular expression.",
		"found = match(r\"ending in (\\d{4})\", \"Visa ending in 1111\")\nlast4 = found[1] if found else None",
	}},
	"money": {moneyWord, manual{
		"money(text, currency = \"\", decimal = \"\") → {\"amount\": number, \"currency\": code or None}",
		"The only amount in a text: $1,064.50, 1.064,50 €, -£3, ($5.00), $5 CR, CHF 1'000, .99. The currency is an ISO 4217 code: that in the text, where a bare $ is USD, or that of currency =, which must not contradict the text. decimal is the mark before the fraction, if the text does not make it clear. A dash between a label and the amount, as in Amount due - $5, is not a minus.",
		"AUTOMATION_ERROR, with the text, for no amount; for a second number, as in Visa 1111 85.00; for 1.064, which may be either; and for anything beside the amount that may change it: $1.2K, 12 %, Refund-$5, Pay ($5).",
		`due = money("$85.00")["amount"]`,
	}},
	"date": {dateWord, manual{
		"date(text, order = \"\", year = 0, days = 0, zone = \"UTC\") → text",
		"The only date in a text, as 2026-08-12: Aug 12, 2026, 12 August 2026, 12-Aug-26, 2026-08-12, 08/12/2026 (order = \"mdy\" or \"dmy\" if both are possible and no weekday decides), Aug 12 (with year =). Or the date of a number of Unix milliseconds, in a zone. days moves it by a number of days, at most 4000.",
		"AUTOMATION_ERROR, with the text, for no date; for several, also if one of them is not whole, as in Aug 12 – Sep 11, 2026; for a day that does not exist, and for a weekday that is not that of the date.",
		"due = date(\"Due by Aug 12, 2026\")\nstart = date(due, days = -30)",
	}},
	"timestamp": {timestampWord, manual{
		"timestamp(text, zone = \"\", order = \"\", year = 0) → number",
		"The one point in time in a text, as Unix milliseconds: 2026-08-12T09:30:00Z, 2026-08-12 09:30:00.250+02:00, Aug 12, 2026, 9:30 PM, 12 Aug 2026 21h30. zone is the time zone of a text that has none: a name such as America/New_York, or an offset such as +02:00; page.zone if the site writes times in the zone of the browser. Letters in the text, such as PDT, must be those of that zone at that time. Without a time of day it is the beginning of the day. The date is read as by date.",
		"AUTOMATION_ERROR, with the text, as for date; for several times of day, one that does not exist, an unknown zone, letters of another zone, and any number or word that may be part of the time and is not understood, such as 2130 or noon.",
		"placed = timestamp(\"2026-08-12T09:30:00Z\")\nread = timestamp(\"Aug 12, 2026, 9:30 PM\", zone = \"America/New_York\")",
	}},
}

// globalFunctions returns the words by name, as functions of Starlark.
func globalFunctions() starlark.StringDict {
	functions := starlark.StringDict{}
	for name, word := range globalWords {
		functions[name] = starlark.NewBuiltin(name, checked(word))
	}
	return functions
}

// checked makes a word check its arguments first.
func checked(word globalWord) builtin {
	return func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := checkArguments(b.Name(), word.manual, args, kwargs); err != nil {
			return nil, err
		}
		if err := dialect.SpendReading(thread, dialect.Values(args, kwargs)...); err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		return word.do(thread, b, args, kwargs)
	}
}
