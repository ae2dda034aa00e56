package prompt

import (
	"slices"
	"strings"
	"unicode"
)

// normalize returns an answer in the form in which it is validated and used: user
// names and other visible values without white space and invisible characters at
// their ends, codes as normalizeCode writes them. Passwords, and whatever
// else is secret, stay as they were typed.
func (p Prompt) normalize(values map[string]string) map[string]string {
	normal := make(map[string]string, len(values))
	for name, value := range values {
		switch {
		case len(value) > maxAnswer: // Validate refuses it
			normal[name] = value
		case p.Kind == OneTimeCode && name == CodeField:
			normal[name] = p.normalizeCode(value)
		case p.isVisible(name):
			normal[name] = strings.TrimFunc(value, isInvisible)
		default:
			normal[name] = value
		}
	}
	return normal
}

// isVisible reports whether a field shows what is typed into it.
func (p Prompt) isVisible(name string) bool {
	at := slices.IndexFunc(p.Fields, func(f Field) bool { return f.Name == name })
	return at >= 0 && !p.Fields[at].Secret && !strings.Contains(p.Fields[at].Autocomplete, "password")
}

// normalizeCode returns a code as PlainText writes it. If the prompt says how many
// digits the code has and the text has that many in a row in one place only, it
// returns these, as of “G-123456”.
func (p Prompt) normalizeCode(value string) string {
	code := PlainText(value)
	runs := strings.FieldsFunc(code, func(r rune) bool { return r < '0' || r > '9' })
	runs = slices.DeleteFunc(runs, func(run string) bool { return len(run) != p.Digits })
	if len(runs) == 1 {
		return runs[0]
	}
	return code
}

// PlainText returns a code or a number without the spaces, dashes and invisible
// characters that are copied or typed along with it, and with the digits 0 to 9
// for those of any script, as in “123 456” and “１２３–４５６”.
func PlainText(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case isInvisible(r), isDash(r):
			return -1
		case unicode.Is(unicode.Nd, r):
			return '0' + DigitValue(r)
		}
		return r
	}, typed)
}

// DigitValue returns the value of a decimal digit of any script, or -1. The digits
// of a script follow one another from 0 to 9 (The Unicode Standard, section 4.6).
func DigitValue(digit rune) rune {
	for _, r := range unicode.Nd.R16 {
		if low := rune(r.Lo); low <= digit && digit <= rune(r.Hi) {
			return (digit - low) % 10
		}
	}
	for _, r := range unicode.Nd.R32 {
		if low := rune(r.Lo); low <= digit && digit <= rune(r.Hi) { //nolint:gosec // a rune
			return (digit - low) % 10
		}
	}
	return -1
}

// isInvisible reports whether a character shows nothing: white space, controls,
// and what is ignored when text is displayed, such as a zero-width space.
func isInvisible(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zs, unicode.Zl, unicode.Zp,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// isDash reports whether a character is a dash, or is typed for one: the minus
// sign, and the long-vowel mark on the dash's key of a Japanese keyboard.
func isDash(r rune) bool {
	return unicode.Is(unicode.Pd, r) || strings.ContainsRune("\u2212\u30fc\uff70", r)
}
