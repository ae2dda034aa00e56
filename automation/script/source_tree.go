package script

import "go.starlark.net/syntax"

// unparen returns the expression inside any number of parentheses.
func unparen(e syntax.Expr) syntax.Expr {
	for {
		paren, ok := e.(*syntax.ParenExpr)
		if !ok {
			return e
		}
		e = paren.X
	}
}

// keyword takes name=value apart; the name is empty for any other argument.
func keyword(arg syntax.Expr) (string, syntax.Expr) {
	if pair, ok := arg.(*syntax.BinaryExpr); ok && pair.Op == syntax.EQ {
		if name, ok := pair.X.(*syntax.Ident); ok {
			return name.Name, pair.Y
		}
	}
	return "", nil
}
