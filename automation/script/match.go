package script

import (
	"fmt"
	"regexp"
	"strings"

	"passage/automation/prompt"

	"go.starlark.net/starlark"
)

const (
	maxPattern = 1000 // bytes
	maxMatches = 1000
)

// sayMatch is match(pattern, text): Go's regular expressions, whose time is
// linear in the text whatever the pattern.
func sayMatch(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var pattern, text string
	var all bool
	if err := unpack(b.Name(), args, kwargs, "pattern", &pattern, "text", &text, "all?", &all); err != nil {
		return nil, err
	}
	spent := allowanceOf(thread)
	if err := spent.spend(len(text)); err != nil {
		return nil, fmt.Errorf("match: %w", err)
	}
	found, err := matches(pattern, text, all)
	if err != nil {
		return nil, fmt.Errorf("match: %w", err)
	}
	var values []starlark.Value
	for _, one := range found {
		groups := make([]starlark.Value, len(one)/2)
		size := 0
		for i := range groups {
			groups[i] = starlark.None
			if start, end := one[2*i], one[2*i+1]; start >= 0 {
				groups[i] = starlark.String(strings.ToValidUTF8(text[start:end], ""))
				size += end - start
			}
		}
		if err := spent.spend(size + len(groups)*itemSize); err != nil {
			return nil, fmt.Errorf("match: %w", err)
		}
		values = append(values, starlark.NewList(groups))
	}
	switch {
	case all:
		return starlark.NewList(values), nil
	case len(values) == 0:
		return starlark.None, nil
	}
	return values[0], nil
}

// matches gives the groups' places in each match, in the first alone unless all.
func matches(pattern, text string, all bool) ([][]int, error) {
	if len(pattern) > maxPattern {
		return nil, fmt.Errorf("a pattern of %d bytes is too long; %d is the limit", len(pattern), maxPattern)
	}
	expression, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("%q is no regular expression: %w", prompt.Quote(pattern), err)
	}
	most := 1
	if all {
		most = maxMatches
	}
	return expression.FindAllStringSubmatchIndex(text, most), nil
}
