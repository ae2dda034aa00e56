package check

import (
	"maps"
	"strings"

	"go.starlark.net/syntax"

	"passage/automation/script/dialect"
)

// expression checks the comparisons and the waits in an expression.
func (w *walker) expression(e syntax.Expr, known variables) {
	syntax.Walk(e, func(child syntax.Node) bool {
		switch child := child.(type) {
		case *syntax.LambdaExpr, *syntax.Comprehension:
			return false // they have variables of their own
		case *syntax.BinaryExpr:
			w.comparison(child, known)
		case *syntax.CallExpr:
			w.keywordsOfFunction(child, known)
			w.duplicateOutcomes(child, known)
		}
		return true
	})
}

// comparison finds a string that the other side of a comparison never is.
func (w *walker) comparison(e *syntax.BinaryExpr, known variables) {
	if w.silent {
		return
	}
	switch e.Op {
	case syntax.EQL, syntax.NEQ:
		if text, ok := literalString(e.Y); ok {
			w.mayEqual(e.X, []string{text}, known)
		} else if text, ok := literalString(e.X); ok {
			w.mayEqual(e.Y, []string{text}, known)
		}
	case syntax.IN, syntax.NOT_IN:
		if list, ok := dialect.Unparen(e.Y).(*syntax.ListExpr); ok {
			for _, item := range list.List {
				if text, ok := literalString(item); ok {
					w.mayEqual(e.X, []string{text}, known)
				}
			}
			return
		}
		if keys := w.evaluateKeys(e.Y, known); keys.known() {
			w.mayEqual(e.X, keys.sorted(), known)
		}
	}
}

// mayEqual reports an expression that is never one of the texts.
func (w *walker) mayEqual(e syntax.Expr, texts []string, known variables) {
	possible := w.evaluate(e, known)
	if !possible.known() {
		return
	}
	for _, text := range texts {
		if possible.set[text] {
			return
		}
	}
	hint := ""
	if len(texts) == 1 {
		hint = dialect.Suggest(texts[0], possible.sorted())
	}
	w.errorf(start(e), "this is never %q%s: it is one of %s", strings.Join(texts, `" or "`), hint, possible.quoted())
}

// duplicateOutcomes finds outcomes that replace each other because they have
// the same name.
func (w *walker) duplicateOutcomes(call *syntax.CallExpr, known variables) {
	parts := make([]values, len(call.Args))
	for i, arg := range call.Args {
		if name, _ := dialect.Keyword(arg); name != "" {
			parts[i] = valuesOf(name)
		} else if dict, ok := arg.(*syntax.UnaryExpr); ok && dict.Op == syntax.STARSTAR {
			parts[i] = w.keysOfUnion(dict.X, known)
		} else if name := methodName(call); name == "wait_for" || name == "approve" {
			parts[i] = w.keysOfUnion(arg, known)
		}
		for _, earlier := range parts[:i] {
			for _, name := range earlier.shared(parts[i]) {
				w.errorf(start(arg), "%q is given twice, which is refused at run time", name)
			}
			w.reserve(earlier, parts[i])
			w.reserve(parts[i], earlier)
		}
	}
}

// keysOfUnion is evaluateKeys, and reports a union of dicts that share a key:
// only the value on the right is used.
func (w *walker) keysOfUnion(e syntax.Expr, known variables) values {
	union, ok := dialect.Unparen(e).(*syntax.BinaryExpr)
	if !ok || union.Op != syntax.PIPE {
		return w.evaluateKeys(e, known)
	}
	left, right := w.keysOfUnion(union.X, known), w.keysOfUnion(union.Y, known)
	for _, name := range left.shared(right) {
		w.advisef(start(union.Y), "%q is on the left of | too, and is not used from there", name)
	}
	w.reserve(left, right)
	return left.union(right)
}

// reserve notes the keywords that a caller of this function must not use,
// because the function uses them beside the caller's.
func (w *walker) reserve(given, own values) {
	if given.keywords {
		maps.Copy(w.reserved, own.set)
	}
}

// keywordsOfFunction finds a keyword that the called function uses itself.
func (w *walker) keywordsOfFunction(call *syntax.CallExpr, known variables) {
	def := w.callee(call)
	if def == nil || w.silent {
		return
	}
	plain, kwargs := parameterNames(def)
	if kwargs == "" {
		return
	}
	reserved := w.summaryOf(def).reserved
	for _, name := range w.keywordsOf(call, known, plain).sorted() {
		if reserved[name] {
			w.errorf(start(call), "%s has a %q of its own, which replaces this one or is refused; rename one of them", def.Name.Name, name)
		}
	}
}
