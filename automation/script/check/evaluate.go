package check

import (
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"passage/automation/script/dialect"
)

// evaluate returns which strings an expression can be.
func (w *walker) evaluate(e syntax.Expr, known variables) values {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return w.evaluate(e.X, known)
	case *syntax.Literal:
		if text, ok := e.Value.(string); ok {
			return valuesOf(text)
		}
	case *syntax.Ident:
		return w.evaluateName(e.Name, known)
	case *syntax.CondExpr:
		return w.evaluate(e.True, known).union(w.evaluate(e.False, known))
	case *syntax.CallExpr:
		return w.evaluateCall(e, known)
	}
	return anyValue()
}

func (w *walker) evaluateName(name string, known variables) values {
	if value, ok := known[name]; ok {
		return value
	}
	if name == "None" {
		return values{}
	}
	if w.locals[name] {
		return anyValue()
	}
	if text, ok := starlark.AsString(w.globals[name]); ok {
		return valuesOf(text)
	}
	return anyValue()
}

// evaluateCall returns the outcomes of a wait, or what a function of the script
// returns.
func (w *walker) evaluateCall(call *syntax.CallExpr, known variables) values {
	if name := methodName(call); name == "wait_for" || name == "approve" {
		return w.outcomesOf(call, known)
	}
	def := w.callee(call)
	if def == nil {
		return anyValue()
	}
	returns := w.summaryOf(def).returns
	if returns.keywords {
		plain, _ := parameterNames(def)
		returns = values{returns.set, returns.open, false}.union(w.keywordsOf(call, known, plain))
	}
	return returns
}

// waitSettings are the keywords of page.wait_for and user.approve that name no
// outcome.
var waitSettings = []string{"timeout", "sent_to", "otherwise"}

// outcomesOf returns the outcomes of page.wait_for or user.approve: those given
// by keyword and in dicts, and that of otherwise.
func (w *walker) outcomesOf(call *syntax.CallExpr, known variables) values {
	all := w.keywordsOf(call, known, waitSettings)
	for _, arg := range call.Args {
		switch name, value := dialect.Keyword(arg); {
		case name == "otherwise":
			all = all.union(w.evaluate(value, known))
		case name == "" && !isUnpacked(arg):
			all = all.union(w.evaluateKeys(arg, known))
		}
	}
	return all
}

// keywordsOf returns the keywords of a call, without some.
func (w *walker) keywordsOf(call *syntax.CallExpr, known variables, without []string) values {
	var all values
	for _, arg := range call.Args {
		if name, _ := dialect.Keyword(arg); name != "" {
			if !slices.Contains(without, name) {
				all = all.union(valuesOf(name))
			}
			continue
		}
		if dict, ok := arg.(*syntax.UnaryExpr); ok && dict.Op == syntax.STARSTAR {
			all = all.union(w.evaluateKeys(dict.X, known))
		}
	}
	return all
}

// evaluateKeys returns which keys a dict can have, or which strings a list.
func (w *walker) evaluateKeys(e syntax.Expr, known variables) values {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return w.evaluateKeys(e.X, known)
	case *syntax.BinaryExpr:
		if e.Op == syntax.PIPE || e.Op == syntax.PLUS {
			return w.evaluateKeys(e.X, known).union(w.evaluateKeys(e.Y, known))
		}
	case *syntax.DictExpr:
		var all values
		for _, entry := range e.List {
			all = all.union(w.evaluate(entry.(*syntax.DictEntry).Key, known))
		}
		return all
	case *syntax.ListExpr:
		return w.evaluateItems(e.List, known)
	case *syntax.TupleExpr:
		return w.evaluateItems(e.List, known)
	case *syntax.Comprehension:
		return w.evaluateComprehension(e, known)
	case *syntax.Ident:
		switch {
		case e.Name == w.kwargs:
			return values{keywords: true}
		case w.locals[e.Name]:
			return anyValue()
		}
		return stringsIn(w.globals[e.Name])
	}
	return anyValue()
}

func (w *walker) evaluateItems(list []syntax.Expr, known variables) values {
	var all values
	for _, item := range list {
		all = all.union(w.evaluate(item, known))
	}
	return all
}

// evaluateComprehension understands {name: … for name in x}, which has the keys
// of x at most.
func (w *walker) evaluateComprehension(e *syntax.Comprehension, known variables) values {
	clause, ok := e.Clauses[0].(*syntax.ForClause)
	entry, isDict := e.Body.(*syntax.DictEntry)
	if !ok || !isDict || !isSameName(clause.Vars, entry.Key) {
		return anyValue()
	}
	return w.evaluateKeys(clause.X, known)
}

// stringsIn returns the keys or items of a top-level value.
func stringsIn(value starlark.Value) values {
	iterable, ok := value.(starlark.Iterable)
	if !ok {
		return anyValue()
	}
	var all values
	for item := range starlark.Elements(iterable) {
		text, ok := starlark.AsString(item)
		if !ok {
			return anyValue()
		}
		all = all.union(valuesOf(text))
	}
	return all
}
