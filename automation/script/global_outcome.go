package script

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/script/dialect"
)

// urlWord is url(pattern).
func urlWord(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return selectorOf("url=", b, args, kwargs, "pattern")
}

// textWord is text(words).
func textWord(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return selectorOf("text=", b, args, kwargs, "words")
}

// hiddenWord is hidden(selector). Of a list it makes a list of outcomes.
func hiddenWord(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var selector starlark.Value
	if err := dialect.Unpack(b.Name(), args, kwargs, "selector", &selector); err != nil {
		return nil, err
	}
	if _, _, err := selectorText(selector, elementProblem); err != nil {
		return nil, fmt.Errorf("hidden: %w", err)
	}
	if text, ok := starlark.AsString(selector); ok {
		return starlark.String("hidden=" + text), nil
	}
	var all []starlark.Value
	for item := range starlark.Elements(selector.(starlark.Sequence)) {
		all = append(all, starlark.String("hidden=")+item.(starlark.String))
	}
	return starlark.NewList(all), nil
}

// selectorOf makes the selector of an outcome.
func selectorOf(kind string, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, name string) (starlark.Value, error) {
	var value string
	if err := dialect.Unpack(b.Name(), args, kwargs, name, &value); err != nil {
		return nil, err
	}
	if strings.TrimSpace(value) == "" || len(value) > maxPattern {
		return nil, errors.New(b.Name() + ": " + name + " must be 1 to 1000 bytes")
	}
	return starlark.String(kind + value), nil
}
