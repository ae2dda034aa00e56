package script

import (
	"regexp"
	"slices"
	"strings"

	"passage/automation/browser"
)

var (
	kindPattern   = regexp.MustCompile(`^([A-Za-z_][\w:-]*)\s*=(.*)$`)
	rolePattern   = regexp.MustCompile(`^\s*[a-z]+\s*(\[\s*name\s*\*?=\s*("[^"]*"|'[^']*'|[^\]"']+)\s*\])?\s*$`)
	columnPattern = regexp.MustCompile(`(?s)^(.*?)(?:@[A-Za-z_:][\w:.-]*)?$`)
	nthPattern    = regexp.MustCompile(`^-?\d+$`)
	quotedPattern = regexp.MustCompile(`[=(]\s*("[^"]*"|'[^']*')`)
	selectorKinds = []string{"css", "text", "label", "placeholder", "role", "nth", "has", "visible", "url", "hidden", "response"}
)

// kindInstead says what stands for the kinds of selectors of other tools.
var kindInstead = map[string]string{
	"xpath":           "XPath is not supported; #id, text= and >> are the usual ways",
	"id":              "CSS has #id",
	"name":            `CSS has [name="x"]`,
	"testid":          `CSS has [data-testid="x"]`,
	"data-testid":     `CSS has [data-testid="x"]`,
	"data-test-id":    `CSS has [data-test-id="x"]`,
	"has-text":        "write has=text=…",
	"hasText":         "write has=text=…",
	"has-not":         "CSS has :not(:has(…))",
	"alt":             `CSS has [alt="x"]`,
	"title":           `CSS has [title="x"]`,
	"aria":            "write role= or label=",
	"internal:role":   "write role=",
	"internal:text":   "write text=",
	"internal:label":  "write label=",
	"internal:testid": `CSS has [data-testid="x"]`,
}

// selectorParts splits a selector at each >> that is in no quoted text. package
// browser does the same in the page.
func selectorParts(selector string) []string {
	masked := quotedPattern.ReplaceAllStringFunc(selector, func(quoted string) string { return strings.Repeat("x", len(quoted)) })
	var parts []string
	for {
		at := strings.Index(masked, ">>")
		if at < 0 {
			return append(parts, strings.TrimSpace(selector))
		}
		parts = append(parts, strings.TrimSpace(selector[:at]))
		masked, selector = masked[at+2:], selector[at+2:]
	}
}

// elementProblem says what is wrong with a selector, as far as that can be told
// without a page; or it returns an empty text.
func elementProblem(selector string) string {
	for i, part := range selectorParts(selector) {
		if problem := partProblem(part, i == 0); problem != "" {
			return problem
		}
	}
	return ""
}

// outcomeProblem is elementProblem for an outcome of a wait, which may also be an
// address, an element that is there and hidden, or a response.
func outcomeProblem(selector string) string {
	address, isAddress := strings.CutPrefix(selector, "url=")
	_, isResponse, err := browser.ParseResponsePattern(selector)
	switch {
	case err != nil:
		return err.Error()
	case isResponse:
		return ""
	case isAddress && strings.TrimSpace(address) == "":
		return "there is nothing after url="
	case isAddress:
		return ""
	}
	return elementProblem(strings.TrimPrefix(selector, "hidden="))
}

// numberProblem is elementProblem for the number of user.approve, which may also be
// a number itself.
func numberProblem(text string) string {
	if fixedNumber.MatchString(text) {
		return ""
	}
	return elementProblem(text)
}

// columnProblem is elementProblem for a column of page.rows, which may end with
// the name of an attribute.
func columnProblem(column string) string {
	selector := columnPattern.FindStringSubmatch(column)[1]
	if selector == "" || selector == "." {
		return ""
	}
	return elementProblem(selector)
}

// partProblem says what is wrong with one part of a selector.
func partProblem(part string, first bool) string {
	match := kindPattern.FindStringSubmatch(part)
	switch {
	case part == "":
		return "a part of it is empty"
	case strings.HasPrefix(part, "//") || strings.HasPrefix(part, "(//") || strings.HasPrefix(part, ".."):
		return kindInstead["xpath"]
	case match != nil:
		return kindProblem(match[1], match[2], first)
	}
	return cssProblem(part)
}

// kindProblem says what is wrong with kind=value.
func kindProblem(kind, value string, first bool) string {
	value = strings.TrimSpace(value)
	instead, known := kindInstead[kind]
	switch {
	case known:
		return kind + "= is not supported: " + instead
	case !slices.Contains(selectorKinds, kind):
		return kind + "= is not supported; there are " + strings.Join(selectorKinds[:8], "=, ") + "= and CSS"
	case value == "":
		return "there is nothing after " + kind + "="
	case first && slices.Contains([]string{"nth", "has", "visible"}, kind):
		return kind + "= picks among the elements before it, with >> between"
	case kind == "nth" && !nthPattern.MatchString(value):
		return "nth= takes a number: 0 is the first, -1 the last"
	case kind == "visible" && value != "true":
		return "visible= takes true"
	case kind == "role" && !rolePattern.MatchString(value):
		return `a role is written role=button or role=button[name="Sign in"]`
	case kind == "css":
		return cssProblem(value)
	case kind == "has":
		return partProblem(value, true)
	case kind == "url" || kind == "hidden" || kind == "response":
		return kind + "= is an outcome of page.wait_for and user.approve, and stands alone"
	}
	return ""
}
