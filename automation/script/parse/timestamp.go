package parse

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the host may not have the time zones

	"passage/automation/prompt"
)

var (
	clockPattern  = regexp.MustCompile(`(?i)(?:\b|T)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([ap])\.?m\b\.?)?`)
	zonePattern   = regexp.MustCompile(`^\s*(?:(Z|UTC|GMT)\b|([+-]\d{2}):?(\d{2})\b)`)
	offsetPattern = regexp.MustCompile(`^([+-]\d{2}):(\d{2})$`)
)

// Timestamp reads the one point in time in a text. Without a time of day, it is
// the beginning of the day. zone is the time zone of a text that has none: an
// IANA name or an offset. order and year are as in Date.
func Timestamp(text, zone, order string, year int) (time.Time, error) {
	day, err := Date(text, order, year)
	if err != nil {
		return time.Time{}, err
	}
	clock, written, err := parseClock(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w in %q", err, prompt.Quote(text))
	}
	if written == nil {
		if written, err = Zone(zone); err != nil {
			return time.Time{}, err
		}
	}
	if written == nil {
		return time.Time{}, fmt.Errorf("there is no zone in %q: say where the site's clock is, as in zone = %q or zone = %q", prompt.Quote(text), "America/New_York", "+02:00")
	}
	return time.Date(day.Year(), day.Month(), day.Day(), clock.hour, clock.minute, clock.second, clock.nanosecond, written), nil
}

type clock struct{ hour, minute, second, nanosecond int }

// parseClock reads the one time of day in a text, and the zone right after it,
// nil if there is none.
func parseClock(text string) (found clock, zone *time.Location, err error) {
	at := clockPattern.FindStringIndex(text)
	if at == nil {
		return clock{}, nil, nil
	}
	groups, rest := clockPattern.FindStringSubmatch(text), text[at[1]:]
	written := zonePattern.FindStringSubmatch(rest)
	if written != nil {
		rest = rest[len(written[0]):]
	}
	if clockPattern.MatchString(rest) {
		return clock{}, nil, errors.New("there is more than one time of day: give it the part with the one that is meant,")
	}
	found.hour, _ = strconv.Atoi(groups[1]) // digits, two at most
	found.minute, _ = strconv.Atoi(groups[2])
	found.second, _ = strconv.Atoi(groups[3])
	found.nanosecond, _ = strconv.Atoi((groups[4] + "000000000")[:9])
	if half := strings.ToLower(groups[5]); half != "" {
		if found.hour < 1 || found.hour > 12 {
			return clock{}, nil, errors.New("there is no such time of day")
		}
		found.hour %= 12
		if half == "p" {
			found.hour += 12
		}
	}
	if found.hour > 23 || found.minute > 59 || found.second > 59 {
		return clock{}, nil, errors.New("there is no such time of day")
	}
	switch {
	case written == nil:
		return found, nil, nil
	case written[1] != "":
		return found, time.UTC, nil
	}
	zone, err = Zone(written[2] + ":" + written[3])
	return found, zone, err
}

// Zone returns a time zone by its IANA name or its offset, such as +02:00. It is
// nil for an empty name.
func Zone(name string) (*time.Location, error) {
	if name == "" {
		return nil, nil
	}
	if offset := offsetPattern.FindStringSubmatch(name); offset != nil {
		hours, _ := strconv.Atoi(offset[1]) // digits, and a sign
		minutes, _ := strconv.Atoi(offset[2])
		if hours < -14 || hours > 14 || minutes > 59 {
			return nil, fmt.Errorf("there is no zone %s", name)
		}
		if offset[1][0] == '-' {
			minutes = -minutes
		}
		return time.FixedZone(name, (hours*60+minutes)*60), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("zone = %q is unknown: write a name such as %q, or an offset such as %q", prompt.Quote(name), "America/New_York", "+02:00")
	}
	return zone, nil
}
