package check

import (
	"go.starlark.net/syntax"

	"passage/automation/script/dialect"
)

// start returns the position at which a node begins.
func start(node syntax.Node) syntax.Position {
	position, _ := node.Span()
	return position
}

// eachCall calls do for every call in a node.
func eachCall(node syntax.Node, do func(*syntax.CallExpr)) {
	syntax.Walk(node, func(child syntax.Node) bool {
		if call, ok := child.(*syntax.CallExpr); ok {
			do(call)
		}
		return true
	})
}

// contains reports whether a node or one of its descendants matches.
func contains(node syntax.Node, matches func(syntax.Node) bool) (found bool) {
	syntax.Walk(node, func(child syntax.Node) bool {
		found = found || child != nil && matches(child)
		return !found
	})
	return found
}

// literalString returns the value of an expression that is a string literal.
func literalString(e syntax.Expr) (string, bool) {
	if e == nil {
		return "", false
	}
	if literal, ok := dialect.Unparen(e).(*syntax.Literal); ok {
		text, ok := literal.Value.(string)
		return text, ok
	}
	return "", false
}

// argument returns the argument of a call that has a name or, without a name,
// an index; nil if there is neither.
func argument(call *syntax.CallExpr, name string, index int) syntax.Expr {
	for i, arg := range call.Args {
		key, value := dialect.Keyword(arg)
		switch {
		case key == name:
			return value
		case key == "" && i == index && !isUnpacked(arg):
			return arg
		}
	}
	return nil
}

// isUnpacked reports whether an argument is *list or **dict.
func isUnpacked(arg syntax.Expr) bool {
	unary, ok := arg.(*syntax.UnaryExpr)
	return ok && (unary.Op == syntax.STAR || unary.Op == syntax.STARSTAR)
}

// methodName returns the name of the method that is called: "wait_for" for
// page.wait_for(…), whatever the variable of the page is called. It is empty
// for other calls.
func methodName(call *syntax.CallExpr) string {
	if dot, ok := call.Fn.(*syntax.DotExpr); ok {
		return dot.Name.Name
	}
	return ""
}

// functionName returns the name of the function that is called, if it has one.
func functionName(call *syntax.CallExpr) string {
	if name, ok := call.Fn.(*syntax.Ident); ok {
		return name.Name
	}
	return ""
}

// parameterNames returns the names of a function's plain parameters, in order,
// and that of its **parameter.
func parameterNames(def *syntax.DefStmt) (plain []string, keywords string) {
	for _, param := range def.Params {
		switch param := param.(type) {
		case *syntax.Ident:
			plain = append(plain, param.Name)
		case *syntax.BinaryExpr:
			if name, ok := param.X.(*syntax.Ident); ok {
				plain = append(plain, name.Name)
			}
		case *syntax.UnaryExpr:
			if name, ok := param.X.(*syntax.Ident); ok && param.Op == syntax.STARSTAR {
				keywords = name.Name
			}
		}
	}
	return plain, keywords
}

// returnedExpressions returns what a function returns. Functions inside of it
// are left out.
func returnedExpressions(def *syntax.DefStmt) []syntax.Expr {
	var found []syntax.Expr
	syntax.Walk(def, func(child syntax.Node) bool {
		switch child := child.(type) {
		case *syntax.DefStmt:
			return child == def
		case *syntax.ReturnStmt:
			if child.Result != nil {
				found = append(found, child.Result)
			}
		}
		return true
	})
	return found
}

// isSameName reports whether two expressions are the same plain name.
func isSameName(a, b syntax.Expr) bool {
	first, ok := a.(*syntax.Ident)
	second, same := b.(*syntax.Ident)
	return ok && same && first.Name == second.Name
}
