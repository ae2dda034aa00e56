package dialect

import (
	"fmt"

	"go.starlark.net/starlark"
)

// boundedBuiltins returns the builtins of Starlark that make values. Each checks
// its arguments first.
func boundedBuiltins() starlark.StringDict {
	builtins := starlark.StringDict{"range": starlark.NewBuiltin("range", boundedRange)}
	for _, name := range []string{"dict", "enumerate", "list", "reversed", "set", "sorted", "tuple", "zip"} {
		builtins[name] = bounded(name, func(a *Allowance, args []starlark.Value) error {
			for _, arg := range args {
				if err := a.copyOf(arg); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, name := range []string{"str", "repr"} {
		builtins[name] = bounded(name, func(a *Allowance, args []starlark.Value) error { return a.Printable(args...) })
	}
	builtins["int"] = bounded("int", func(_ *Allowance, args []starlark.Value) error {
		if text, ok := args[0].(starlark.String); ok && len(text) > maxBits/4 {
			return fmt.Errorf("a number of %d digits is too long", len(text))
		}
		return nil
	})
	return builtins
}

// bounded wraps a builtin of Starlark in a check of its arguments.
func bounded(name string, check func(*Allowance, []starlark.Value) error) *starlark.Builtin {
	original := starlark.Universe[name].(*starlark.Builtin)
	return starlark.NewBuiltin(name, func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if values := allValues(args, kwargs); len(values) > 0 {
			if err := refuseOpaque(name, values); err != nil {
				return nil, err
			}
			if err := check(AllowanceOf(thread), values); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		return original.CallInternal(thread, args, kwargs)
	})
}

// boundedRange keeps a range short. The range itself costs nothing, but what
// iterates over it does.
func boundedRange(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := starlark.Universe["range"].(*starlark.Builtin).CallInternal(thread, args, kwargs)
	if err != nil {
		return nil, err
	}
	if n := starlark.Len(v); n > maxItems {
		return nil, fmt.Errorf("range: this would make %d items; %d is the limit", n, maxItems)
	}
	return v, nil
}
