package check

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"passage/automation/script/ast"
)

// names is what is known of a text: which ones it can be.
type names struct {
	set   map[string]bool
	open  bool // it can be any other text too
	given bool // and any name that the function was given as a keyword
}

func anyName() names { return names{open: true} }

func someNames(texts ...string) names {
	set := map[string]bool{}
	for _, text := range texts {
		set[text] = true
	}
	return names{set: set}
}

func (a names) with(b names) names {
	set := maps.Clone(a.set)
	if set == nil {
		set = map[string]bool{}
	}
	maps.Copy(set, b.set)
	return names{set, a.open || b.open, a.given || b.given}
}

func (a names) equal(b names) bool {
	return a.open == b.open && a.given == b.given && maps.Equal(a.set, b.set)
}

// closed reports whether all that it can be is known, and is something.
func (a names) closed() bool { return !a.open && !a.given && len(a.set) > 0 }

func (a names) sorted() []string { return slices.Sorted(maps.Keys(a.set)) }

func (a names) list() string { return `"` + strings.Join(a.sorted(), `", "`) + `"` }

// scope is what is known of a function's variables at one point of it.
type scope map[string]names

// join is what is known where two ways meet. A variable that only one of them
// has set can only be used with what that one gave it.
func join(a, b scope) scope {
	joined := maps.Clone(a)
	for name, value := range b {
		if old, ok := joined[name]; ok {
			value = old.with(value)
		}
		joined[name] = value
	}
	return joined
}

func sameScope(a, b scope) bool { return maps.EqualFunc(a, b, names.equal) }

// value says which texts an expression can be.
func (w *walker) value(e syntax.Expr, in scope) names {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return w.value(e.X, in)
	case *syntax.Literal:
		if text, ok := e.Value.(string); ok {
			return someNames(text)
		}
	case *syntax.Ident:
		return w.variable(e.Name, in)
	case *syntax.CondExpr:
		return w.value(e.True, in).with(w.value(e.False, in))
	case *syntax.CallExpr:
		return w.callValue(e, in)
	}
	return anyName()
}

func (w *walker) variable(name string, in scope) names {
	if known, ok := in[name]; ok {
		return known
	}
	if name == "None" {
		return names{}
	}
	if w.locals[name] {
		return anyName()
	}
	if text, ok := starlark.AsString(w.globals[name]); ok {
		return someNames(text)
	}
	return anyName()
}

// callValue is the name that a wait gives, or what a function of the script's
// own returns.
func (w *walker) callValue(call *syntax.CallExpr, in scope) names {
	if word := calledWord(call); word == "wait_for" || word == "approve" {
		return w.waited(call, in)
	}
	def := w.functions[calledName(call)]
	if def == nil || w.locals[calledName(call)] {
		return anyName()
	}
	returns := w.summary(def).returns
	if returns.given {
		plain, _ := parameterNames(def)
		returns = names{returns.set, returns.open, false}.with(w.keywords(call, in, plain))
	}
	return returns
}

// waitParameters are the keywords of the words that wait that name no outcome.
var waitParameters = []string{"timeout", "sent_to", "otherwise"}

// waited are the names that a word that waits can give: of outcomes by keyword
// and in dicts, and what otherwise says.
func (w *walker) waited(call *syntax.CallExpr, in scope) names {
	all := w.keywords(call, in, waitParameters)
	for _, arg := range call.Args {
		switch name, value := ast.Keyword(arg); {
		case name == "otherwise":
			all = all.with(w.value(value, in))
		case name == "" && !spread(arg):
			all = all.with(w.keysOf(arg, in))
		}
	}
	return all
}

// keywords are the names that a call gives as keywords, without some.
func (w *walker) keywords(call *syntax.CallExpr, in scope, without []string) names {
	var all names
	for _, arg := range call.Args {
		if name, _ := ast.Keyword(arg); name != "" {
			if !slices.Contains(without, name) {
				all = all.with(someNames(name))
			}
			continue
		}
		if dict, ok := arg.(*syntax.UnaryExpr); ok && dict.Op == syntax.STARSTAR {
			all = all.with(w.keysOf(dict.X, in))
		}
	}
	return all
}

// keysOf says which keys a dict can have, or which texts are in a list.
func (w *walker) keysOf(e syntax.Expr, in scope) names {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return w.keysOf(e.X, in)
	case *syntax.BinaryExpr:
		if e.Op == syntax.PIPE || e.Op == syntax.PLUS {
			return w.keysOf(e.X, in).with(w.keysOf(e.Y, in))
		}
	case *syntax.DictExpr:
		var all names
		for _, entry := range e.List {
			all = all.with(w.value(entry.(*syntax.DictEntry).Key, in))
		}
		return all
	case *syntax.ListExpr:
		return w.items(e.List, in)
	case *syntax.TupleExpr:
		return w.items(e.List, in)
	case *syntax.Comprehension:
		return w.comprehended(e, in)
	case *syntax.Ident:
		switch {
		case e.Name == w.rest:
			return names{given: true}
		case w.locals[e.Name]:
			return anyName()
		}
		return textsOf(w.globals[e.Name])
	}
	return anyName()
}

func (w *walker) items(list []syntax.Expr, in scope) names {
	var all names
	for _, item := range list {
		all = all.with(w.value(item, in))
	}
	return all
}

// comprehended knows {name: … for name in x}: it has the keys of x at most.
func (w *walker) comprehended(e *syntax.Comprehension, in scope) names {
	clause, ok := e.Clauses[0].(*syntax.ForClause)
	entry, isDict := e.Body.(*syntax.DictEntry)
	if !ok || !isDict {
		return anyName()
	}
	name, ok := clause.Vars.(*syntax.Ident)
	key, keyOK := entry.Key.(*syntax.Ident)
	if !ok || !keyOK || name.Name != key.Name {
		return anyName()
	}
	return w.keysOf(clause.X, in)
}

// textsOf are the keys or items of a value of the top level.
func textsOf(value starlark.Value) names {
	iterable, ok := value.(starlark.Iterable)
	if !ok {
		return anyName()
	}
	var all names
	for item := range starlark.Elements(iterable) {
		text, ok := starlark.AsString(item)
		if !ok {
			return anyName()
		}
		all = all.with(someNames(text))
	}
	return all
}
