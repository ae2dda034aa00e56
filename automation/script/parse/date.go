package parse

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"passage/automation/prompt"
)

const (
	monthNames = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b`
	dayNumber  = `\d{1,2}(?:st|nd|rd|th)?`
)

// datePatterns are the ways to write a date, those with a year first. The groups
// are y, m, n (the name of a month) and d, or a and b for two numbers whose order
// is open.
var datePatterns = compileAll(
	`\b(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:\b|T)`,
	`\b(?P<y>\d{4})[\s,/.-]+(?P<n>`+monthNames+`)\.?[\s/-]*(?P<d>\d{1,2})(?:st|nd|rd|th)?\b`,
	`\b(?P<n>`+monthNames+`)\.?[\s/-]*(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,\s*|[\s/-]+)(?:(?P<y>\d{4})|['’](?P<y>\d{2}))\b`,
	`\b(?P<d>\d{1,2})(?:st|nd|rd|th)?\.?(?:\s+of\s+|[\s/-]*)(?P<n>`+monthNames+`)\.?(?:,\s*|[\s/-]+)(?:(?P<y>\d{4})|['’]?(?P<y>\d{2}))\b`,
	`\b(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4}|\d{2})\b`,
	`\b(?P<n>`+monthNames+`)\.?[\s/-]*(?P<d>\d{1,2})(?:st|nd|rd|th)?\b`,
	`\b(?P<d>\d{1,2})(?:st|nd|rd|th)?\.?(?:\s+of\s+|[\s/-]*)(?P<n>`+monthNames+`)`,
)

func compileAll(patterns ...string) (compiled []*regexp.Regexp) {
	for _, pattern := range patterns {
		compiled = append(compiled, regexp.MustCompile(`(?i)`+pattern))
	}
	return compiled
}

// eachGroup calls set with each named group of a match that took part in it.
func eachGroup(pattern *regexp.Regexp, text string, at []int, set func(name, text string)) {
	for i, name := range pattern.SubexpNames() {
		if name != "" && at[2*i] >= 0 {
			set(name, text[at[2*i]:at[2*i+1]])
		}
	}
}

// Date returns the beginning of the only date in a text, in UTC. order is "mdy"
// or "dmy" for dates such as 08/12/2026; it may be empty if only one of them is
// possible. year is that of a date without a year, or 0.
//
// It is an error if the text holds another date, or a number or the name of a
// month that may be part of one, as in Aug 12 – 15, 2026.
func Date(text, order string, year int) (time.Time, error) {
	day, _, _, err := readDate(text, order, year)
	return day, err
}

// readDate also returns the times of day in the text, and what it did not read.
// There, a \x00 stands for each date and time.
func readDate(text, order string, year int) (day time.Time, clocks []clock, rest string, err error) {
	rest = strings.Join(strings.Fields(normalize(text)), " ")
	if len(rest) > maxText {
		return time.Time{}, nil, "", fmt.Errorf("a text of %d bytes is no date", len(rest))
	}
	var found []writtenDate
	for _, pattern := range datePatterns {
		var more []writtenDate
		more, rest = takeDates(pattern, rest)
		found = append(found, more...)
	}
	if len(found) == 0 {
		return time.Time{}, nil, "", fmt.Errorf("there is no date in %q that is known here, such as Aug 12, 2026, 12 August 2026, 2026-08-12 or 08/12/2026", prompt.Quote(text))
	}
	clocks, rest = takeClocks(rest, found[0].yearFirst)
	day, err = theOneDate(found, weekdayIn(rest), order, year)
	if err == nil {
		err = checkRest(rest, found)
	}
	return day, clocks, rest, inText(err, text)
}

// writtenDate is a date as a text has it.
type writtenDate struct {
	year, month, day int  // year 0: the text does not say
	a, b             int  // instead of month and day, where their order is open
	dayFirst         bool // or another number of one or two digits
	yearFirst        bool
}

// takeDates returns the dates in a text that have a form, and the text without
// them.
func takeDates(form *regexp.Regexp, text string) (found []writtenDate, rest string) {
	var out strings.Builder
	from := 0
	for _, at := range form.FindAllStringSubmatchIndex(text, -1) {
		var date writtenDate
		eachGroup(form, text, at, date.set)
		if beginsClock(text[:at[1]], text[at[1]:]) && !strings.HasSuffix(text[:at[1]], "T") { // 12 Aug 19:30
			continue
		}
		date.yearFirst = fourDigits.MatchString(text[at[0]:])
		date.dayFirst = isDigit(rune(text[at[0]])) && !date.yearFirst
		found = append(found, date)
		out.WriteString(text[from:at[0]] + "\x00")
		from = at[1]
	}
	return found, out.String() + text[from:]
}

// beginsClock reports whether the number at the end of one text is the hour of a
// time of day that goes on in the other.
func beginsClock(before, after string) bool {
	return clockGoesOn.MatchString(after) && strings.HasSuffix(strings.TrimRight(before, "0123456789"), " ")
}

var fourDigits = regexp.MustCompile(`^\d{4}`)

var clockGoesOn = regexp.MustCompile(`(?i)^(?:[:.h]\d|h\b|\s*[ap]\.?m\b)`)

func (d *writtenDate) set(group, text string) {
	number, _ := strconv.Atoi(text) // digits, four at most
	switch group {
	case "y":
		if d.year = number; len(text) == 2 {
			d.year += 2000
		}
	case "m":
		d.month = number
	case "n":
		d.month = strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(text[:3]))/3 + 1
	case "d":
		d.day = number
	case "a":
		d.a = number
	case "b":
		d.b = number
	}
}

// readings returns the days that a date may mean.
func (d writtenDate) readings(order string, year int) (days []time.Time, err error) {
	if d.year != 0 {
		year = d.year
	}
	if year == 0 {
		return nil, unclearError{"there is no year", "say year = …"}
	}
	if d.a == 0 && d.b == 0 {
		day, err := dayOf(year, d.month, d.day)
		return []time.Time{day}, err
	}
	for _, each := range []struct {
		order      string
		month, day int
	}{{"mdy", d.a, d.b}, {"dmy", d.b, d.a}} {
		if order != "" && order != each.order {
			continue
		}
		day, invalid := dayOf(year, each.month, each.day)
		if invalid != nil {
			err = invalid
		} else if !slices.Contains(days, day) {
			days = append(days, day)
		}
	}
	if len(days) > 0 {
		err = nil
	}
	return days, err
}

// theOneDate returns the day that all dates of a text can mean.
func theOneDate(found []writtenDate, weekday, order string, year int) (time.Time, error) {
	for _, date := range found {
		if date.year != 0 {
			year = date.year // also that of dates without one: Aug 12 (08/12/2026)
		}
	}
	var days []time.Time
	for n, date := range found {
		readings, err := date.readings(order, year)
		if err != nil {
			return time.Time{}, err
		}
		if n > 0 {
			readings = slices.DeleteFunc(readings, func(day time.Time) bool { return !slices.Contains(days, day) })
		}
		if days = readings; len(days) == 0 {
			return time.Time{}, several("date")
		}
	}
	if weekday != "" {
		all := days[0]
		days = slices.DeleteFunc(days, func(day time.Time) bool { return !strings.EqualFold(day.Weekday().String()[:3], weekday[:3]) })
		if len(days) == 0 {
			return time.Time{}, fmt.Errorf("%s is not a %s", all.Format(time.DateOnly), weekday)
		}
	}
	if len(days) > 1 {
		return time.Time{}, unclearError{fmt.Sprintf("%d and %d may be month and day or day and month", found[0].a, found[0].b), `say order = "mdy" or order = "dmy"`}
	}
	return days[0], nil
}

func dayOf(year, month, day int) (time.Time, error) {
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if date.Year() != year || int(date.Month()) != month || date.Day() != day {
		return time.Time{}, fmt.Errorf("there is no day %d of month %d in %d", day, month, year)
	}
	if year < 1900 || year > 2200 {
		return time.Time{}, fmt.Errorf("%d is a strange year", year)
	}
	return date, nil
}
