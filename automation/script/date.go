package script

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"passage/automation/prompt"

	"go.starlark.net/starlark"
)

// Parsing dates as sites write them.

const monthNames = `jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?`

// The ways to write a date; groups y, m, n (a month's name), d, or a and b for
// two numbers whose order is not said.
var datePatterns = []*regexp.Regexp{
	regexp.MustCompile(`\b(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:\b|T)`),
	regexp.MustCompile(`(?i)\b(?P<n>` + monthNames + `)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,\s*|\s+)(?P<y>\d{4})\b`),
	regexp.MustCompile(`(?i)\b(?P<d>\d{1,2})(?:st|nd|rd|th)?\.?(?:\s+of\s+|[\s-]+)(?P<n>` + monthNames + `)\.?(?:,\s*|[\s-]+)(?P<y>\d{4}|\d{2})\b`),
	regexp.MustCompile(`\b(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4}|\d{2})\b`),
	regexp.MustCompile(`(?i)\b(?P<n>` + monthNames + `)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?\b`),
	regexp.MustCompile(`(?i)\b(?P<d>\d{1,2})(?:st|nd|rd|th)?\.?\s+(?P<n>` + monthNames + `)\b`),
}

// parseDate reads the one date in a text and gives its beginning in UTC. order is
// "mdy" or "dmy" for 08/12/2026, or empty where only one of them is possible;
// year is for texts without one, 0 for none.
func parseDate(text, order string, year int) (time.Time, error) {
	seen := strings.Join(strings.Fields(text), " ")
	if len(seen) > maxParsed {
		return time.Time{}, fmt.Errorf("a text of %d bytes is no date", len(seen))
	}
	for _, pattern := range datePatterns {
		var found []time.Time
		for _, groups := range pattern.FindAllStringSubmatch(seen, -1) {
			date, err := dateOf(pattern, groups, order, year)
			if err != nil {
				return time.Time{}, fmt.Errorf("%w in %q", err, prompt.Quote(seen))
			}
			if !slices.Contains(found, date) {
				found = append(found, date)
			}
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0], nil
		}
		return time.Time{}, fmt.Errorf("there is more than one date in %q: give it the part with the one that is meant", prompt.Quote(seen))
	}
	return time.Time{}, fmt.Errorf("there is no date in %q that is known here, such as Aug 12, 2026, 12 August 2026, 2026-08-12 or 08/12/2026", prompt.Quote(seen))
}

func dateOf(pattern *regexp.Regexp, groups []string, order string, year int) (time.Time, error) {
	part := map[string]int{"y": year}
	for i, name := range pattern.SubexpNames() {
		switch {
		case name == "n":
			part["m"] = monthOf(groups[i])
		case name != "":
			part[name], _ = strconv.Atoi(groups[i]) // digits, four at most
		}
	}
	if _, unordered := part["a"]; unordered {
		var err error
		if part["m"], part["d"], err = ordered(part["a"], part["b"], order); err != nil {
			return time.Time{}, err
		}
	}
	switch {
	case part["y"] == 0:
		return time.Time{}, errors.New("there is no year: say year = …")
	case part["y"] < 100:
		part["y"] += 2000
	}
	date := time.Date(part["y"], time.Month(part["m"]), part["d"], 0, 0, 0, 0, time.UTC)
	if date.Year() != part["y"] || int(date.Month()) != part["m"] || date.Day() != part["d"] {
		return time.Time{}, fmt.Errorf("there is no day %d of month %d in %d", part["d"], part["m"], part["y"])
	}
	if date.Year() < 1900 || date.Year() > 2200 {
		return time.Time{}, fmt.Errorf("%d is a strange year", date.Year())
	}
	return date, nil
}

func ordered(a, b int, order string) (month, day int, err error) {
	switch {
	case order == "mdy", order == "" && b > 12, a == b:
		return a, b, nil
	case order == "dmy", order == "" && a > 12:
		return b, a, nil
	}
	return 0, 0, fmt.Errorf("%d and %d may be month and day or day and month: say order = %q or order = %q", a, b, "mdy", "dmy")
}

func monthOf(name string) int {
	return strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(name[:3]))/3 + 1
}

// sayDate takes a text, or Unix milliseconds as the sites' own interfaces give them.
func sayDate(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var given starlark.Value
	var order, zone string
	var year, days int
	if err := unpack(b.Name(), args, kwargs, "text", &given, "order?", &order, "year?", &year, "days?", &days, "zone?", &zone); err != nil {
		return nil, err
	}
	if err := checkDateHints(b.Name(), order, year); err != nil {
		return nil, err
	}
	if err := checkDays(b.Name(), days); err != nil {
		return nil, err
	}
	day, err := dayOf(given, order, year, zone)
	if err != nil {
		return nil, fmt.Errorf("date: %w", err)
	}
	return starlark.String(day.AddDate(0, 0, days).Format(time.DateOnly)), nil
}

func dayOf(given starlark.Value, order string, year int, zone string) (time.Time, error) {
	switch given := given.(type) {
	case starlark.String:
		return parseDate(string(given), order, year)
	case starlark.Int:
		milliseconds, ok := given.Int64()
		if !ok || milliseconds < 0 || milliseconds > maxMilliseconds {
			return time.Time{}, fmt.Errorf("%s is no number of Unix milliseconds", prompt.Quote(given.String()))
		}
		location, err := zoneOf(cmp.Or(zone, "UTC"))
		if err != nil {
			return time.Time{}, err
		}
		return time.UnixMilli(milliseconds).In(location), nil
	default:
		return time.Time{}, fmt.Errorf("it takes a text, or a number of Unix milliseconds, not a %s", given.Type())
	}
}

const maxMilliseconds = 7_258_118_400_000 // the year 2200, as far as dates are taken for such

// checkDateHints says what is wrong with what a script knows of a site's dates.
func checkDateHints(word, order string, year int) error {
	if order != "" && order != "mdy" && order != "dmy" {
		return fmt.Errorf("%s: order = %q must be %q or %q", word, prompt.Quote(order), "mdy", "dmy")
	}
	if year != 0 && (year < 1900 || year > 2200) {
		return fmt.Errorf("%s: year = %d must be 1900 to 2200", word, year)
	}
	return nil
}

const maxDays = 4000 // that a day can be moved by

func checkDays(word string, days int) error {
	if days < -maxDays || days > maxDays {
		return fmt.Errorf("%s: days = %d must be -%d to %d", word, days, maxDays, maxDays)
	}
	return nil
}

func sayNow(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if _, err := runOf(thread, b.Name()); err != nil {
		return nil, err
	}
	days := 0
	if err := unpack(b.Name(), args, kwargs, "days?", &days); err != nil {
		return nil, err
	}
	if err := checkDays(b.Name(), days); err != nil {
		return nil, err
	}
	return starlark.String(time.Now().UTC().AddDate(0, 0, days).Format(time.RFC3339)), nil
}
