package dialect

import (
	"fmt"
	mathbits "math/bits"

	"go.starlark.net/starlark"
)

// What Starlark does within one step can take long: it compares lists that hold
// the same list many times item by item, and searches a text from its beginning
// to its end. The functions of this file add such work to the steps of the
// thread before it is done. The thread itself ends when they are too many.

const (
	maxWork      = 1_000_000 // parts of a value that one operation may look at
	bytesPerStep = 64        // of a text that is searched
)

// partsOf counts the parts of a value, those of its items included. A value that
// has too many, or is nested too deeply, counts as more than maxWork.
func partsOf(v starlark.Value) int { return addParts(0, v, 0) }

func addParts(parts int, v starlark.Value, depth int) int {
	if depth > maxDepth {
		return maxWork + 1
	}
	parts++
	switch v := v.(type) {
	case starlark.String:
		return parts + len(v)/bytesPerStep
	case starlark.Bytes:
		return parts + len(v)/bytesPerStep
	case starlark.IterableMapping:
		for key, value := range starlark.Entries(v) {
			if parts = addParts(addParts(parts, key, depth+1), value, depth+1); parts > maxWork {
				break
			}
		}
	case starlark.Sequence:
		for item := range starlark.Elements(v) {
			if parts = addParts(parts, item, depth+1); parts > maxWork {
				break
			}
		}
	case Rounds: // to look at them would run them
	case starlark.Iterable: // which has no length
		return maxWork + 1
	}
	return parts
}

// spendComparison spends a comparison of two values.
func spendComparison(thread *starlark.Thread, x, y starlark.Value) error {
	m, n := partsOf(x), partsOf(y)
	Spend(thread, m+n)
	return checkWork(min(m, n)) // the smaller one ends the comparison
}

// spendSearch spends looking through a value for others: each of its items may be
// compared with each of them, and a dict or a set reads them as keys.
func spendSearch(thread *starlark.Thread, in starlark.Value, values ...starlark.Value) error {
	switch in.(type) {
	case *starlark.Dict, *starlark.Set:
		return SpendReading(thread, values...)
	}
	parts := partsOf(in)
	sought := 0
	for _, v := range values {
		sought += partsOf(v)
	}
	Spend(thread, parts+sought)
	return checkWork(min(parts, max(1, starlark.Len(in))*sought))
}

// SpendReading spends reading values as a whole: a key is hashed, with all that
// is in it.
func SpendReading(thread *starlark.Thread, values ...starlark.Value) error {
	parts := 0
	for _, v := range values {
		parts += partsOf(v)
	}
	Spend(thread, parts)
	return checkWork(parts)
}

// spendSorting spends reading values, and comparing the items of each with one
// another.
func spendSorting(thread *starlark.Thread, values ...starlark.Value) error {
	for _, v := range values {
		Spend(thread, partsOf(v)*mathbits.Len(uint(max(1, starlark.Len(v)))))
	}
	return SpendReading(thread, values...)
}

// Spend adds work to the steps of a thread.
func Spend(thread *starlark.Thread, parts int) {
	thread.Steps += uint64(max(0, parts))
}

// checkWork refuses work that would take longer than a thread can wait to be
// ended.
func checkWork(parts int) error {
	if parts > maxWork {
		return fmt.Errorf("this would look at more than %d values, or is nested deeper than %d levels", maxWork, maxDepth)
	}
	return nil
}
