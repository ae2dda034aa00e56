package script

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/prompt"
	"passage/automation/script/dialect"
	"passage/automation/script/parse"
)

const (
	maxPattern   = 1000   // bytes
	maxPartsOf   = 10_000 // of a pattern, each as often as it is repeated
	maxMatches   = 1000
	maxMatching  = 100_000_000 // parts of the pattern times bytes of the text
	partsPerStep = 64
)

// matchWord is match(pattern, text). The time of Go's regular expressions is
// linear in the text and in the parts of the pattern.
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
	expression, parts, err := compilePattern(pattern)
	if err == nil {
		err = spendMatching(thread, parts, text)
	}
	if err != nil {
		return nil, fmt.Errorf("match: %w", err)
	}
	found := matches(expression, text, all)
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
func matches(expression *regexp.Regexp, text string, all bool) [][]int {
	limit := 1
	if all {
		limit = maxMatches
	}
	return expression.FindAllStringSubmatchIndex(text, limit)
}

// compilePattern also returns how many parts the pattern has; see partsOfPattern.
func compilePattern(pattern string) (expression *regexp.Regexp, parts int, err error) {
	if parts, err = partsOfPattern(pattern); err != nil {
		return nil, 0, err
	}
	if expression, err = regexp.Compile(pattern); err != nil {
		return nil, 0, fmt.Errorf("%q is not a regular expression: %w", prompt.Quote(pattern), err)
	}
	return expression, parts, nil
}

// spendMatching spends what a match may take, as nothing can end it once it runs.
func spendMatching(thread *starlark.Thread, parts int, text string) error {
	work := parts * len(text)
	if work > maxMatching {
		return fmt.Errorf("a pattern of %d parts would take too long with a text of %d bytes", parts, len(text))
	}
	dialect.Spend(thread, work/partsPerStep)
	return nil
}

// partsOfPattern returns how many parts a pattern has once its repetitions are
// written out, as the compiled one does. It is an error if there are too many.
func partsOfPattern(pattern string) (int, error) {
	if len(pattern) > maxPattern {
		return 0, fmt.Errorf("a pattern of %d bytes is too long; %d is the limit", len(pattern), maxPattern)
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0, fmt.Errorf("%q is not a regular expression: %w", prompt.Quote(pattern), err)
	}
	parts := addPatternParts(0, parsed)
	if parts > maxPartsOf {
		return 0, fmt.Errorf("a pattern with more than %d parts, repetitions written out, is too large", maxPartsOf)
	}
	return parts, nil
}

func addPatternParts(parts int, of *syntax.Regexp) int {
	own := 1 + len(of.Rune)
	for _, sub := range of.Sub {
		if own = addPatternParts(own, sub); own > maxPartsOf {
			break
		}
	}
	if of.Op == syntax.OpRepeat {
		own *= max(1, of.Min, of.Max)
	}
	return min(parts+own, maxPartsOf+1)
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
