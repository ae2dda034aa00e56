package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/prompt"
)

// rule says what is wrong with the value of a parameter, or returns nil. It is
// given no opaque value. A word's arguments are checked by it before the word
// does anything, and those that a script writes out when the script is loaded.
type rule func(name string, value starlark.Value) error

// flag accepts True and False.
func flag(name string, value starlark.Value) error {
	if _, ok := value.(starlark.Bool); !ok {
		return fmt.Errorf("%s must be True or False, not a %s", name, value.Type())
	}
	return nil
}

// seconds accepts a number of seconds up to a limit, or None.
func seconds(limit time.Duration) rule {
	return func(_ string, value starlark.Value) error {
		if value == starlark.None {
			return nil
		}
		_, err := secondsUpTo(value, limit)
		return err
	}
}

// secondsUpTo reads a number of seconds, up to a limit.
func secondsUpTo(timeout starlark.Value, limit time.Duration) (time.Duration, error) {
	number, ok := starlark.AsFloat(timeout)
	if !ok {
		return 0, fmt.Errorf("timeout must be a number of seconds, not a %s", timeout.Type())
	}
	if number > 0 && number <= limit.Seconds() {
		return time.Duration(number * float64(time.Second)), nil
	}
	hint := ""
	if number >= 1000 && number <= 1000*limit.Seconds() {
		hint = fmt.Sprintf(": if these are milliseconds, write %v", number/1000)
	}
	return 0, fmt.Errorf("timeout = %v must be more than 0 and at most %v seconds%s", number, limit.Seconds(), hint)
}

// wholeNumber accepts a whole number from least to most. what says what a number is,
// such as " seconds"; zero says what 0 stands for, such as " (any code)".
func wholeNumber(least, most int, zero, what string) rule {
	return func(name string, value starlark.Value) error {
		number, ok := value.(starlark.Int)
		if !ok {
			return fmt.Errorf("%s must be a whole number, not a %s", name, value.Type())
		}
		if n, ok := number.Int64(); ok && n >= int64(least) && n <= int64(most) {
			return nil
		}
		return fmt.Errorf("%s = %s must be %d%s to %d%s", name, prompt.Quote(number.String()), least, zero, most, what)
	}
}

// oneOf accepts some texts. The first may be empty, for none of them.
func oneOf(texts ...string) rule {
	quoted := make([]string, 0, len(texts))
	for _, text := range texts {
		if text != "" {
			quoted = append(quoted, strconv.Quote(text))
		}
	}
	return func(name string, value starlark.Value) error {
		text, err := textOf(name, value)
		if err != nil || slices.Contains(texts, text) {
			return err
		}
		return fmt.Errorf("%s = %q must be %s", name, prompt.Quote(text), strings.Join(quoted, " or "))
	}
}

func textOf(name string, value starlark.Value) (string, error) {
	text, ok := starlark.AsString(value)
	if !ok {
		return "", fmt.Errorf("%s must be a text, not a %s", name, value.Type())
	}
	return text, nil
}

// notNegative accepts 0 and more.
func notNegative(name string, value starlark.Value) error {
	number, ok := value.(starlark.Int)
	if !ok {
		return fmt.Errorf("%s must be a whole number, not a %s", name, value.Type())
	}
	if number.Sign() < 0 {
		return fmt.Errorf("%s = %s must not be negative", name, prompt.Quote(number.String()))
	}
	return nil
}
