package check

import (
	"slices"

	"go.starlark.net/syntax"

	"passage/automation/script/dialect"
)

// built is what a function makes of one of its variables: a list that it appends
// to, or a dict that it sets keys of.
type built struct {
	start   syntax.Expr // the list or dict that the variable is set to
	items   []syntax.Expr
	entries []*syntax.DictEntry
	partial bool // the dict has keys that are computed

	assigned int
	escapes  int // how often it becomes part of something else
	unknown  bool
}

// builtIn returns what a function makes of a variable. It is nil unless every use of
// the variable is understood.
func builtIn(def *syntax.DefStmt, name string) *built {
	b := &built{}
	var above []syntax.Node
	syntax.Walk(def, func(node syntax.Node) bool {
		if node == nil {
			above = above[:len(above)-1]
			return true
		}
		if ident, ok := node.(*syntax.Ident); ok && ident.Name == name {
			b.use(ident, above)
		}
		above = append(above, node)
		return true
	})
	if b.unknown || b.assigned != 1 || b.escapes > 1 {
		return nil
	}
	return b
}

// use notes one use of the variable. above are the nodes that it is in, the
// innermost last.
func (b *built) use(ident *syntax.Ident, above []syntax.Node) {
	parent := func(n int) syntax.Node {
		if len(above) < n {
			return nil
		}
		return above[len(above)-n]
	}
	switch in := parent(1).(type) {
	case *syntax.AssignStmt:
		b.assign(in, ident)
	case *syntax.DotExpr:
		b.attribute(in, ident, parent(2))
	case *syntax.IndexExpr:
		b.index(in, ident, parent(2))
	case *syntax.ReturnStmt:
	case *syntax.SliceExpr:
		b.slice(in, ident, parent(2))
	case *syntax.DictEntry:
		if in.Value == syntax.Expr(ident) {
			b.escapes++
		} else {
			b.unknown = true
		}
	case *syntax.ListExpr:
		b.escapes++
	case *syntax.CallExpr:
		b.argument(in)
	default:
		b.unknown = b.unknown || !onlyLooks(in, ident, parent(2))
	}
}

// onlyLooks reports whether an expression asks something about a variable, and
// whether a name is that of a keyword argument and no variable.
func onlyLooks(in syntax.Node, ident *syntax.Ident, around syntax.Node) bool {
	switch in := in.(type) {
	case *syntax.UnaryExpr:
		return in.Op == syntax.NOT
	case *syntax.IfStmt:
		return true
	case *syntax.CondExpr:
		return in.Cond == syntax.Expr(ident)
	case *syntax.BinaryExpr:
		_, inCall := around.(*syntax.CallExpr)
		isKeyword := inCall && in.Op == syntax.EQ && in.X == syntax.Expr(ident)
		return isKeyword || slices.Contains([]syntax.Token{syntax.IN, syntax.NOT_IN, syntax.EQL, syntax.NEQ}, in.Op)
	}
	return false
}

// attribute notes variable.name, and a name that is only that of an attribute.
func (b *built) attribute(e *syntax.DotExpr, ident *syntax.Ident, in syntax.Node) {
	call, isCall := in.(*syntax.CallExpr)
	switch {
	case e.Name == ident:
	case isCall && call.Fn == syntax.Expr(e):
		b.method(e.Name.Name, call.Args)
	default:
		b.unknown = true
	}
}

// assign notes variable = value, a sum with it, or something = variable.
func (b *built) assign(stmt *syntax.AssignStmt, ident *syntax.Ident) {
	if stmt.LHS != syntax.Expr(ident) {
		_, isIndex := stmt.LHS.(*syntax.IndexExpr)
		b.escapes++
		b.unknown = b.unknown || !isIndex
		return
	}
	value := dialect.Unparen(stmt.RHS)
	switch list, isList := value.(*syntax.ListExpr); {
	case stmt.Op == syntax.EQ && isSliceOf(value, ident.Name):
	case stmt.Op == syntax.EQ:
		b.start = value
		b.assigned++
	case stmt.Op == syntax.PLUS_EQ && isList:
		b.items = append(b.items, list.List...)
	case stmt.Op == syntax.PLUS_EQ: // what is added is not known; the other items are
	default:
		b.unknown = true
	}
}

