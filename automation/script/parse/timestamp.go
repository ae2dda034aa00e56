package parse

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
	_ "time/tzdata" // the host may not have the time zones

	"passage/automation/prompt"
)

var (
	zoneWords     = regexp.MustCompile(`(?i)\b(?:eastern|central|mountain|pacific|atlantic|hawaii|alaska|(?:local|standard|daylight|summer) time)\b`)
	offsetPattern = regexp.MustCompile(`^([+-]\d{2}):(\d{2})$`)
	digitsPattern = regexp.MustCompile(`\d[\d.,:/-]*`)
)

// Timestamp returns the only point in time in a text. zone is that of a text that
// does not say it: the name of a time zone, or an offset such as "+02:00". Without
// a time of day it is the beginning of the day. Of a time that a change of the
// clocks brings twice, it is the first. The date is read as by Date.
//
// It is an error if anything in the text may be part of the date, the time or the
// zone and was not read. Letters of a zone, such as PDT, stand for several zones
// in the world; they must be those of zone at that time.
func Timestamp(text, zone, order string, year int) (time.Time, error) {
	day, clocks, rest, err := readDate(text, order, year)
	if err != nil {
		return time.Time{}, err
	}
	if len(clocks) > 1 {
		return time.Time{}, inText(several("time of day"), text)
	}
	var c clock
	if len(clocks) == 1 {
		c = clocks[0]
	}
	if err := errors.Join(c.validate(), checkUnread(rest)); err != nil {
		return time.Time{}, inText(err, text)
	}
	location, err := Zone(cmp.Or(c.offset, zone))
	if err != nil {
		return time.Time{}, err
	}
	if location == nil {
		return time.Time{}, inText(unclearError{"there is no zone", `say where the site's clock is, as in zone = "America/New_York" or zone = "+02:00"`}, text)
	}
	at, err := timeIn(location, day, c)
	return at, inText(err, text)
}

// checkUnread refuses what may be part of the time and was not read.
func checkUnread(rest string) error {
	for _, pattern := range []*regexp.Regexp{digitsPattern, unreadClock, zoneWords} {
		if found := pattern.FindString(rest); found != "" {
			return fmt.Errorf("%q may be part of the time and is not understood", found)
		}
	}
	return nil
}

// timeIn returns a time of a day in a zone. The letters of a zone must be those
// of this one.
func timeIn(zone *time.Location, day time.Time, c clock) (time.Time, error) {
	at := time.Date(day.Year(), day.Month(), day.Day(), c.hour, c.minute, c.second, c.nanosecond, zone)
	if at.Hour() != c.hour || at.Minute() != c.minute {
		return time.Time{}, fmt.Errorf("there is no such time of day in %s, where the clocks change,", zone)
	}
	if c.letters == "" || hasLetters(at, c.letters) {
		return at, nil
	}
	if again := at.Add(time.Hour); again.Hour() == c.hour && hasLetters(again, c.letters) {
		return again, nil
	}
	return time.Time{}, unclearError{fmt.Sprintf("%s is not the zone %s at that time", c.letters, zone), `say which zone it stands for, as in zone = "America/New_York"`}
}

// hasLetters reports whether a time is in a zone of these letters. ET stands for
// EST and EDT.
func hasLetters(at time.Time, letters string) bool {
	name, _ := at.Zone()
	return name == letters || len(letters) == 2 && len(name) == 3 && name[0] == letters[0] && name[2] == letters[1]
}

// Zone returns the time zone of a name or an offset, or nil if it is empty.
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
