package browser

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// ResponsePattern says which responses of the site are meant: those to a document
// that a window or a frame in it gets, a form that it sends, and the XHR and fetch
// of its scripts, redirects among them, from the policy's hosts. It is one
// condition of a wait, and holds if such a response came since the last act.
type ResponsePattern struct {
	address  string // as in WaitURL
	statuses []string
	method   string

	glob *regexp.Regexp
}

const (
	responsePrefix = "response="
	maxStatuses    = 10
)

var (
	statusPattern = regexp.MustCompile(`^[1-5](\d\d|xx)$`)
	methodPattern = regexp.MustCompile(`^[A-Z]{1,20}$`)
)

// NewResponsePattern makes a pattern. The address is compared as by WaitURL, always
// without query and fragment. Statuses are numbers, or classes such as "4xx"; none
// stands for any, and so does an empty method.
func NewResponsePattern(address string, statuses []string, method string) (ResponsePattern, error) {
	switch {
	case !strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "*"):
		return ResponsePattern{}, errors.New("the path must start with a slash, or be a whole address")
	case strings.ContainsAny(address, "?#"):
		return ResponsePattern{}, errors.New("responses are compared without query and fragment: leave out ? and #; * stands for anything")
	case strings.ContainsAny(address, " \t\r\n"):
		return ResponsePattern{}, errors.New("the path must be as the browser sends it, with %20 for a space")
	case len(statuses) > maxStatuses:
		return ResponsePattern{}, fmt.Errorf("give at most %d statuses", maxStatuses)
	case method != "" && !methodPattern.MatchString(method):
		return ResponsePattern{}, errors.New(`method must be in capitals, such as "POST"`)
	}
	for _, status := range statuses {
		if !statusPattern.MatchString(status) {
			return ResponsePattern{}, errors.New(`status must be a number from 100 to 599, a class such as "4xx", or a list of them`)
		}
	}
	parts := strings.Split(address, "*")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	glob, err := regexp.Compile("^" + strings.Join(parts, ".*") + "$")
	if err != nil {
		return ResponsePattern{}, fmt.Errorf("the path is too long: %w", err)
	}
	return ResponsePattern{address, statuses, method, glob}, nil
}

// ParseResponsePattern reads what Selector wrote. ok is false if it is the selector
// of something else.
func ParseResponsePattern(selector string) (pattern ResponsePattern, ok bool, err error) {
	text, ok := strings.CutPrefix(selector, responsePrefix)
	if !ok {
		return ResponsePattern{}, false, nil
	}
	fields := strings.Split(text, " ")
	if len(fields) != 3 {
		return ResponsePattern{}, true, errors.New(`write response("/path", status = 429)`)
	}
	var statuses []string
	if fields[1] != "" {
		statuses = strings.Split(fields[1], ",")
	}
	pattern, err = NewResponsePattern(fields[0], statuses, fields[2])
	return pattern, true, err
}

// Selector returns the pattern as the selector of a Condition.
func (r ResponsePattern) Selector() string {
	return responsePrefix + r.address + " " + strings.Join(r.statuses, ",") + " " + r.method
}

// String returns the pattern as scripts write it.
func (r ResponsePattern) String() string {
	text := "response(" + strconv.Quote(r.address)
	statuses := make([]string, len(r.statuses))
	for i, status := range r.statuses {
		statuses[i] = status
		if strings.HasSuffix(status, "xx") {
			statuses[i] = strconv.Quote(status)
		}
	}
	switch len(statuses) {
	case 0:
	case 1:
		text += ", status = " + statuses[0]
	default:
		text += ", status = [" + strings.Join(statuses, ", ") + "]"
	}
	if r.method != "" {
		text += ", method = " + strconv.Quote(r.method)
	}
	return text + ")"
}

func (r ResponsePattern) matches(one heard) bool {
	return r.matchesAddress(one) && (r.method == "" || r.method == one.method) && (len(r.statuses) == 0 || slices.ContainsFunc(r.statuses, func(status string) bool {
		return status == strconv.Itoa(one.status) || status == strconv.Itoa(one.status/100)+"xx"
	}))
}

func (r ResponsePattern) matchesAddress(one heard) bool {
	path := one.url.EscapedPath()
	if strings.HasPrefix(r.address, "/") {
		return r.glob.MatchString(path)
	}
	return r.glob.MatchString(one.url.Scheme + "://" + one.url.Host + path)
}

// conditionPattern is a pattern among the alternatives of a condition.
type conditionPattern struct {
	ResponsePattern
	condition int
}

func patternsOf(conditions []Condition) (patterns []conditionPattern) {
	for i, condition := range conditions {
		if !strings.Contains(condition.Selector, responsePrefix) {
			continue
		}
		for alternative := range strings.SplitSeq(condition.Selector, separator) {
			if pattern, ok, err := ParseResponsePattern(alternative); ok && err == nil {
				patterns = append(patterns, conditionPattern{pattern, i})
			}
		}
	}
	return patterns
}

// responseCame returns the name of the first condition that a response fulfils. It
// must come before the condition that the page fulfils; -1 stands for none.
func (p *Page) responseCame(patterns []conditionPattern, conditions []Condition, first int) (string, bool) {
	for _, pattern := range patterns {
		if first >= 0 && pattern.condition >= first {
			break
		}
		if n := p.countResponses(pattern.matches); n > 0 {
			if p.matched != nil {
				*p.matched = Matched{pattern.String(), n}
			}
			return conditions[pattern.condition].Name, true
		}
	}
	return "", false
}

// countResponses counts responses since the last act to this page's window.
func (p *Page) countResponses(test func(heard) bool) (n int) {
	t := &p.frame.browser.traffic
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, one := range t.heard {
		if p.isOf(one.session) && test(one) {
			n++
		}
	}
	return n
}

func (p *Page) isOf(window chrome.Session) bool { return p.frame.session == window }

// withoutResponse puts the patterns into the error of a wait in which no response
// matched them, with what came from the same addresses.
func (p *Page) withoutResponse(err error, conditions []Condition) error {
	typed, ok := errors.AsType[*outcome.Error](err)
	patterns := patternsOf(conditions)
	if !ok || len(patterns) == 0 || len(typed.Selectors) == 0 {
		return err
	}
	for i, selector := range typed.Selectors {
		if pattern, ok, err := ParseResponsePattern(selector.Selector); ok && err == nil {
			typed.Selectors[i].Selector = pattern.String()
		}
	}
	if typed.Code != outcome.SiteChanged {
		return err
	}
	for _, pattern := range patterns {
		if others := p.otherResponses(pattern.ResponsePattern); len(others) > 0 {
			typed.Detail += fmt.Sprintf("; there was no %s, but %s", pattern, strings.Join(others, ", "))
		}
	}
	return typed
}

// otherResponses lists responses from a pattern's address that it does not match.
func (p *Page) otherResponses(pattern ResponsePattern) []string {
	var found []heard
	p.countResponses(func(one heard) bool {
		if pattern.matchesAddress(one) && len(found) < maxFailed && !slices.ContainsFunc(found, one.same) {
			found = append(found, one)
		}
		return false
	})
	var texts []string
	for _, response := range p.frame.browser.responsesOf(found) {
		texts = append(texts, response.String())
	}
	return texts
}
