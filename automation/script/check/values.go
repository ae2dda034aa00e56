package check

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/syntax"
)

// values is what is known of a string: which values it can have.
type values struct {
	set      map[string]bool
	open     bool // it can be any other string too
	keywords bool // and any keyword that the function was called with
}

func anyValue() values { return values{open: true} }

func valuesOf(texts ...string) values {
	set := map[string]bool{}
	for _, text := range texts {
		set[text] = true
	}
	return values{set: set}
}

func (v values) union(other values) values {
	set := maps.Clone(v.set)
	if set == nil {
		set = map[string]bool{}
	}
	maps.Copy(set, other.set)
	return values{set, v.open || other.open, v.keywords || other.keywords}
}

func (v values) equal(other values) bool {
	return v.open == other.open && v.keywords == other.keywords && maps.Equal(v.set, other.set)
}

// known reports whether every value is known, and there is at least one.
func (v values) known() bool { return !v.open && !v.keywords && len(v.set) > 0 }

func (v values) sorted() []string { return slices.Sorted(maps.Keys(v.set)) }

func (v values) quoted() string { return `"` + strings.Join(v.sorted(), `", "`) + `"` }

// shared returns the values that both can have.
func (v values) shared(other values) []string {
	return slices.DeleteFunc(v.sorted(), func(text string) bool { return !other.set[text] })
}

// variables is what is known of a function's variables at one point in it.
type variables map[string]values

// merge returns what is known where two branches meet. A variable that only
// one branch has set has the values of that branch: used after the other one,
// it is an error of Starlark's.
func (v variables) merge(other variables) variables {
	merged := maps.Clone(v)
	for name, value := range other {
		if old, ok := merged[name]; ok {
			value = old.union(value)
		}
		merged[name] = value
	}
	return merged
}

func (v variables) equal(other variables) bool { return maps.EqualFunc(v, other, values.equal) }

// forget returns what is known after something unknown is assigned to the names
// in a target.
func (v variables) forget(target syntax.Expr) variables {
	after := maps.Clone(v)
	syntax.Walk(target, func(child syntax.Node) bool {
		if name, ok := child.(*syntax.Ident); ok {
			after[name.Name] = anyValue()
		}
		return true
	})
	return after
}
