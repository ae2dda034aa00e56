package parse

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"passage/automation/prompt"
)

const monthNames = `jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?`

// datePatterns are the ways to write a date. The groups are y, m, n (the name of
// a month) and d, or a and b for two numbers whose order is open.
var datePatterns = []*regexp.Regexp{
	regexp.MustCompile(`\b(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:\b|T)`),
	regexp.MustCompile(`(?i)\b(?P<n>` + monthNames + `)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,\s*|\s+)(?P<y>\d{4})\b`),
	regexp.MustCompile(`(?i)\b(?P<d>\d{1,2})(?:st|nd|rd|th)?\.?(?:\s+of\s+|[\s-]+)(?P<n>` + monthNames + `)\.?(?:,\s*|[\s-]+)(?P<y>\d{4}|\d{2})\b`),
	regexp.MustCompile(`\b(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4}|\d{2})\b`),
	regexp.MustCompile(`(?i)\b(?P<n>` + monthNames + `)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?\b`),
	regexp.MustCompile(`(?i)\b(?P<d>\d{1,2})(?:st|nd|rd|th)?\.?\s+(?P<n>` + monthNames + `)\b`),
}

// Date reads the one date in a text and returns its beginning in UTC. order is
// "mdy" or "dmy" for dates such as 08/12/2026; it may be empty if only one of
// them is possible. year is that of a date without a year, or 0.
func Date(text, order string, year int) (time.Time, error) {
	collapsed := strings.Join(strings.Fields(text), " ")
	if len(collapsed) > maxText {
		return time.Time{}, fmt.Errorf("a text of %d bytes is no date", len(collapsed))
	}
	for _, pattern := range datePatterns {
		var found []time.Time
		for _, groups := range pattern.FindAllStringSubmatch(collapsed, -1) {
			date, err := dateOf(pattern, groups, order, year)
			if err != nil {
				return time.Time{}, fmt.Errorf("%w in %q", err, prompt.Quote(collapsed))
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
		return time.Time{}, fmt.Errorf("there is more than one date in %q: give it the part with the one that is meant", prompt.Quote(collapsed))
	}
	return time.Time{}, fmt.Errorf("there is no date in %q that is known here, such as Aug 12, 2026, 12 August 2026, 2026-08-12 or 08/12/2026", prompt.Quote(collapsed))
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
