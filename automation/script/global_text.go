package script

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/prompt"
	"passage/automation/script/dialect"
	"passage/automation/script/parse"
)

const (
	maxPattern = 1000 // bytes
	maxMatches = 1000
)

// matchWord is match(pattern, text). The time of Go's regular expressions is
// linear in the text, whatever the pattern.
func matchWord(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var pattern, text string
	var all bool
	if err := dialect.Unpack(b.Name(), args, kwargs, "pattern", &pattern, "text", &text, "all?", &all); err != nil {
		return nil, err
	}
	allowance := dialect.AllowanceOf(thread)
	if err := allowance.Spend(len(text)); err != nil {
		return nil, fmt.Errorf("match: %w", err)
	}
	found, err := matches(pattern, text, all)
	if err != nil {
		return nil, fmt.Errorf("match: %w", err)
	}
	var values []starlark.Value
	for _, match := range found {
		groups, err := matchGroups(text, match, allowance)
		if err != nil {
			return nil, fmt.Errorf("match: %w", err)
		}
		values = append(values, groups)
	}
	switch {
	case all:
		return starlark.NewList(values), nil
	case len(values) == 0:
		return starlark.None, nil
	}
	return values[0], nil
}

// matchGroups returns the texts of a match: the whole, then each group, None for
// a group that took no part.
func matchGroups(text string, match []int, allowance *dialect.Allowance) (starlark.Value, error) {
	groups := make([]starlark.Value, len(match)/2)
	size := 0
	for i := range groups {
		groups[i] = starlark.None
		if start, end := match[2*i], match[2*i+1]; start >= 0 {
			groups[i] = starlark.String(strings.ToValidUTF8(text[start:end], ""))
			size += end - start
		}
	}
	if err := allowance.Spend(size); err != nil {
		return nil, err
	}
	return starlark.NewList(groups), allowance.Items(len(groups))
}

// matches returns the indexes of the groups of each match, or of the first match
// alone.
func matches(pattern, text string, all bool) ([][]int, error) {
	expression, err := compilePattern(pattern)
	if err != nil {
		return nil, err
	}
	limit := 1
	if all {
		limit = maxMatches
	}
	return expression.FindAllStringSubmatchIndex(text, limit), nil
}

func compilePattern(pattern string) (*regexp.Regexp, error) {
	if len(pattern) > maxPattern {
		return nil, fmt.Errorf("a pattern of %d bytes is too long; %d is the limit", len(pattern), maxPattern)
	}
	expression, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("%q is not a regular expression: %w", prompt.Quote(pattern), err)
	}
	return expression, nil
}

// moneyWord is money(text).
func moneyWord(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text, currency, decimal string
	if err := dialect.Unpack(b.Name(), args, kwargs, "text", &text, "currency?", &currency, "decimal?", &decimal); err != nil {
		return nil, err
	}
	parsed, err := parse.Money(text, currency, decimal)
	if err != nil {
		return nil, fmt.Errorf("money: %w", err)
	}
	if err := dialect.AllowanceOf(thread).Items(2); err != nil {
		return nil, fmt.Errorf("money: %w", err)
	}
	var code starlark.Value = starlark.None
	if parsed.Currency != "" {
		code = starlark.String(parsed.Currency)
	}
	dict := starlark.NewDict(2)
	return dict, errors.Join(
		dict.SetKey(starlark.String("amount"), starlark.Float(parsed.Value)),
		dict.SetKey(starlark.String("currency"), code),
	)
}
