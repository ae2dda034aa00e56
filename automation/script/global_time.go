package script

import (
	"cmp"
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/prompt"
	"passage/automation/script/dialect"
	"passage/automation/script/parse"
)

// nowWord is now(days).
func nowWord(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if _, err := runOf(thread, b.Name()); err != nil {
		return nil, err
	}
	days := 0
	if err := dialect.Unpack(b.Name(), args, kwargs, "days?", &days); err != nil {
		return nil, err
	}
	return starlark.String(time.Now().UTC().AddDate(0, 0, days).Format(time.RFC3339)), nil
}

// dateWord is date(text). It also takes Unix milliseconds, which the sites' own
// interfaces use.
func dateWord(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var given starlark.Value
	var order, zone string
	var year, days int
	if err := dialect.Unpack(b.Name(), args, kwargs, "text", &given, "order?", &order, "year?", &year, "days?", &days, "zone?", &zone); err != nil {
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
		return parse.Date(string(given), order, year)
	case starlark.Int:
		milliseconds, ok := given.Int64()
		if !ok || milliseconds < 0 || milliseconds > maxMilliseconds {
			return time.Time{}, fmt.Errorf("%s is not a number of Unix milliseconds", prompt.Quote(given.String()))
		}
		location, err := parse.Zone(cmp.Or(zone, "UTC"))
		if err != nil {
			return time.Time{}, err
		}
		return time.UnixMilli(milliseconds).In(location), nil
	default:
		return time.Time{}, fmt.Errorf("it takes a text, or a number of Unix milliseconds, not a %s", given.Type())
	}
}

const maxMilliseconds = 7_258_118_400_000 // the year 2200

// timestampWord is timestamp(text).
func timestampWord(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text, zone, order string
	var year int
	if err := dialect.Unpack(b.Name(), args, kwargs, "text", &text, "zone?", &zone, "order?", &order, "year?", &year); err != nil {
		return nil, err
	}
	at, err := parse.Timestamp(text, zone, order, year)
	if err != nil {
		return nil, fmt.Errorf("timestamp: %w", err)
	}
	return starlark.MakeInt64(at.UnixMilli()), nil
}

const maxDays = 4000 // by which a date can be moved
