package dialect

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// boundedBuiltins returns the builtins of Starlark that make values or look at
// many. Each checks its arguments first.
func boundedBuiltins() starlark.StringDict {
	builtins := starlark.StringDict{
		"range":   starlark.NewBuiltin("range", boundedRange),
		"getattr": starlark.NewBuiltin("getattr", guardedGetattr),
	}
	for names, checkArguments := range map[string]argumentCheck{
		"bytes enumerate list reversed tuple zip": checkCopies,
		"dict set":       checkKeys,
		"sorted max min": checkSorted,
		"all any":        checkItems,
		"str repr":       checkPrinted,
		"int":            checkDigits,
	} {
		for name := range strings.FieldsSeq(names) {
			builtins[name] = bounded(name, checkArguments)
		}
	}
	return builtins
}

// argumentCheck spends what a builtin is about to do with its arguments.
type argumentCheck func(*starlark.Thread, []starlark.Value) error

// bounded wraps a builtin of Starlark in a check of its arguments.
func bounded(name string, check argumentCheck) *starlark.Builtin {
	original := starlark.Universe[name].(*starlark.Builtin)
	return starlark.NewBuiltin(name, func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if values := Values(args, kwargs); len(values) > 0 {
			if err := refuseOpaque(name, values); err != nil {
				return nil, err
			}
			if err := check(thread, values); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		return original.CallInternal(thread, args, kwargs)
	})
}

func checkCopies(thread *starlark.Thread, args []starlark.Value) error {
	for _, arg := range args {
		if err := AllowanceOf(thread).copyOf(arg); err != nil {
			return err
		}
	}
	return nil
}

func checkKeys(thread *starlark.Thread, args []starlark.Value) error {
	if err := SpendReading(thread, args...); err != nil {
		return err
	}
	return checkCopies(thread, args)
}

func checkSorted(thread *starlark.Thread, args []starlark.Value) error {
	if err := spendSorting(thread, args...); err != nil {
		return err
	}
	return checkCopies(thread, args)
}

func checkItems(thread *starlark.Thread, args []starlark.Value) error {
	length, err := lengthOf(args[0])
	Spend(thread, length)
	return err
}

func checkPrinted(thread *starlark.Thread, args []starlark.Value) error {
	return AllowanceOf(thread).Printable(args...)
}

func checkDigits(_ *starlark.Thread, args []starlark.Value) error {
	if text, ok := args[0].(starlark.String); ok && len(text) > maxBits/4 {
		return fmt.Errorf("a number of %d digits is too long", len(text))
	}
	return nil
}

// guardedGetattr is getattr, which must not be a way around the guard of a
// method.
func guardedGetattr(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	found, err := starlark.Universe["getattr"].(*starlark.Builtin).CallInternal(thread, args, kwargs)
	if err != nil {
		return nil, err
	}
	if name, ok := starlark.AsString(args[1]); ok && isGuarded(name) {
		if method, ok := found.(*starlark.Builtin); ok && method.Receiver() == args[0] {
			return methodGuard(thread, b, args[:2], nil)
		}
	}
	return found, nil
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
