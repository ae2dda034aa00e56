package webhook

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	excerptSize = 512 // bytes of a reply that are kept
	withheld    = "[withheld: the reply repeats the result]"

	// A value of a result with fewer letters and digits is not looked for: it
	// would be found in every other reply. More than the longest are not needed.
	shortestTrace, longestTrace = 4, 32
)

// excerpt is the start of a reply, fit to be kept and shown: valid UTF-8, white
// space as blanks, no other control or invisible formatting characters. A reply
// that repeats something of the result is not kept: results are never logged.
func excerpt(reply []byte, result json.RawMessage) string {
	if result != nil && repeats(reply, result) {
		return withheld
	}
	text := strings.TrimSpace(strings.Map(printable, strings.ToValidUTF8(string(reply), "\uFFFD")))
	if len(text) <= excerptSize {
		return text
	}
	end := excerptSize
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

func printable(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
		return -1
	default:
		return r
	}
}

// repeats reports whether a reply holds the result or one of its values. Only
// letters and digits are compared, so that it does not matter how the receiver
// quoted or indented what it sent back.
func repeats(reply []byte, result json.RawMessage) bool {
	text := skeleton(string(reply))
	if start := trace(string(result)); len(start) >= shortestTrace && strings.Contains(text, start) {
		return true
	}
	decoder := json.NewDecoder(bytes.NewReader(result))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return true // a result that cannot be looked through is not risked
	}
	return holdsAny(text, value)
}

func holdsAny(text string, value any) bool {
	switch value := value.(type) {
	case map[string]any:
		for _, inner := range value {
			if holdsAny(text, inner) {
				return true
			}
		}
	case []any:
		for _, inner := range value {
			if holdsAny(text, inner) {
				return true
			}
		}
	case json.Number:
		return holds(text, value.String())
	case string:
		return holds(text, value)
	}
	return false
}

func holds(text, value string) bool {
	value = trace(value)
	return len(value) >= shortestTrace && strings.Contains(text, value)
}

// trace is the start of a value as it is looked for.
func trace(value string) string {
	value = skeleton(value)
	return value[:min(len(value), longestTrace)]
}

// skeleton keeps ASCII letters, in lower case, and digits.
func skeleton(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		default:
			return -1
		}
	}, text)
}
