package check

import (
	"slices"

	"go.starlark.net/syntax"
)

// checkWaits advises to wait before a read that does not wait by itself: right after
// a word that leads to another page, page.rows reads an empty list if scripts of the
// site draw the rows a moment later, and nothing says so.
func (c *checker) checkWaits() {
	for _, def := range c.functions {
		plain, _ := parameterNames(def)
		if slices.Contains(plain, "page") {
			w := waitChecker{c}
			w.block(def.Body, nil)
		}
	}
}

// The words of the page that leave something to wait for, those that read what is
// there now, and those that neither wait nor lead anywhere.
var (
	leadingWords = []string{"goto", "sign_in_basic", "click", "submit", "press"}
	instantWords = []string{"rows", "count", "exists"}
	idleWords    = []string{"dismiss", "dialogs"}
)

// idleFunctions are functions that wait for nothing.
var idleFunctions = []string{
	"progress", "print", "resuming", "now", "date", "money", "timestamp", "match", "len", "str", "int", "range", "sorted", "list", "dict",
}

// waitChecker goes through a function with what led to the present page: the last
// such call if certainly nothing has waited since, else nil.
type waitChecker struct{ *checker }

// block returns what is known after some statements, and whether they may end.
func (w waitChecker) block(stmts []syntax.Stmt, led *syntax.CallExpr) (after *syntax.CallExpr, continues bool) {
	for _, stmt := range stmts {
		switch stmt := stmt.(type) {
		case *syntax.AssignStmt:
			led = w.expression(stmt.LHS, w.expression(stmt.RHS, led))
		case *syntax.ExprStmt:
			led = w.expression(stmt.X, led)
			if call, ok := stmt.X.(*syntax.CallExpr); ok && functionName(call) == "fail" {
				return nil, false
			}
		case *syntax.ReturnStmt:
			if stmt.Result != nil {
				w.expression(stmt.Result, led)
			}
			return nil, false
		case *syntax.BranchStmt:
			if stmt.Token != syntax.PASS {
				return nil, false
			}
		case *syntax.IfStmt:
			led = w.branch(stmt, led)
		case *syntax.ForStmt:
			if again, continues := w.block(stmt.Body, w.expression(stmt.X, led)); continues && again != nil {
				w.block(stmt.Body, again)
			}
			led = nil
		default:
			led = nil
		}
	}
	return led, true
}

func (w waitChecker) branch(stmt *syntax.IfStmt, led *syntax.CallExpr) *syntax.CallExpr {
	led = w.expression(stmt.Cond, led)
	yes, yesContinues := w.block(stmt.True, led)
	no, noContinues := w.block(stmt.False, led)
	switch {
	case !yesContinues:
		return no
	case !noContinues:
		return yes
	case yes == nil || no == nil:
		return nil
	}
	return yes
}

// expression goes through the calls of an expression in the order in which they are
// made, and returns what is known after it.
func (w waitChecker) expression(e syntax.Expr, led *syntax.CallExpr) *syntax.CallExpr {
	var open []syntax.Node
	syntax.Walk(e, func(node syntax.Node) bool {
		if node != nil {
			_, isLambda := node.(*syntax.LambdaExpr)
			if !isLambda {
				open = append(open, node)
			}
			return !isLambda // it is called later, or never
		}
		call, ok := open[len(open)-1].(*syntax.CallExpr)
		open = open[:len(open)-1]
		if ok {
			led = w.call(call, led)
		}
		return true
	})
	return led
}

func (w waitChecker) call(call *syntax.CallExpr, led *syntax.CallExpr) *syntax.CallExpr {
	word := methodName(call)
	switch {
	case isWordOf("page", call, leadingWords...):
		return call
	case isWordOf("page", call, idleWords...):
		return led
	case isWordOf("page", call, instantWords...):
		if led != nil {
			w.advisef(start(call), "page.%s reads what is there now, and nothing has waited since page.%s in line %d: what scripts of the site draw may still be missing; wait first, as in page.wait_for(shown = %s, none = …)",
				word, methodName(led), start(led).Line, w.selectorOf(call))
		}
		return nil
	case word == "" && slices.Contains(idleFunctions, functionName(call)) && w.functions[functionName(call)] == nil:
		return led
	}
	return nil
}

// selectorOf returns the selector of a call as the script writes it.
func (w waitChecker) selectorOf(call *syntax.CallExpr) string {
	switch selector := argument(call, "selector", 0).(type) {
	case *syntax.Literal:
		return selector.Raw
	case *syntax.Ident:
		return selector.Name
	}
	return "…"
}
