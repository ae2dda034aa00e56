package script

import (
	"regexp"
	"slices"
	"strings"
)

var (
	kindPattern   = regexp.MustCompile(`^(css|text|label|placeholder|role|nth|url|xpath|id|name|testid|data-testid)\s*=(.*)$`)
	rolePattern   = regexp.MustCompile(`^\s*[a-z]+\s*(\[\s*name\s*\*?=\s*("[^"]*"|'[^']*'|[^\]"']+)\s*\])?\s*$`)
	selectorKinds = []string{"css", "text", "label", "placeholder", "role", "nth", "url"}
)

// selectorProblem says what is wrong with a selector, as far as that can be told
// without a page. Only the browser can judge CSS.
func selectorProblem(selector string, mayBeURL bool) string {
	for i, part := range strings.Split(selector, " >> ") {
		part = strings.TrimSpace(part)
		match := kindPattern.FindStringSubmatch(part)
		switch {
		case part == "":
			return "it is empty"
		case strings.HasPrefix(part, "//"):
			return "XPath is not supported"
		case match == nil:
			continue
		}
		if problem := kindProblem(match[1], match[2], i == 0, mayBeURL); problem != "" {
			return problem
		}
	}
	return ""
}

// kindProblem says what is wrong with kind=value.
func kindProblem(kind, value string, first, mayBeURL bool) string {
	switch {
	case strings.TrimSpace(value) == "":
		return "there is nothing after " + kind + "="
	case kind == "nth" && first:
		return "nth= picks one of the elements before it, with >> between"
	case kind == "role" && !rolePattern.MatchString(value):
		return `a role is written role=button or role=button[name="Sign in"]`
	case kind == "url" && !mayBeURL:
		return "an address is for page.wait_for"
	case !slices.Contains(selectorKinds, kind):
		return kind + "= is not supported; CSS has #id and [name=x]"
	}
	return ""
}
