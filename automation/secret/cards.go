package secret

import (
	"strings"
	"unicode/utf8"
)

// A payment card's number has 12 to 19 digits (ISO/IEC 7812-1).
const minCard, maxCard = 12, 19

// IsCardNumber reports whether a text is a card's number by its length and its
// check digit (ISO/IEC 7812-1), with nothing between the digits.
func IsCardNumber(text string) bool { return hasCardLength(text) && luhn(text) }

// Last4 returns the last four digits of a card's number, which may be grouped by
// spaces or dashes. ok is false for anything that is not 12 to 19 digits: the
// last four digits of a CVV are the CVV.
func Last4(v Value) (last4 string, ok bool) {
	digits := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, v.Reveal())
	if !hasCardLength(digits) {
		return "", false
	}
	return digits[len(digits)-4:], true
}

// hasCardLength reports whether a text is digits alone, as many as a card's
// number has.
func hasCardLength(text string) bool {
	return len(text) >= minCard && len(text) <= maxCard && strings.Trim(text, "0123456789") == ""
}

// issued reports whether a card network issues numbers with this prefix and
// length. One number in ten passes Luhn's check by chance: without this test,
// times in milliseconds and the sites' own ids would be mistaken for cards. The
// ranges are those of the networks' public BIN tables, rounded outwards: Visa, Mastercard, American Express, Discover, Diners Club, JCB, Mir,
// Maestro and UnionPay.
func issued(digits []byte) bool {
	two := int(digits[0]-'0')*10 + int(digits[1]-'0')
	switch length := len(digits); {
	case digits[0] == '4': // Visa
		return length == 13 || length == 16 || length == 19
	case two == 34 || two == 37: // American Express
		return length == 15
	case two == 30 || two == 36 || two == 38 || two == 39: // Diners Club
		return length >= 14
	case two >= 51 && two <= 55: // Mastercard
		return length == 16
	case two >= 22 && two <= 27, two == 35, two == 65: // Mastercard, Mir, JCB, Discover
		return length >= 16
	case two == 50 || two >= 56 && two <= 69: // Maestro, Discover, UnionPay
		return true
	default:
		return false
	}
}

// group is one unbroken run of digits within a text.
type group struct{ start, end int }

// scrubCards replaces every run of digits that could be a card's number. Spaces
// and dashes may separate its groups. A run begins and ends at the edge of a
// group, so no part of a longer number is mistaken for a card.
func scrubCards(s string) string {
	var out strings.Builder
	done := 0
	for i := 0; i < len(s); {
		if !isDigit(s[i]) {
			i++
			continue
		}
		groups, next := digitGroups(s, i)
		for at := 0; at < len(groups); {
			count := cardAt(s, groups[at:])
			if count == 0 {
				at++
				continue
			}
			out.WriteString(s[done:groups[at].start])
			out.WriteString(Redacted)
			at += count
			done = groups[at-1].end
		}
		i = next
	}
	if done == 0 {
		return s
	}
	out.WriteString(s[done:])
	return out.String()
}

// digitGroups returns the groups of digits that begin at start and have only
// spaces and dashes between them, and where the search continues after them.
func digitGroups(s string, start int) (groups []group, next int) {
	for i := start; i < len(s); {
		from := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		groups = append(groups, group{from, i})
		next = i
		for i < len(s) {
			r, size := utf8.DecodeRuneInString(s[i:])
			if !isSeparator(r) {
				break
			}
			i += size
		}
		if i == next || i == len(s) || !isDigit(s[i]) {
			break
		}
	}
	return groups, next
}

// cardAt returns how many of the first groups form a card's number: the largest
// such count, or 0.
func cardAt(s string, groups []group) (count int) {
	var digits []byte
	for i, g := range groups {
		digits = append(digits, s[g.start:g.end]...)
		if len(digits) > maxCard {
			break
		}
		if len(digits) >= minCard && issued(digits) && luhn(digits) {
			count = i + 1
		}
	}
	return count
}

func luhn[text string | []byte](digits text) bool {
	sum := 0
	for i := range len(digits) {
		n := int(digits[i] - '0')
		if (len(digits)-i)%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func isSeparator(r rune) bool {
	switch r {
	case ' ', '-', '\u00a0', '\u2007', '\u2009', '\u202f', '\u2010', '\u2011', '\u2012', '\u2013':
		return true
	}
	return false
}
