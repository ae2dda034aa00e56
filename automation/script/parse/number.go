package parse

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"passage/automation/prompt"
)

// normalize writes the characters of a text in the one way that this package
// knows: ASCII digits, an ASCII hyphen for every minus, and no characters that
// nobody sees.
func normalize(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r): // such as the marks of direction in Arabic numbers
			return -1
		case unicode.Is(unicode.Nd, r):
			return '0' + prompt.DigitValue(r)
		case strings.ContainsRune("\u2010\u2011\u2012\u2212\ufe63\uff0d", r):
			return '-'
		case r == '\u066b': // the decimal mark of Arabic digits
			return '.'
		case r == '\u066c', r == '\u2019', r == '\u02bc':
			return '\''
		case unicode.IsSpace(r) && !strings.ContainsRune(groupSpaces, r):
			return ' '
		}
		return r
	}, text))
}

// groupSpaces are the spaces that hold a number together. An ordinary space may
// do so too, or stand between two numbers.
const groupSpaces = "\u00a0\u202f\u2009"

// numberPattern finds a number with all marks inside it, and the mark before a
// fraction that has no digit in front. A space or an apostrophe belongs to it
// before exactly three digits only.
var numberPattern = regexp.MustCompile(`[.,]?\d+(?:[.,]\d+|[' ` + groupSpaces + `]\d{3}\b)*`)

var markPattern = regexp.MustCompile(`\D`)

// number is a number in a text, in pieces: the digits, and the mark before each
// piece but the first.
type number struct {
	text   string
	pieces []string
	marks  []string
}

func splitNumber(text string) number {
	n := number{text: text, pieces: strings.FieldsFunc(text, func(r rune) bool { return !isDigit(r) })}
	n.marks = markPattern.FindAllString(text, -1)
	if len(n.marks) == len(n.pieces) { // .99
		n.pieces = append([]string{"0"}, n.pieces...)
	}
	return n
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// plain returns the number as Go writes it. decimal is the mark before the
// fraction, if it is known. commaMayBeFraction says that 1,234 may be a fraction
// for what stands around it.
func (n number) plain(decimal string, commaMayBeFraction bool) (string, error) {
	if decimal == "" {
		var err error
		if decimal, err = n.decimalMark(commaMayBeFraction); err != nil {
			return "", err
		}
	}
	whole, fraction := n.pieces, ""
	groups := n.marks
	if last := len(n.marks) - 1; last >= 0 && n.marks[last] == decimal {
		whole, fraction, groups = n.pieces[:last+1], "."+n.pieces[last+1], n.marks[:last]
	}
	if !areGroups(whole, groups, decimal) {
		return "", fmt.Errorf("%q is not written like an amount", n.text)
	}
	return strings.Join(whole, "") + fraction, nil
}

// areGroups reports whether pieces are groups of thousands, or of India's
// hundreds of thousands: 12,34,567.
func areGroups(pieces, marks []string, decimal string) bool {
	for _, mark := range marks {
		if mark == decimal || mark != marks[0] {
			return false
		}
	}
	if len(marks) == 0 {
		return true
	}
	last := len(pieces) - 1
	threes, twos := len(pieces[0]) <= 3, len(pieces[0]) <= 2 && marks[0] == ","
	for _, piece := range pieces[1:last] {
		threes, twos = threes && len(piece) == 3, twos && len(piece) == 2
	}
	return len(pieces[last]) == 3 && (threes || twos)
}

// decimalMark returns the mark before the fraction, which may be missing.
func (n number) decimalMark(commaMayBeFraction bool) (string, error) {
	comma, point := strings.Count(n.text, ","), strings.Count(n.text, ".")
	last := ""
	if len(n.marks) > 0 {
		last = n.marks[len(n.marks)-1]
	}
	other := map[string]string{",": ".", ".": ","}
	switch {
	case comma > 0 && point > 0:
		if other[last] == "" || strings.Count(n.text, last) > 1 {
			return "", errors.New("the marks in the number contradict each other")
		}
		return last, nil
	case comma+point == 0:
		return ".", nil
	case comma > 1:
		return ".", nil
	case point > 1:
		return ",", nil
	}
	mark := ","
	if point > 0 {
		mark = "."
	}
	before, after := n.pieces[len(n.pieces)-2], n.pieces[len(n.pieces)-1]
	switch {
	case last != mark, len(after) != 3, len(before) > 3, before == "0", len(n.marks) > 1:
		return mark, nil
	case mark == "," && !commaMayBeFraction:
		return ".", nil
	}
	return "", unclearError{n.text + " may be thousands or a fraction", `say decimal = "." or decimal = ","`}
}
