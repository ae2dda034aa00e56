package dialect

import (
	"fmt"
	"strconv"

	"go.starlark.net/syntax"
)

// Starlark does not limit what an operator allocates (a text grows to 1 GiB in
// thirty doublings), and it allows an opaque value to be compared with a text.
// It counts an operation as one step, however large its operands are. It has no
// hook for any of these. So the syntax tree is rewritten before it is
// compiled: x + y becomes a call of the function named "+", and so on. A script
// cannot spell such a name, and positions stay as they are.

// The names of the guard functions.
const (
	guardMethod = "."
	guardSlice  = "[:]"
	guardCopy   = "copy*" // of an operand that will be copied into another value
	guardKey    = "[]"    // of a dict, or an index
)

// guardedOperators are the operators that become calls.
var guardedOperators = map[syntax.Token]bool{
	syntax.PLUS: true, syntax.STAR: true, syntax.PERCENT: true, syntax.LTLT: true, syntax.PIPE: true,
	syntax.EQL: true, syntax.NEQ: true, syntax.IN: true, syntax.NOT_IN: true,
	syntax.LT: true, syntax.LE: true, syntax.GT: true, syntax.GE: true,
}

// guardedMethods are the methods of texts, lists, dicts and sets that make a new
// value as large as their operands.
var guardedMethods = map[string]bool{
	"capitalize": true, "format": true, "join": true, "lower": true, "replace": true, "rsplit": true,
	"split": true, "splitlines": true, "title": true, "upper": true,
	"extend": true, "items": true, "keys": true, "update": true, "values": true,
	"difference": true, "intersection": true, "symmetric_difference": true, "union": true,
	"codepoint_ords": true, "codepoints": true, "elem_ords": true, "elems": true,
}

// listingMethods are the methods whose values have no length, so that no limit
// could count them. A script gets a list instead.
var listingMethods = map[string]bool{"codepoint_ords": true, "codepoints": true, "elem_ords": true, "elems": true}

// searchingMethods are the methods that make nothing large, and may look at all
// of their operands.
var searchingMethods = map[string]bool{
	"count": true, "endswith": true, "find": true, "index": true, "isalnum": true, "isalpha": true, "isdigit": true,
	"islower": true, "isspace": true, "istitle": true, "isupper": true, "lstrip": true, "partition": true,
	"removeprefix": true, "removesuffix": true, "rfind": true, "rindex": true, "rpartition": true, "rstrip": true,
	"startswith": true, "strip": true,
	"clear": true, "insert": true, "pop": true, "remove": true, "discard": true, "issubset": true, "issuperset": true,
	"add": true, "get": true, "setdefault": true,
}

// isGuarded reports whether a method is called by way of its guard.
func isGuarded(method string) bool { return guardedMethods[method] || searchingMethods[method] }

// addGuards rewrites a file. It returns the places that cannot be guarded.
func addGuards(file *syntax.File) []syntax.Error {
	g := &guarder{}
	g.stmts(file.Stmts)
	return g.errors
}

type guarder struct{ errors []syntax.Error }

func (g *guarder) stmts(stmts []syntax.Stmt) {
	for _, stmt := range stmts {
		switch stmt := stmt.(type) {
		case *syntax.AssignStmt:
			g.assign(stmt)
		case *syntax.DefStmt:
			g.params(stmt.Params)
			g.stmts(stmt.Body)
		case *syntax.ExprStmt:
			g.expr(&stmt.X)
		case *syntax.IfStmt:
			g.expr(&stmt.Cond)
			g.stmts(stmt.True)
			g.stmts(stmt.False)
		case *syntax.ForStmt:
			g.target(stmt.Vars)
			g.expr(&stmt.X)
			g.stmts(stmt.Body)
		case *syntax.WhileStmt:
			g.expr(&stmt.Cond)
			g.stmts(stmt.Body)
		case *syntax.ReturnStmt:
			if stmt.Result != nil {
				g.expr(&stmt.Result)
			}
		}
	}
}

// assign guards an assignment. An augmented one is spelled out: x *= y becomes
// x = x * y. The left side of x[i] *= y would be evaluated twice then, so the
// author has to spell that out.
func (g *guarder) assign(stmt *syntax.AssignStmt) {
	g.target(stmt.LHS)
	g.expr(&stmt.RHS)
	switch stmt.Op {
	case syntax.PLUS_EQ, syntax.PIPE_EQ:
		stmt.RHS = guardCall(guardCopy, stmt.OpPos, stmt.RHS)
	case syntax.STAR_EQ, syntax.PERCENT_EQ, syntax.LTLT_EQ:
		operator := stmt.Op - syntax.PLUS_EQ + syntax.PLUS
		name, ok := Unparen(stmt.LHS).(*syntax.Ident)
		if !ok {
			g.errors = append(g.errors, syntax.Error{Pos: stmt.OpPos, Msg: fmt.Sprintf("%s= needs a plain name on its left: write x = x %s …", operator, operator)})
			return
		}
		old := &syntax.Ident{NamePos: name.NamePos, Name: name.Name}
		stmt.Op, stmt.RHS = syntax.EQ, guardCall(operator.String(), stmt.OpPos, old, stmt.RHS)
	}
}

