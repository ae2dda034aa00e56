package dialect

import "go.starlark.net/syntax"

// Unparen returns the expression inside any number of parentheses.
func Unparen(e syntax.Expr) syntax.Expr {
	for {
		paren, ok := e.(*syntax.ParenExpr)
		if !ok {
			return e
		}
		e = paren.X
	}
}

// Keyword returns the name and the value of an argument name=value. The name is
// empty for any other argument.
func Keyword(arg syntax.Expr) (string, syntax.Expr) {
	if pair, ok := arg.(*syntax.BinaryExpr); ok && pair.Op == syntax.EQ {
		if name, ok := pair.X.(*syntax.Ident); ok {
			return name.Name, pair.Y
		}
	}
	return "", nil
}
