package script

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"
)

// What a script may use up. Real integrations stay a hundred times below.
const (
	loadSteps    = 200_000 // steps of the top level
	defaultSteps = 10_000_000
	maxText      = 1 << 20  // bytes of one text
	maxItems     = 100_000  // items of one list, tuple, dict, set or range
	maxBits      = 4096     // of one integer
	maxDepth     = 50       // lists within lists, in what is printed or returned
	maxAllocated = 64 << 20 // bytes, counted as they are allocated, in one run
	maxResult    = 1 << 20  // bytes of JSON
	maxWords     = 20_000   // uses of page and user, in one run
	itemSize     = 16       // bytes of an item of a list, as it is counted here
)

// allowance counts what the values that a script makes have cost so far. It
// counts what operators and words allocate in one go; what a script piles up
// item by item is bounded by its steps.
type allowance struct{ spent int }

// text allows a text of n bytes, or says that it is too long.
func (a *allowance) text(n int) error {
	if n > maxText {
		return fmt.Errorf("this would make a text of %d bytes; %d is the limit", n, maxText)
	}
	return a.spend(n)
}

// items allows a list of n items, or says that it is too long.
func (a *allowance) items(n int) error {
	if n > maxItems {
		return fmt.Errorf("this would make %d items; %d is the limit", n, maxItems)
	}
	return a.spend(n * itemSize)
}

func (a *allowance) spend(n int) error {
	a.spent += n
	if a.spent > maxAllocated {
		return fmt.Errorf("the script has made more than %d MiB of texts and lists; is there an endless loop?", maxAllocated>>20)
	}
	return nil
}

// value allows another copy of a value: its text, or its list of items.
func (a *allowance) value(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.String:
		return a.text(len(v))
	case starlark.Bytes:
		return a.text(len(v))
	default:
		return a.items(max(0, starlark.Len(v)))
	}
}

// printedSize estimates from above the length of a value as text. It is an
// error if an opaque value is in it, or if it is nested too deep or too large
// to be printed at all.
func printedSize(v starlark.Value) (int, error) {
	return addPrinted(0, v, 0)
}

func addPrinted(size int, v starlark.Value, depth int) (int, error) {
	if depth > maxDepth {
		return 0, fmt.Errorf("this value is nested deeper than %d levels", maxDepth)
	}
	if size > maxText {
		return 0, fmt.Errorf("this value is too large to print: more than %d bytes", maxText)
	}
	var err error
	switch v := v.(type) {
	case *opaque:
		return 0, v.refuse("it cannot become text")
	case starlark.String:
		return size + 2 + len(v), nil
	case starlark.Bytes:
		return size + 3 + len(v), nil
	case starlark.Int:
		return size + v.BigInt().BitLen()/3 + 2, nil
	case starlark.IterableMapping:
		for _, item := range v.Items() {
			for _, part := range item {
				if size, err = addPrinted(size+2, part, depth+1); err != nil {
					return 0, err
				}
			}
		}
		return size + 2, nil
	case starlark.Sequence:
		for item := range starlark.Elements(v) {
			if size, err = addPrinted(size+2, item, depth+1); err != nil {
				return 0, err
			}
		}
		return size + 8, nil
	default:
		return size + 32, nil
	}
}

// printable checks that values may become text and counts it.
func (a *allowance) printable(values ...starlark.Value) error {
	total := 0
	for _, v := range values {
		size, err := printedSize(v)
		if err != nil {
			return err
		}
		total += size
	}
	return a.text(total)
}

// The builtins of Starlark that build values, each checked before it works.
func boundedBuiltins() starlark.StringDict {
	words := starlark.StringDict{}
	for _, name := range []string{"dict", "enumerate", "list", "reversed", "set", "sorted", "tuple", "zip"} {
		words[name] = bounded(name, func(a *allowance, args []starlark.Value) error {
			for _, arg := range args {
				if err := a.value(arg); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, name := range []string{"str", "repr"} {
		words[name] = bounded(name, func(a *allowance, args []starlark.Value) error { return a.printable(args...) })
	}
	words["int"] = bounded("int", func(_ *allowance, args []starlark.Value) error {
		if text, ok := args[0].(starlark.String); ok && len(text) > maxBits/4 {
			return fmt.Errorf("a number of %d digits is too long", len(text))
		}
		return nil
	})
	words["range"] = starlark.NewBuiltin("range", boundedRange)
	return words
}

// bounded wraps a builtin of Starlark with a check of its arguments.
func bounded(name string, check func(*allowance, []starlark.Value) error) *starlark.Builtin {
	original := starlark.Universe[name].(*starlark.Builtin)
	return starlark.NewBuiltin(name, func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		given := slices.Clone(args)
		for _, pair := range kwargs {
			given = append(given, pair[1])
		}
		if len(given) > 0 {
			if err := refuseOpaque(name, given); err != nil {
				return nil, err
			}
			if err := check(allowanceOf(thread), given); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		return original.CallInternal(thread, args, kwargs)
	})
}

// refuseOpaque tells the author that a word takes no opaque value.
func refuseOpaque(name string, values []starlark.Value) error {
	for _, v := range values {
		if secret, ok := v.(*opaque); ok {
			return secret.refuse(name + " cannot take it")
		}
	}
	return nil
}

// boundedRange keeps a range short: it costs nothing itself, but everything
// that walks it does.
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

// state is what a thread belongs to: the loading of a script, or a run of it.
type state interface{ allowed() *allowance }

const stateKey = "passage"

func allowanceOf(thread *starlark.Thread) *allowance {
	return thread.Local(stateKey).(state).allowed()
}
