package dialect

import (
	"fmt"

	"go.starlark.net/starlark"
)

// Limits of what a script may use up. Real integrations stay a hundred times
// below.
const (
	MaxText      = 1 << 20  // bytes of one text
	maxItems     = 100_000  // items of one list, tuple, dict, set or range
	maxBits      = 4096     // of one integer
	maxDepth     = 50       // lists within lists, in what is printed or returned
	maxAllocated = 64 << 20 // bytes in one run, counted as they are allocated
	itemSize     = 16       // bytes that an item of a list is counted as
)

// Allowance counts what the values that a script makes have cost so far. It
// counts what operators and functions allocate at once. What a script collects
// item by item is bounded by its steps. The zero value is ready to use.
type Allowance struct{ spent int }

const allowanceKey = "allowance"

// NewThread returns a thread whose script spends an allowance.
func NewThread(name string, a *Allowance) *starlark.Thread {
	thread := &starlark.Thread{Name: name, Print: func(*starlark.Thread, string) {}}
	thread.SetLocal(allowanceKey, a)
	return thread
}

// AllowanceOf returns the allowance of a thread that NewThread made.
func AllowanceOf(thread *starlark.Thread) *Allowance {
	return thread.Local(allowanceKey).(*Allowance)
}

// Text spends a text of n bytes. It is an error if that is too long.
func (a *Allowance) Text(n int) error {
	if n > MaxText {
		return fmt.Errorf("this would make a text of %d bytes; %d is the limit", n, MaxText)
	}
	return a.Spend(n)
}

// Items spends a list of n items. It is an error if that is too long.
func (a *Allowance) Items(n int) error {
	if n > maxItems {
		return fmt.Errorf("this would make %d items; %d is the limit", n, maxItems)
	}
	return a.Spend(n * itemSize)
}

// Printable spends the values as text. It is an error if one of them is or holds
// an opaque value.
func (a *Allowance) Printable(values ...starlark.Value) error {
	total := 0
	for _, v := range values {
		size, err := printedSize(v)
		if err != nil {
			return err
		}
		total += size
	}
	return a.Text(total)
}

// Spend spends n bytes.
func (a *Allowance) Spend(n int) error {
	a.spent += n
	if a.spent > maxAllocated {
		return fmt.Errorf("the script has made more than %d MiB of texts and lists; is there an endless loop?", maxAllocated>>20)
	}
	return nil
}

// copyOf spends a copy of a value: its text, or its list of items.
func (a *Allowance) copyOf(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.String:
		return a.Text(len(v))
	case starlark.Bytes:
		return a.Text(len(v))
	default:
		length, err := lengthOf(v)
		if err != nil {
			return err
		}
		return a.Items(length)
	}
}

// Rounds is a value that a script loops over, each round of which has limits of its
// own, so that nobody has to count them.
type Rounds interface {
	starlark.Iterable
	Rounds()
}

// lengthOf returns how many items a value has, none if it has no items at all. It is
// an error if they cannot be counted.
func lengthOf(v starlark.Value) (int, error) {
	length := starlark.Len(v)
	_, iterates := v.(starlark.Iterable)
	if _, limited := v.(Rounds); iterates && !limited && length < 0 {
		return 0, fmt.Errorf("%s can only be looped over with for", v.Type())
	}
	return max(0, length), nil
}

// printedSize estimates from above the length of a value as text. It is an
// error if an opaque value is in it, or if it is nested too deeply or too large
// to be printed.
func printedSize(v starlark.Value) (int, error) {
	return addPrinted(0, v, 0)
}

func addPrinted(size int, v starlark.Value, depth int) (int, error) {
	if depth > maxDepth {
		return 0, fmt.Errorf("this value is nested deeper than %d levels", maxDepth)
	}
	if size > MaxText {
		return 0, fmt.Errorf("this value is too large to print: more than %d bytes", MaxText)
	}
	var err error
	switch v := v.(type) {
	case *Opaque:
		return 0, v.Refuse("it cannot become text")
	case starlark.String:
		return size + quotedSize(string(v)), nil
	case starlark.Bytes:
		return size + 1 + quotedSize(string(v)), nil
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

// quotedSize estimates from above the length of a text in quotes, where a byte may
// become \x00.
func quotedSize(text string) int {
	const plain, escaped = 1, len(`\x00`)
	size := len(`""`)
	for n := range len(text) {
		if c := text[n]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			size += escaped
		} else {
			size += plain
		}
	}
	return size
}
