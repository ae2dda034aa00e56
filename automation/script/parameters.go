package script

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/prompt"
	"passage/automation/script/dialect"
	"passage/automation/script/parse"
)

// commonRules are the rules of parameters that mean the same in every word of the
// page that has them in its signature.
var commonRules = map[string]rule{"timeout": seconds(maxTimeout), "first": flag}

// namesOutcomes are the words of the page that take names of the script's own, which
// may be those of commonRules.
var namesOutcomes = map[string]bool{"page.wait_for": true, "page.rows": true}

// parameterRules are the rules of the other parameters, by word. What a parameter
// accepts stands here and nowhere else.
var parameterRules = map[string]map[string]rule{
	"page.goto":          {"path_or_url": addressText, "wait": oneOf(waitLoaded, waitShown)},
	"page.sign_in_basic": {"path_or_url": addressText, "username": typeable, "password": typeable},
	"page.fill":          {"text": typeable},
	"page.type":          {"text": typeable},
	"page.tap":           {"text": typeable},
	"page.click":         {"count": wholeNumber(1, maxClicks, "", "")},
	"page.press":         {"key": keyName},
	"page.check":         {"on": flag},
	"page.exists":        {"hidden": flag},
	"page.pages":         {"limit": wholeNumber(1, maxPages, "", "")},
	"page.fetch":         {"path_or_url": addressText, "read_only": flag},
	"page.dialogs":       {"accept": flag},
	"page.wait_for":      {"timeout": seconds(maxTimeout)},

	"user.approve":     {"timeout": seconds(maxApprovalTimeout)},
	"user.choose":      {"reason": reasonKey},
	"user.text":        {"reason": reasonKey, "secret": flag},
	"user.credentials": {"attempts": wholeNumber(1, maxAttempts, "", "")},
	"user.one_time_code": {
		"attempts": wholeNumber(1, maxAttempts, "", ""), "digits": wholeNumber(0, maxDigits, " (any code)", ""),
		"time_limit": wholeNumber(0, maxTimeLimit, " (none)", " seconds"), "resend": flag, "app": flag,
	},
	"attempt.reject": {"reason": rejection},

	"progress": {"code": progressKey, "count": notNegative},
	"url":      {"pattern": pattern},
	"text":     {"words": pattern},
	"now":      {"days": wholeNumber(-maxDays, maxDays, "", "")},
	"match":    {"pattern": expression, "all": flag},
	"money":    {"currency": currencyCode, "decimal": oneOf("", ".", ",")},
	"date": {
		"order": oneOf("", "mdy", "dmy"), "year": calendarYear, "days": wholeNumber(-maxDays, maxDays, "", ""), "zone": zoneName,
	},
	"timestamp": {"zone": zoneName, "order": oneOf("", "mdy", "dmy"), "year": calendarYear},
}

// checkArguments checks the arguments of a call of a word by the rules of its
// parameters, before the word does anything.
func checkArguments(word string, entry manual, args starlark.Tuple, kwargs []starlark.Tuple) error {
	parameters := entry.parameters()
	for i, value := range args[:min(len(args), len(parameters))] {
		if err := checkArgument(word, parameters[i].Name, value); err != nil {
			return err
		}
	}
	for _, pair := range kwargs {
		if err := checkArgument(word, string(pair[0].(starlark.String)), pair[1]); err != nil {
			return err
		}
	}
	return nil
}

// checkArgument checks one argument of a word.
func checkArgument(word, parameter string, value starlark.Value) error {
	rule := parameterRules[word][parameter]
	if rule == nil && strings.HasPrefix(word, "page.") && !namesOutcomes[word] {
		rule = commonRules[parameter]
	}
	if _, opaque := value.(*dialect.Opaque); rule == nil || opaque {
		return nil
	}
	if err := rule(parameter, value); err != nil {
		return fmt.Errorf("%s: %w", word, err)
	}
	return nil
}

// typeable accepts what can be typed: a text. (Opaque values have no rule.)
func typeable(name string, value starlark.Value) error {
	if _, err := textOf(name, value); err != nil {
		return fmt.Errorf("%s must be a text or an opaque value, not a %s; str(…) makes a text of a number", name, value.Type())
	}
	return nil
}

// keyName accepts the name of a key that can be pressed.
func keyName(name string, value starlark.Value) error {
	text, err := textOf(name, value)
	if err == nil && !browser.IsKey(text) {
		return fmt.Errorf("there is no %s %q%s; there are %s, single characters, and Control+, Alt+, Shift+ and Meta+ before them",
			name, prompt.Quote(text), dialect.Suggest(text, strings.Split(browser.Keys(), ", ")), browser.Keys())
	}
	return err
}

// pattern accepts the pattern of an address, or words.
func pattern(name string, value starlark.Value) error {
	text, err := textOf(name, value)
	if err == nil && (strings.TrimSpace(text) == "" || len(text) > maxPattern) {
		return fmt.Errorf("%s must be 1 to %d bytes", name, maxPattern)
	}
	return err
}

// expression accepts a regular expression.
func expression(name string, value starlark.Value) error {
	text, err := textOf(name, value)
	if err == nil {
		_, _, err = compilePattern(text)
	}
	return err
}

// currencyCode accepts an ISO 4217 code, or nothing.
func currencyCode(name string, value starlark.Value) error {
	code, err := textOf(name, value)
	if err == nil && code != "" && !parse.IsCurrency(code) {
		return fmt.Errorf("%s = %q is not the code of a known currency", name, prompt.Quote(code))
	}
	return err
}

// zoneName accepts a time zone or an offset, or nothing.
func zoneName(name string, value starlark.Value) error {
	zone, err := textOf(name, value)
	if err == nil {
		_, err = parse.Zone(zone)
	}
	return err
}

// calendarYear accepts a year, or 0 for none.
func calendarYear(name string, value starlark.Value) error {
	if number, ok := value.(starlark.Int); ok && number.Sign() == 0 {
		return nil
	}
	return wholeNumber(1900, 2200, "", "")(name, value)
}

// progressKey accepts the key of a progress.
func progressKey(name string, value starlark.Value) error {
	text, err := textOf(name, value)
	if err == nil && !prompt.IsKey(text) {
		return fmt.Errorf("%q must be a key like %q; its text is in views", prompt.Quote(text), "opening_bills")
	}
	return err
}

// addressText accepts a path, or an absolute address, whatever its host.
func addressText(_ string, value starlark.Value) error {
	text, ok := starlark.AsString(value)
	if !ok || strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//") {
		return nil // the word says what else it takes
	}
	_, err := absoluteAddress(text)
	return err
}