// isSliceOf reports whether an expression is name[:…].
func isSliceOf(e syntax.Expr, name string) bool {
	slice, ok := e.(*syntax.SliceExpr)
	if !ok {
		return false
	}
	of, ok := slice.X.(*syntax.Ident)
	return ok && of.Name == name
}

func (b *built) method(name string, args []syntax.Expr) {
	switch {
	case name == "append" && len(args) == 1:
		b.items = append(b.items, args[0])
	case name == "insert" && len(args) == 2:
		b.items = append(b.items, args[1])
	case name == "extend" && len(args) == 1:
		if list, ok := args[0].(*syntax.ListExpr); ok {
			b.items = append(b.items, list.List...)
		}
	case name == "setdefault" && len(args) == 2:
		b.entries = append(b.entries, &syntax.DictEntry{Key: args[0], Value: args[1]})
	default:
		b.unknown = true
	}
}

// index notes variable[key] = value.
func (b *built) index(e *syntax.IndexExpr, ident *syntax.Ident, in syntax.Node) {
	stmt, ok := in.(*syntax.AssignStmt)
	if !ok || e.X != syntax.Expr(ident) || stmt.LHS != syntax.Expr(e) || stmt.Op != syntax.EQ {
		b.unknown = true
		return
	}
	b.entries = append(b.entries, &syntax.DictEntry{Key: e.Y, Colon: e.Lbrack, Value: stmt.RHS})
}

// slice notes variable[a:b], which holds the same items.
func (b *built) slice(e *syntax.SliceExpr, ident *syntax.Ident, in syntax.Node) {
	if e.X != syntax.Expr(ident) {
		b.unknown = true
		return
	}
	switch in := in.(type) {
	case *syntax.ReturnStmt, *syntax.DictEntry:
	case *syntax.AssignStmt:
		target, ok := in.LHS.(*syntax.Ident)
		b.unknown = b.unknown || !ok || target.Name != ident.Name
	default:
		b.unknown = true
	}
}

// argument notes a use as an argument, of append or of a function that only looks.
func (b *built) argument(call *syntax.CallExpr) {
	switch {
	case methodName(call) == "append":
		b.escapes++
	case functionName(call) != "len":
		b.unknown = true
	}
}

// checkVariable checks a variable that the function has built.
func (r resultChecker) checkVariable(e *syntax.Ident, want *schema, partial bool) {
	name := r.def.Name.Name + " " + e.Name
	if r.inside[name] {
		return
	}
	b := builtIn(r.def, e.Name)
	if b == nil {
		return
	}
	deeper := r.within(name, r.def)
	switch start := b.start.(type) {
	case *syntax.ListExpr, *syntax.Comprehension:
		if made, ok := start.(*syntax.Comprehension); ok && made.Curly {
			return
		}
		deeper.check(start, want, partial)
		if want.Type.allow("array") {
			for _, item := range b.items {
				deeper.check(item, want.Items, false)
			}
		}
	case *syntax.DictExpr:
		deeper.checkType(start, want, "object")
		deeper.checkDict(b.dict(start), want, partial || b.partial, len(b.entries) > 0)
	}
}

// dict returns the dict with the keys that are set later. The values of keys that
// are set more than once are left out: which one stays is not known.
func (b *built) dict(start *syntax.DictExpr) *syntax.DictExpr {
	all := &syntax.DictExpr{Lbrace: start.Lbrace, Rbrace: start.Rbrace}
	times := map[string]int{}
	entries := make([]*syntax.DictEntry, 0, len(start.List)+len(b.entries))
	for _, entry := range start.List {
		entries = append(entries, entry.(*syntax.DictEntry))
	}
	entries = append(entries, b.entries...)
	computed := false
	for _, entry := range entries {
		key, ok := literalString(entry.Key)
		computed = computed || !ok
		times[key]++
	}
	for _, entry := range entries {
		if key, ok := literalString(entry.Key); computed || ok && times[key] > 1 {
			entry = &syntax.DictEntry{Key: entry.Key, Colon: entry.Colon, Value: &syntax.Ident{NamePos: start.Lbrace, Name: "None"}}
		}
		all.List = append(all.List, entry)
	}
	return all
}
