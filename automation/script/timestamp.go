package script

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the world's zones, wherever this runs

	"passage/automation/prompt"

	"go.starlark.net/starlark"
)

// Points in time, from how sites write them to what the schemas want.

var (
	clockPattern  = regexp.MustCompile(`(?i)(?:\b|T)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([ap])\.?m\b\.?)?`)
	zonePattern   = regexp.MustCompile(`^\s*(?:(Z|UTC|GMT)\b|([+-]\d{2}):?(\d{2})\b)`)
	offsetPattern = regexp.MustCompile(`^([+-]\d{2}):(\d{2})$`)
)

// parseTimestamp reads the one point in time in a text; without a time of day
// it is the day's beginning. zone is where the site's clock is, for a text that
// does not say: an IANA name or an offset. order and year are as for parseDate.
func parseTimestamp(text, zone, order string, year int) (time.Time, error) {
	day, err := parseDate(text, order, year)
	if err != nil {
		return time.Time{}, err
	}
	clock, written, err := parseClock(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w in %q", err, prompt.Quote(text))
	}
	if written == nil {
		if written, err = zoneOf(zone); err != nil {
			return time.Time{}, err
		}
	}
	if written == nil {
		return time.Time{}, fmt.Errorf("there is no zone in %q: say where the site's clock is, as in zone = %q or zone = %q", prompt.Quote(text), "America/New_York", "+02:00")
	}
	return time.Date(day.Year(), day.Month(), day.Day(), clock.hour, clock.minute, clock.second, clock.nanosecond, written), nil
}

type clock struct{ hour, minute, second, nanosecond int }

// parseClock reads the one time of day in a text, and the zone that stands
// right after it; nil for none.
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
	zone, err = zoneOf(written[2] + ":" + written[3])
	return found, zone, err
}

// zoneOf finds a zone by its IANA name or as an offset; nil for "".
func zoneOf(name string) (*time.Location, error) {
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
		return nil, fmt.Errorf("zone = %q is none: write a name such as %q, or an offset such as %q", prompt.Quote(name), "America/New_York", "+02:00")
	}
	return zone, nil
}

func sayTimestamp(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text, zone, order string
	var year int
	if err := unpack(b.Name(), args, kwargs, "text", &text, "zone?", &zone, "order?", &order, "year?", &year); err != nil {
		return nil, err
	}
	if err := checkDateHints(b.Name(), order, year); err != nil {
		return nil, err
	}
	at, err := parseTimestamp(text, zone, order, year)
	if err != nil {
		return nil, fmt.Errorf("timestamp: %w", err)
	}
	return starlark.MakeInt64(at.UnixMilli()), nil
}