// target guards the expressions inside of the target of an assignment.
func (g *guarder) target(e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		g.target(e.X)
	case *syntax.TupleExpr:
		g.targets(e.List)
	case *syntax.ListExpr:
		g.targets(e.List)
	case *syntax.IndexExpr:
		g.expr(&e.X)
		g.key(&e.Y)
	case *syntax.DotExpr:
		g.expr(&e.X)
	}
}

// key guards what is looked up in a dict: a tuple is read as a whole.
func (g *guarder) key(at *syntax.Expr) {
	g.expr(at)
	if _, literal := (*at).(*syntax.Literal); !literal {
		start, _ := (*at).Span()
		*at = guardCall(guardKey, start, *at)
	}
}

func (g *guarder) targets(list []syntax.Expr) {
	for _, e := range list {
		g.target(e)
	}
}

// params guards the default values of parameters.
func (g *guarder) params(params []syntax.Expr) {
	for _, param := range params {
		if named, ok := param.(*syntax.BinaryExpr); ok {
			g.expr(&named.Y)
		}
	}
}

func (g *guarder) exprs(list []syntax.Expr) {
	for i := range list {
		g.expr(&list[i])
	}
}

// expr guards an expression, and may replace it by a call.
func (g *guarder) expr(at *syntax.Expr) {
	switch e := (*at).(type) {
	case nil:
	case *syntax.ParenExpr:
		g.expr(&e.X)
	case *syntax.UnaryExpr:
		g.expr(&e.X)
	case *syntax.CondExpr:
		g.expr(&e.Cond)
		g.expr(&e.True)
		g.expr(&e.False)
	case *syntax.TupleExpr:
		g.exprs(e.List)
	case *syntax.ListExpr:
		g.exprs(e.List)
	case *syntax.DictExpr:
		g.exprs(e.List)
	case *syntax.DictEntry:
		g.key(&e.Key)
		g.expr(&e.Value)
	case *syntax.IndexExpr:
		g.expr(&e.X)
		g.key(&e.Y)
	case *syntax.LambdaExpr:
		g.params(e.Params)
		g.expr(&e.Body)
	case *syntax.Comprehension:
		g.comprehension(e)
	case *syntax.CallExpr:
		g.call(e)
	case *syntax.DotExpr:
		g.expr(&e.X)
		if isGuarded(e.Name.Name) {
			*at = guardCall(guardMethod, e.Dot, e.X, stringLiteral(e.Name.Name, e.Name.NamePos))
		}
	case *syntax.SliceExpr:
		for _, part := range []*syntax.Expr{&e.X, &e.Lo, &e.Hi, &e.Step} {
			g.expr(part)
		}
		e.X = guardCall(guardSlice, e.Lbrack, e.X)
	case *syntax.BinaryExpr:
		g.expr(&e.X)
		g.expr(&e.Y)
		if guardedOperators[e.Op] {
			*at = guardCall(e.Op.String(), e.OpPos, e.X, e.Y)
		}
	}
}

func (g *guarder) comprehension(e *syntax.Comprehension) {
	g.expr(&e.Body)
	for _, clause := range e.Clauses {
		switch clause := clause.(type) {
		case *syntax.ForClause:
			g.target(clause.Vars)
			g.expr(&clause.X)
		case *syntax.IfClause:
			g.expr(&clause.Cond)
		}
	}
}

func (g *guarder) call(e *syntax.CallExpr) {
	g.expr(&e.Fn)
	for i := range e.Args {
		switch arg := e.Args[i].(type) {
		case *syntax.BinaryExpr:
			if arg.Op == syntax.EQ { // name=value
				g.expr(&arg.Y)
				continue
			}
		case *syntax.UnaryExpr:
			if arg.Op == syntax.STAR || arg.Op == syntax.STARSTAR { // *list, **dict
				g.expr(&arg.X)
				arg.X = guardCall(guardCopy, arg.OpPos, arg.X)
				continue
			}
		}
		g.expr(&e.Args[i])
	}
}

func guardCall(name string, at syntax.Position, args ...syntax.Expr) syntax.Expr {
	return &syntax.CallExpr{Fn: &syntax.Ident{NamePos: at, Name: name}, Lparen: at, Args: args, Rparen: at}
}

func stringLiteral(value string, at syntax.Position) syntax.Expr {
	return &syntax.Literal{Token: syntax.STRING, TokenPos: at, Raw: strconv.Quote(value), Value: value}
}
