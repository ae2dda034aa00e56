package check

import (
	"maps"
	"slices"

	"go.starlark.net/syntax"
)

// summary is what is known of a function without looking at who calls it.
type summary struct {
	returns  names
	ends     bool            // it never returns: every way through it ends with fail
	reserved map[string]bool // keywords that it uses beside those that it is given, or in their place
}

// outcomes looks through every function for names that cannot come and for
// code that is never reached.
func (n *inspector) outcomes() {
	for _, name := range slices.Sorted(maps.Keys(n.functions)) {
		def := n.functions[name]
		w := n.walker(def)
		w.loud = true
		w.block(def.Body, scope{})
		n.unread(def)
	}
}

// summary looks at a function once. One that calls itself is not understood.
func (n *inspector) summary(def *syntax.DefStmt) *summary {
	if known, ok := n.summaries[def.Name.Name]; ok {
		return known
	}
	n.summaries[def.Name.Name] = &summary{returns: anyName()}
	w := n.walker(def)
	_, falls := w.block(def.Body, scope{})
	made := &summary{returns: w.returned, ends: !falls && !w.returns, reserved: w.reserved}
	n.summaries[def.Name.Name] = made
	return made
}

// walker goes through one function in the order in which it runs.
type walker struct {
	*inspector
	rest   string          // the name of the **parameter
	locals map[string]bool // the names that are the function's own
	loud   bool            // what is found is told

	returns  bool
	returned names
	reserved map[string]bool
	left     *[]scope // of the loop at work: what is known where it is left early
	loops    int      // how many loops it is in
}

func (n *inspector) walker(def *syntax.DefStmt) *walker {
	plain, rest := parameterNames(def)
	w := &walker{inspector: n, rest: rest, locals: map[string]bool{rest: true}, reserved: map[string]bool{}}
	for _, name := range plain {
		w.locals[name] = true
	}
	syntax.Walk(def, func(at syntax.Node) bool {
		switch at := at.(type) {
		case *syntax.AssignStmt:
			w.own(at.LHS)
		case *syntax.ForStmt:
			w.own(at.Vars)
		case *syntax.ForClause:
			w.own(at.Vars)
		case *syntax.DefStmt:
			if at != def {
				w.locals[at.Name.Name] = true
			}
		}
		return true
	})
	return w
}

// own notes the names that are assigned to.
func (w *walker) own(target syntax.Expr) {
	switch target := target.(type) {
	case *syntax.Ident:
		w.locals[target.Name] = true
	case *syntax.ParenExpr:
		w.own(target.X)
	case *syntax.TupleExpr:
		for _, one := range target.List {
			w.own(one)
		}
	case *syntax.ListExpr:
		for _, one := range target.List {
			w.own(one)
		}
	}
}

// block goes through statements; falls is false where none of the ways through
// them comes out at their end.
func (w *walker) block(stmts []syntax.Stmt, in scope) (out scope, falls bool) {
	for i, stmt := range stmts {
		if in, falls = w.statement(stmt, in); falls {
			continue
		}
		if i+1 < len(stmts) && w.loud {
			start, _ := stmts[i+1].Span()
			end, _ := stmt.Span()
			w.fault(start, "this is never reached: what begins on line %d never comes to its end", end.Line)
		}
		return in, false
	}
	return in, true
}

func (w *walker) statement(stmt syntax.Stmt, in scope) (out scope, falls bool) {
	switch stmt := stmt.(type) {
	case *syntax.AssignStmt:
		w.expression(stmt.RHS, in)
		return w.assign(stmt, in), true
	case *syntax.ExprStmt:
		w.expression(stmt.X, in)
		call, ok := stmt.X.(*syntax.CallExpr)
		return in, !ok || !w.ends(call)
	case *syntax.ReturnStmt:
		w.returns = true
		if stmt.Result != nil {
			w.expression(stmt.Result, in)
			w.returned = w.returned.with(w.value(stmt.Result, in))
		}
		return in, false
	case *syntax.BranchStmt:
		if stmt.Token == syntax.PASS {
			return in, true
		}
		if w.left != nil {
			*w.left = append(*w.left, in)
		}
		return in, false
	case *syntax.IfStmt:
		return w.choice(stmt, in)
	case *syntax.ForStmt:
		return w.loop(stmt, in), true
	}
	return in, true // a function within the function: it is left alone
}

// ends reports whether a call never comes back.
func (w *walker) ends(call *syntax.CallExpr) bool {
	name := calledName(call)
	if w.locals[name] {
		return false
	}
	def := w.functions[name]
	return name == "fail" && def == nil || def != nil && w.summary(def).ends
}

func (w *walker) assign(stmt *syntax.AssignStmt, in scope) scope {
	out := maps.Clone(in)
	if name, ok := stmt.LHS.(*syntax.Ident); ok && stmt.Op == syntax.EQ {
		out[name.Name] = w.value(stmt.RHS, in)
		return out
	}
	syntax.Walk(stmt.LHS, func(at syntax.Node) bool {
		if name, ok := at.(*syntax.Ident); ok {
			out[name.Name] = anyName()
		}
		return true
	})
	return out
}

func (w *walker) choice(stmt *syntax.IfStmt, in scope) (scope, bool) {
	w.expression(stmt.Cond, in)
	yes, yesFalls := w.block(stmt.True, in)
	no, noFalls := w.block(stmt.False, in)
	switch {
	case yesFalls && noFalls:
		return join(yes, no), true
	case yesFalls:
		return yes, true
	default:
		return no, noFalls
	}
}

// deepest is how many loops within loops are gone round in: each goes round
// again with the one around it.
const deepest = 5

// loop goes round until it learns nothing more, and tells what it found only
// then.
func (w *walker) loop(stmt *syntax.ForStmt, in scope) scope {
	w.expression(stmt.X, in)
	outer, loud := w.left, w.loud
	defer func() { w.left, w.loud = outer, loud }()
	w.loops++
	defer func() { w.loops-- }()
	in = maps.Clone(in)
	syntax.Walk(stmt.Vars, func(at syntax.Node) bool {
		if name, ok := at.(*syntax.Ident); ok {
			in[name.Name] = anyName()
		}
		return true
	})
	if w.loops > deepest {
		for name := range w.locals {
			in[name] = anyName()
		}
		w.left = &[]scope{}
		w.block(stmt.Body, in)
		return in
	}
	w.loud = false
	for {
		var left []scope
		w.left = &left
		out, falls := w.block(stmt.Body, in)
		if falls {
			left = append(left, out)
		}
		known := in
		for _, one := range left {
			known = join(known, one)
		}
		if sameScope(known, in) { // it only ever grows, by names that the file holds
			break
		}
		in = known
	}
	if loud {
		w.loud, w.left = true, &[]scope{}
		w.block(stmt.Body, in)
	}
	return in
}
