package parse

import (
	"errors"
	"regexp"
	"slices"
	"strings"
)

const (
	weekdays = `(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?`
	until    = `(?:[-–—/.~&+]|to|till?|until|through|thru|and|or|bis|und)`
)

var (
	weekdayBefore = regexp.MustCompile(`(?i)\b` + weekdays + `\b\.?,?\s*\x00`)
	weekdayAfter  = regexp.MustCompile(`(?i)\x00\s*[,(]?\s*` + weekdays + `\b`)

	// A part of another date: a range, a list, a month with a number.
	otherDate = regexp.MustCompile(`(?i)\d(?:st|nd|rd|th)?\s*` + until + `\s*\x00|\x00\s*` + until + `\s*\d|` +
		`\b` + monthNames + `\.?\s*` + until + `\s*\x00|\x00\s*` + until + `\s*\b` + monthNames + `|` +
		`\b` + monthNames + `\.?\s*\d|\d(?:st|nd|rd|th)?\.?\s*\b` + monthNames)
	dayList   = regexp.MustCompile(`(?i)\b` + dayNumber + `\s*,?\s*\x00`)
	otherYear = regexp.MustCompile(`\b(?:19|20|21)\d\d\b|\x00\s*[,'’]?\s*\d`)
)

// weekdayIn returns the name of a weekday next to a date, or an empty text.
func weekdayIn(rest string) string {
	for _, pattern := range []*regexp.Regexp{weekdayBefore, weekdayAfter} {
		if found := pattern.FindStringSubmatch(rest); found != nil {
			return strings.ToLower(found[1])
		}
	}
	return ""
}

// checkRest looks for parts of another date in what was not read of a text.
func checkRest(rest string, found []writtenDate) error {
	if otherDate.MatchString(rest) || slices.ContainsFunc(found, func(d writtenDate) bool { return d.dayFirst }) && dayList.MatchString(rest) {
		return several("date")
	}
	for _, date := range found {
		if date.year == 0 && otherYear.MatchString(rest) {
			return errors.New("there is a number that may be the year of a date without one")
		}
	}
	return nil
}
