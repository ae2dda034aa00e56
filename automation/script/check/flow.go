package check

import (
	"maps"

	"go.starlark.net/syntax"
)

// block goes through statements. It returns what is known after them, and
// whether execution can reach their end.
func (w *walker) block(stmts []syntax.Stmt, known variables) (after variables, continues bool) {
	for i, stmt := range stmts {
		if known, continues = w.statement(stmt, known); continues {
			continue
		}
		if i+1 < len(stmts) {
			w.errorf(start(stmts[i+1]), "this is never reached: line %d always returns, fails or leaves the loop", start(stmt).Line)
		}
		return known, false
	}
	return known, true
}

func (w *walker) statement(stmt syntax.Stmt, known variables) (after variables, continues bool) {
	switch stmt := stmt.(type) {
	case *syntax.AssignStmt:
		w.expression(stmt.RHS, known)
		return w.assign(stmt, known), true
	case *syntax.ExprStmt:
		w.expression(stmt.X, known)
		call, ok := stmt.X.(*syntax.CallExpr)
		return known, !ok || !w.neverReturns(call)
	case *syntax.ReturnStmt:
		w.returns = true
		if stmt.Result != nil {
			w.expression(stmt.Result, known)
			w.returned = w.returned.union(w.evaluate(stmt.Result, known))
		}
		return known, false
	case *syntax.BranchStmt:
		if stmt.Token == syntax.PASS {
			return known, true
		}
		if w.exits != nil {
			*w.exits = append(*w.exits, known)
		}
		return known, false
	case *syntax.IfStmt:
		return w.branch(stmt, known)
	case *syntax.ForStmt:
		return w.loop(stmt, known), true
	}
	return known, true // a function inside the function is not checked
}

// neverReturns reports whether a call always ends the script.
func (w *walker) neverReturns(call *syntax.CallExpr) bool {
	if def := w.callee(call); def != nil {
		return w.summaryOf(def).neverEnds
	}
	return functionName(call) == "fail" && !w.locals["fail"]
}

func (w *walker) assign(stmt *syntax.AssignStmt, known variables) variables {
	if name, ok := stmt.LHS.(*syntax.Ident); ok && stmt.Op == syntax.EQ {
		after := maps.Clone(known)
		after[name.Name] = w.evaluate(stmt.RHS, known)
		return after
	}
	return known.forget(stmt.LHS)
}

func (w *walker) branch(stmt *syntax.IfStmt, known variables) (after variables, continues bool) {
	w.expression(stmt.Cond, known)
	yes, yesContinues := w.block(stmt.True, known)
	no, noContinues := w.block(stmt.False, known)
	switch {
	case yesContinues && noContinues:
		return yes.merge(no), true
	case yesContinues:
		return yes, true
	default:
		return no, noContinues
	}
}

// maxLoopDepth is how many nested loops are analysed: an inner loop is walked
// again in every round of the outer one.
const maxLoopDepth = 5

// loop walks the body until a round adds nothing to what is known, and reports
// findings only then. What is known only grows, by strings that the file
// holds, so there is such a round.
func (w *walker) loop(stmt *syntax.ForStmt, known variables) variables {
	w.expression(stmt.X, known)
	exits, silent := w.exits, w.silent
	w.depth++
	defer func() { w.exits, w.silent, w.depth = exits, silent, w.depth-1 }()
	known = known.forget(stmt.Vars)
	if w.depth > maxLoopDepth {
		for name := range w.locals {
			known[name] = anyValue()
		}
		w.exits = &[]variables{}
		w.block(stmt.Body, known)
		return known
	}
	w.silent = true
	for {
		after := w.round(stmt, known)
		if after.equal(known) {
			break
		}
		known = after
	}
	if !silent {
		w.silent = false
		w.round(stmt, known)
	}
	return known
}

// round walks the body of a loop once. It returns what is known at the start
// of the next round, or after the loop.
func (w *walker) round(stmt *syntax.ForStmt, known variables) variables {
	var exits []variables
	w.exits = &exits
	after, continues := w.block(stmt.Body, known)
	if continues {
		exits = append(exits, after)
	}
	for _, exit := range exits {
		known = known.merge(exit)
	}
	return known
}
