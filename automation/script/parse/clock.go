package parse

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// clockPatterns are the ways to write a time of day. The groups are h, m, s, f
// (the fraction of the second) and p (the a of am or the p of pm).
var clockPatterns = compileAll(
	`(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?(?:\s*(?P<p>[ap])\.?\s?m\b\.?|\s*uhr\b)?`,
	`\b(?P<h>\d{1,2})\.(?P<m>\d{2})(?:\s*(?P<p>[ap])\.?\s?m\b\.?|\s*uhr\b)`,
	`\b(?P<h>\d{1,2})\s?h(?:\s?(?P<m>\d{2}))?\b`,
	`\b(?P<h>\d{1,2})(?:\s*(?P<p>[ap])\.?\s?m\b\.?|\s*uhr\b)`,
)

// clock is a time of day as a text has it.
type clock struct {
	hour, minute, second, nanosecond int
	half                             string // "a", "p" or empty
	offset                           string // from UTC, such as "+02:00"; empty if the text does not say
	letters                          string // of the zone, such as "PDT"
}

// takeClocks returns the times of day in a text, and the text without them. iso
// says that they stand after a date that begins with the year, where 09:30-07:00
// is a time with its offset. Otherwise it may be two times.
func takeClocks(text string, iso bool) (found []clock, rest string) {
	rest = text
	for _, pattern := range clockPatterns {
		for {
			at := pattern.FindStringSubmatchIndex(rest)
			if at == nil {
				break
			}
			var c clock
			eachGroup(pattern, rest, at, c.set)
			zone := c.takeZone(rest[at[1]:], iso)
			found = append(found, c)
			rest = rest[:at[0]] + "\x00" + rest[at[1]+zone:]
		}
	}
	return found, rest
}

func (c *clock) set(group, text string) {
	number, _ := strconv.Atoi(text) // digits, nine at most
	switch group {
	case "h":
		c.hour = number
	case "m":
		c.minute = number
	case "s":
		c.second = number
	case "f":
		c.nanosecond, _ = strconv.Atoi((text + "000000000")[:9])
	case "p":
		c.half = strings.ToLower(text)
	}
}

var (
	zoneAfter    = regexp.MustCompile(`^\s*\(?(?:(Z|UTC|GMT)\b)?(?:\s?([+-])(\d{1,2})(?::?(\d{2}))?\b)?`)
	lettersAfter = regexp.MustCompile(`^[\s,(]*([A-Z]{1,3}[SD]?T|MSK)\b`)
)

// takeZone reads the zone that follows a time, and returns how long it is.
func (c *clock) takeZone(after string, iso bool) int {
	found := zoneAfter.FindStringSubmatch(after)
	utc, sign, hours, minutes := found[1], found[2], found[3], found[4]
	switch {
	case sign != "" && (iso || utc != "" || sign == "+"):
		c.offset = fmt.Sprintf("%s%02s:%02s", sign, hours, minutes)
		return len(found[0])
	case sign == "" && utc != "":
		c.offset = "+00:00"
		return len(found[0])
	}
	if letters := lettersAfter.FindStringSubmatch(after); letters != nil {
		c.letters = letters[1]
		return len(letters[0])
	}
	return 0
}

// validate turns 12-hour times into 24-hour ones.
func (c *clock) validate() error {
	if c.half != "" {
		if c.hour < 1 || c.hour > 12 {
			return errors.New("there is no such time of day")
		}
		c.hour %= 12
		if c.half == "p" {
			c.hour += 12
		}
	}
	if c.hour > 23 || c.minute > 59 || c.second > 59 {
		return errors.New("there is no such time of day")
	}
	return nil
}

// unreadClock finds words that say a time of day or half of it.
var unreadClock = regexp.MustCompile(`(?i)\b[ap]\.?m\b|\b(?:noon|midday|midnight|o['’]clock|half|quarter)\b`)
