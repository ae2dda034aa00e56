package script

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// cssInstead says what stands in this project's selectors for what is CSS only in
// other tools.
var cssInstead = map[string]string{
	"has-text":     `part of an element's text is ">> has=text=…"`,
	"contains":     `part of an element's text is ">> has=text=…"`,
	"text":         "the element that shows a text is text=…",
	"text-is":      `the element with exactly this text is text="…"`,
	"text-matches": "there are no patterns of texts; text=… takes a part",
	"visible":      `the visible ones are ">> visible=true", and a click or a fill passes over the others anyway`,
	"hidden":       "page.exists(…, hidden = True), or hidden(…) in page.wait_for",
	"nth-match":    `one of several is ">> nth=0"`,
	"eq":           `one of several is ">> nth=0"`,
	"first":        `the first of several is ">> nth=0"`,
	"last":         `the last of several is ">> nth=-1"`,
	"even":         ":nth-child(even)",
	"odd":          ":nth-child(odd)",
	"parent":       ":has(*)",
	"header":       "role=heading",
	"input":        "input, select, textarea",
	"text-input":   "input",
	"button":       "role=button",
	"submit":       "[type=submit]",
	"checkbox":     "role=checkbox",
	"radio":        "role=radio",
	"password":     "[type=password]",
	"image":        "img",
	"file":         "[type=file]",
	"selected":     ":checked",
	"right-of":     "the position on the screen is no selector",
	"left-of":      "the position on the screen is no selector",
	"above":        "the position on the screen is no selector",
	"below":        "the position on the screen is no selector",
	"near":         "the position on the screen is no selector",
}

// cssLists are the pseudo-classes that take a list of selectors; those of :has
// may begin with a combinator.
var cssLists = []string{"is", "where", "not", "has", "matches", "-webkit-any"}

const cssName = `(?:--|-?(?:[A-Za-z_\x{80}-\x{10FFFF}]|\\.))(?:[\w\x{80}-\x{10FFFF}-]|\\.)*`

var (
	cssCombinator = regexp.MustCompile(`^\s*[>+~]\s*|^\s+`)
	cssType       = regexp.MustCompile(`^(?:` + cssName + `|\*)`)
	cssSimple     = regexp.MustCompile(`^[#.]` + cssName)
	cssAttribute  = regexp.MustCompile(`^\[\s*` + cssName + `(?:[:|]` + cssName + `)?\s*(?:[~|^$*]?=\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|` + cssName + `)\s*[iIsS]?\s*)?\]`)
	cssDigit      = regexp.MustCompile(`^[#.](\d[\w-]*)`)
	cssPseudo     = regexp.MustCompile(`^::?(` + cssName + `)`)
)

// cssProblem says what is wrong with a CSS selector, or returns an empty text. It
// knows the grammar and not every pseudo-class: the browser has the last word.
func cssProblem(selector string) string {
	scan := cssScan{rest: strings.TrimSpace(selector)}
	scan.list(false)
	if scan.problem == "" && scan.rest != "" {
		scan.unexpected()
	}
	return scan.problem
}

// cssScan reads a selector from the left and keeps the first problem.
type cssScan struct{ rest, problem string }

func (s *cssScan) fail(format string, args ...any) {
	if s.problem == "" {
		s.problem = fmt.Sprintf(format, args...)
	}
}

// unexpected reports what cannot stand where the scan is.
func (s *cssScan) unexpected() {
	switch {
	case s.rest == "":
		s.fail("it ends too early")
	case strings.HasPrefix(s.rest, "["):
		s.fail("%s is no condition on an attribute; write [name=\"value\"]", clip(s.rest))
	case cssDigit.MatchString(s.rest):
		s.fail("a name in CSS does not begin with a digit; write [id=%q] or the like", cssDigit.FindStringSubmatch(s.rest)[1])
	default:
		s.fail("it is not CSS from %q on; text= finds a text", clip(s.rest))
	}
}

// take cuts off what a pattern matches at the start.
func (s *cssScan) take(pattern *regexp.Regexp) (match []string) {
	if match = pattern.FindStringSubmatch(s.rest); match != nil {
		s.rest = s.rest[len(match[0]):]
	}
	return match
}

// list reads selectors with commas between. Relative ones may begin with a
// combinator.
func (s *cssScan) list(relative bool) {
	for s.problem == "" {
		s.rest = strings.TrimSpace(s.rest)
		if relative {
			s.take(cssCombinator)
		}
		s.complex()
		s.rest = strings.TrimSpace(s.rest)
		if !strings.HasPrefix(s.rest, ",") {
			return
		}
		s.rest = s.rest[1:]
	}
}

// complex reads compounds with combinators between.
func (s *cssScan) complex() {
	for s.problem == "" {
		s.compound()
		before := s.rest
		if s.take(cssCombinator) == nil {
			return
		}
		if blank := strings.TrimSpace(before[:len(before)-len(s.rest)]) == ""; blank && (s.rest == "" || strings.ContainsAny(s.rest[:1], ",)")) {
			return
		}
	}
}

// compound reads one element's conditions, at least one.
func (s *cssScan) compound() {
	found := s.take(cssType) != nil
	for s.problem == "" {
		switch {
		case s.take(cssSimple) != nil, s.take(cssAttribute) != nil:
		case s.pseudo():
		default:
			if !found || strings.HasPrefix(s.rest, "[") || strings.HasPrefix(s.rest, "#") || strings.HasPrefix(s.rest, ".") || strings.HasPrefix(s.rest, ":") {
				s.unexpected()
			}
			return
		}
		found = true
	}
}

// pseudo reads a pseudo-class with its arguments, and reports false if there is none.
func (s *cssScan) pseudo() bool {
	match := s.take(cssPseudo)
	if match == nil {
		return false
	}
	name := strings.ToLower(match[1])
	if instead, ok := cssInstead[name]; ok {
		s.fail(":%s is not CSS: %s", name, instead)
	}
	if !strings.HasPrefix(s.rest, "(") || s.problem != "" {
		return true
	}
	s.rest = s.rest[1:]
	if slices.Contains(cssLists, name) {
		s.list(name == "has")
	} else if end := strings.IndexByte(s.rest, ')'); end >= 0 {
		s.rest = s.rest[end:]
	}
	if s.problem == "" && !strings.HasPrefix(s.rest, ")") {
		s.fail(":%s( has no closing parenthesis", name)
	} else if s.problem == "" {
		s.rest = s.rest[1:]
	}
	return true
}
