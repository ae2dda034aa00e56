package parse

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// around is what stands on one side of an amount's number.
type around struct {
	sign   string // of the currency; empty if there is none
	code   string // of the currency, in letters
	minus  bool   // a minus that belongs to the amount
	open   bool   // a bracket around the amount begins or ends here
	credit bool   // CR
	label  string // the rest
}

// mark is something that belongs to an amount, as a pattern for each side of the
// number. It is a word of its own.
type mark struct{ before, after *regexp.Regexp }

func newMark(words []string) mark {
	for n := range words {
		words[n] = regexp.QuoteMeta(words[n])
	}
	either := strings.Join(words, "|")
	return mark{regexp.MustCompile(`(?:^|[^\pL\pN])(` + either + `)$`), regexp.MustCompile(`^(` + either + `)(?:$|\PL)`)}
}

var errUnclearDash = errors.New("it is not clear whether the dash is a minus")

var (
	codeMark = newMark(slices.Clone(currencies))
	signMark = newMark(signTexts())

	minusBefore  = regexp.MustCompile(`(?:^|[\s:(\p{Sc}])[-–]$`)
	minusAtStart = regexp.MustCompile(`^[-–]\s+$`)
	unclearMinus = regexp.MustCompile(`[-–—]$|[^\pL\pN\s]\s*[-–]\s+$`)
	minusAfter   = regexp.MustCompile(`^[-–](?:\s|\)|$)`)
	noFraction   = regexp.MustCompile(`^[.,][-–—]+`) // 85,– is 85.00
	creditAfter  = regexp.MustCompile(`(?i)^\s*(cr|dr)\.?(?:$|[^\pL\pN])`)

	// What makes the number something else than an amount: a part of an account
	// number or of a calculation, or another unit.
	otherBefore = regexp.MustCompile(`(?:[*•·]{2}\s*|[#№]\s*|\.\.\s*|[*•·…×@/^_])$`)
	otherAfter  = regexp.MustCompile(`(?i)^(?:[\pL\pN_#^@]|\s*[%‰°]|\s*(?:k|m|b|bn|mm|mn|mio|mrd|tsd|mil|mill|thousand|hundred|millions?|billions?|lakhs?|lacs?|crores?|` +
		`credits?|refund(?:ed)?|owed|in credit)(?:$|[^\pL\pN]))`)
)

func signTexts() (texts []string) {
	for _, each := range signs {
		texts = append(texts, each.sign)
	}
	return texts
}

// reader takes what belongs to an amount off a text, beginning at the number.
type reader struct {
	around
	rest string
	side func(mark) *regexp.Regexp
	trim func(string) string
}

// currency takes the sign and the code of a currency, in either order.
func (r *reader) currency() {
	for range 2 {
		if r.code == "" {
			r.code = r.take(codeMark)
		}
		if r.sign == "" {
			r.sign = r.take(signMark)
		}
	}
}

func (r *reader) take(m mark) string {
	trimmed := r.trim(r.rest)
	at := r.side(m).FindStringSubmatchIndex(trimmed)
	if at == nil {
		return ""
	}
	r.rest = trimmed[:at[2]] + trimmed[at[3]:]
	return trimmed[at[2]:at[3]]
}

func trimSpaceRight(text string) string { return strings.TrimRightFunc(text, unicode.IsSpace) }
func trimSpaceLeft(text string) string  { return strings.TrimLeftFunc(text, unicode.IsSpace) }

// readBefore reads what stands before the number: Amount due: -US$.
func readBefore(text string) (around, error) {
	r := reader{rest: text, side: func(m mark) *regexp.Regexp { return m.before }, trim: trimSpaceRight}
	r.minusBefore()
	r.bracket()
	r.currency()
	r.minusBefore()
	r.bracket()
	r.minusBefore() // -($5.00)
	r.label = strings.TrimSpace(r.rest)
	last, _ := utf8.DecodeLastRuneInString(r.rest)
	switch {
	case unicode.IsLetter(last):
		return r.around, fmt.Errorf("%q is joined to the number", lastWord(r.rest))
	case unclearMinus.MatchString(r.rest) || r.minus && strings.HasSuffix(r.label, "+"):
		return r.around, errUnclearDash
	case unicode.Is(unicode.Sc, lastNonSpace(r.rest)):
		return r.around, fmt.Errorf("the currency %q is not known", lastWord(r.label))
	case otherBefore.MatchString(r.rest):
		return r.around, fmt.Errorf("%q before the number makes it something else than an amount", lastWord(r.label))
	}
	return r.around, nil
}

func (r *reader) minusBefore() {
	if !r.minus && (minusBefore.MatchString(r.rest) || minusAtStart.MatchString(r.rest)) {
		r.minus = true
		r.rest = strings.TrimRight(strings.TrimRightFunc(r.rest, unicode.IsSpace), "-–")
	}
}

func (r *reader) bracket() {
	if trimmed := trimSpaceRight(r.rest); !r.open && strings.HasSuffix(trimmed, "(") {
		r.open, r.rest = true, strings.TrimSuffix(trimmed, "(")
	}
}

// readAfter reads what stands after the number: -, € or USD, CR.
func readAfter(text string) (around, error) {
	r := reader{rest: noFraction.ReplaceAllString(text, ""), side: func(m mark) *regexp.Regexp { return m.after }, trim: trimSpaceLeft}
	r.minusAfter()
	r.currency()
	r.minusAfter()
	if found := creditAfter.FindStringSubmatch(r.rest); found != nil {
		r.credit = strings.EqualFold(found[1], "cr")
		r.rest = strings.TrimPrefix(trimSpaceLeft(r.rest)[len(found[1]):], ".")
	}
	trimmed := trimSpaceLeft(r.rest)
	r.open = strings.HasPrefix(trimmed, ")")
	r.label = strings.Trim(trimmed, " .,;:!()–-")
	first, _ := utf8.DecodeRuneInString(trimmed)
	switch {
	case otherAfter.MatchString(r.rest):
		return r.around, fmt.Errorf("%q after the number makes it something else than an amount", firstWord(trimmed))
	case r.minus == (r.label != "") && (r.minus || strings.ContainsRune("-–", first)):
		return r.around, errUnclearDash
	case unicode.Is(unicode.Sc, first):
		return r.around, fmt.Errorf("the currency %q is not known", firstWord(trimmed))
	}
	return r.around, nil
}

func (r *reader) minusAfter() {
	if !r.minus && minusAfter.MatchString(r.rest) {
		r.minus = true
		r.rest = strings.TrimLeft(r.rest, "-–")
	}
}

func lastNonSpace(text string) rune {
	last, _ := utf8.DecodeLastRuneInString(trimSpaceRight(text))
	return last
}

func lastWord(text string) string {
	words := strings.Fields(text)
	return words[len(words)-1]
}

func firstWord(text string) string { return strings.Fields(text)[0] }
