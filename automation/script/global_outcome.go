package script

import (
	"errors"
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
