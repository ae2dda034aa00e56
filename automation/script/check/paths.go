package check

import (
	"go.starlark.net/syntax"
)

// checkReturn finds an operation that may end without a result. It is advice: the
// conditions before its end may cover every case.
func (c *checker) checkReturn(name string, def *syntax.DefStmt) {
	if summary := c.summaries[def.Name.Name]; summary != nil && summary.runsOut {
		c.advisef(start(def.Body[len(def.Body)-1]), "%s may end here without a result: return one, or end with fail", name)
	}
}

// checkSubmits finds a write that submits twice on one way through its function.
// Each write has one point of no return.
func (c *checker) checkSubmits(name string, def *syntax.DefStmt) {
	s := submits{checker: c, inside: map[string]bool{def.Name.Name: true}}
	s.block(def.Body, 0)
	if s.second != nil {
		c.errorf(*s.second, "%s has submitted already on this way: each write has one page.submit", name)
	}
}

// submits counts the page.submit calls on each way through a function.
type submits struct {
	*checker
	inside map[string]bool // the functions that are being followed
	second *syntax.Position
}

// block returns the most submits on a way that reaches the end of some statements.
// ends reports that none does.
func (s *submits) block(stmts []syntax.Stmt, before int) (count int, ends bool) {
	count = before
	for _, stmt := range stmts {
		switch stmt := stmt.(type) {
		case *syntax.IfStmt:
			count = s.calls(stmt.Cond, count)
			yes, yesEnds := s.block(stmt.True, count)
			no, noEnds := s.block(stmt.False, count)
			switch {
			case yesEnds && noEnds:
				return count, true
			case yesEnds:
				count = no
			case noEnds:
				count = yes
			default:
				count = max(yes, no)
			}
		case *syntax.ForStmt:
			count = s.calls(stmt.X, count)
			inner, _ := s.block(stmt.Body, count)
			count = max(count, inner)
		case *syntax.ReturnStmt, *syntax.BranchStmt:
			s.calls(stmt, count)
			return count, true
		case *syntax.DefStmt:
		default:
			count = s.calls(stmt, count)
			if call, ok := stmt.(*syntax.ExprStmt); ok && s.fails(call.X) {
				return count, true
			}
		}
	}
	return count, false
}

// fails reports whether a statement ends the script.
func (s *submits) fails(e syntax.Expr) bool {
	call, ok := e.(*syntax.CallExpr)
	if !ok {
		return false
	}
	summary := s.summaries[functionName(call)]
	return functionName(call) == "fail" || summary != nil && summary.neverEnds
}

// calls adds the submits of the calls in an expression or a simple statement.
func (s *submits) calls(node syntax.Node, count int) int {
	if node == nil {
		return count
	}
	eachCall(node, func(call *syntax.CallExpr) {
		if methodName(call) == "submit" {
			if count++; count == 2 && s.second == nil {
				at := start(call)
				s.second = &at
			}
			return
		}
		name := functionName(call)
		if def := s.functions[name]; def != nil && !s.inside[name] {
			s.inside[name] = true
			if inner, ends := s.block(def.Body, count); !ends {
				count = inner
			}
			delete(s.inside, name)
		}
	})
	return count
}
