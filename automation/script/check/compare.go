package check

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/syntax"

	"passage/automation/script"
	"passage/automation/script/ast"
)

// expression looks at the comparisons and the waits in an expression.
func (w *walker) expression(e syntax.Expr, in scope) {
	syntax.Walk(e, func(at syntax.Node) bool {
		switch at := at.(type) {
		case *syntax.LambdaExpr, *syntax.Comprehension:
			return false // with variables of their own
		case *syntax.BinaryExpr:
			w.comparison(at, in)
		case *syntax.CallExpr:
			w.collisions(at, in)
		}
		return true
	})
}

// comparison finds a name that what it is compared with never is.
func (w *walker) comparison(e *syntax.BinaryExpr, in scope) {
	if !w.loud {
		return
	}
	switch e.Op {
	case syntax.EQL, syntax.NEQ:
		if text, ok := literal(e.Y); ok {
			w.compared(e.X, []string{text}, in)
		} else if text, ok := literal(e.X); ok {
			w.compared(e.Y, []string{text}, in)
		}
	case syntax.IN, syntax.NOT_IN:
		if list, ok := ast.Unparen(e.Y).(*syntax.ListExpr); ok {
			for _, one := range list.List {
				if text, ok := literal(one); ok {
					w.compared(e.X, []string{text}, in)
				}
			}
			return
		}
		if among := w.keysOf(e.Y, in); among.closed() {
			w.compared(e.X, among.sorted(), in)
		}
	}
}

// compared tells if a value is never one of the texts.
func (w *walker) compared(e syntax.Expr, texts []string, in scope) {
	can := w.value(e, in)
	if !can.closed() {
		return
	}
	for _, text := range texts {
		if can.set[text] {
			return
		}
	}
	start, _ := e.Span()
	hint := ""
	if len(texts) == 1 {
		hint = script.Suggest(texts[0], can.sorted())
	}
	w.fault(start, "this is never %q%s: it is one of %s", strings.Join(texts, `" or "`), hint, can.list())
}

// collisions finds names of outcomes that take each other's place.
func (w *walker) collisions(call *syntax.CallExpr, in scope) {
	if def := w.functions[calledName(call)]; def != nil && !w.locals[calledName(call)] {
		w.reservedNames(call, def, in)
	}
	parts := make([]names, len(call.Args))
	for i, arg := range call.Args {
		if name, _ := ast.Keyword(arg); name != "" {
			parts[i] = someNames(name)
		} else if dict, ok := arg.(*syntax.UnaryExpr); ok && dict.Op == syntax.STARSTAR {
			parts[i] = w.merged(dict.X, in)
		} else if word := calledWord(call); word == "wait_for" || word == "approve" {
			parts[i] = w.merged(arg, in)
		}
		for _, before := range parts[:i] {
			w.twice(arg, before, parts[i])
			w.reserve(before, parts[i])
			w.reserve(parts[i], before)
		}
	}
}

// merged is keysOf, and tells of a union whose sides share a key: the right
// side's counts.
func (w *walker) merged(e syntax.Expr, in scope) names {
	union, ok := ast.Unparen(e).(*syntax.BinaryExpr)
	if !ok || union.Op != syntax.PIPE {
		return w.keysOf(e, in)
	}
	left, right := w.merged(union.X, in), w.merged(union.Y, in)
	start, _ := union.Y.Span()
	for _, name := range shared(left, right) {
		if w.loud {
			w.advise(start, "%q is on the left of | too, and is not used from there", name)
		}
	}
	w.reserve(left, right)
	return left.with(right)
}

// reserve notes the names that whoever calls this function had better not give.
func (w *walker) reserve(given, own names) {
	if given.given {
		maps.Copy(w.reserved, own.set)
	}
}

func shared(a, b names) []string {
	return slices.DeleteFunc(a.sorted(), func(name string) bool { return !b.set[name] })
}

func (w *walker) twice(at syntax.Expr, before, here names) {
	start, _ := at.Span()
	for _, name := range shared(before, here) {
		if w.loud {
			w.fault(start, "%q stands here twice, which is refused when it runs", name)
		}
	}
}

// reservedNames finds a name that a helper waits for already.
func (w *walker) reservedNames(call *syntax.CallExpr, def *syntax.DefStmt, in scope) {
	plain, rest := parameterNames(def)
	if rest == "" || !w.loud {
		return
	}
	start, _ := call.Span()
	reserved := w.summary(def).reserved
	for _, name := range w.keywords(call, in, plain).sorted() {
		if reserved[name] {
			w.fault(start, "%s has a %q of its own, which takes the place of this one or is refused; call one of them something else", def.Name.Name, name)
		}
	}
}
