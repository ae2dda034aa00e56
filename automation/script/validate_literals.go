package script

import (
	"math/big"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"passage/automation/script/dialect"
)

// literals validates the arguments of a word that are written out, by the rules by
// which the word checks them when it runs.
func (v *validator) literals(call *syntax.CallExpr, objects objects) {
	word, entry := v.wordOf(call, objects)
	if word == "" {
		return
	}
	parameters := entry.parameters()
	for i, arg := range call.Args {
		if unary, ok := arg.(*syntax.UnaryExpr); ok && (unary.Op == syntax.STAR || unary.Op == syntax.STARSTAR) {
			parameters = nil // the arguments after it may be any
			continue
		}
		name, given := dialect.Keyword(arg)
		if name == "" && i < len(parameters) {
			name, given = parameters[i].Name, arg
		}
		if name == "" {
			continue
		}
		value, ok := v.constant(given)
		if !ok {
			continue
		}
		if err := checkArgument(word, name, value); err != nil {
			at, _ := given.Span()
			v.errorf(at, "%v", err)
		}
	}
}

// wordOf returns the word that a call is of, with its entry in the reference.
func (v *validator) wordOf(call *syntax.CallExpr, objects objects) (string, manual) {
	if name, ok := call.Fn.(*syntax.Ident); ok && !v.bound[name.Name] && globalWords[name.Name].do != nil {
		return name.Name, globalWords[name.Name].manual
	}
	word := objects.wordOf(call)
	object, name, _ := strings.Cut(word, ".")
	switch object {
	case "page":
		return word, pageWords[name].manual
	case "user":
		return word, userWords[name].manual
	case "attempt":
		return word, attemptManuals[name]
	}
	return "", manual{}
}

// constant returns the value that an expression always has: a literal, True, False
// or None, a sum of texts, arithmetic of numbers, or a name in capitals that the top
// level sets to such a value.
func (v *validator) constant(e syntax.Expr) (starlark.Value, bool) {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return v.constant(e.X)
	case *syntax.Literal:
		return literalValue(e)
	case *syntax.Ident:
		return v.constantNamed(e.Name)
	case *syntax.UnaryExpr:
		x, ok := v.constant(e.X)
		if !ok || !isNumber(x) || e.Op != syntax.MINUS {
			return nil, false
		}
		value, err := starlark.Unary(e.Op, x)
		return value, err == nil
	case *syntax.BinaryExpr:
		return v.constantBinary(e)
	}
	return nil, false
}

func literalValue(e *syntax.Literal) (starlark.Value, bool) {
	switch value := e.Value.(type) {
	case string:
		return starlark.String(value), e.Token == syntax.STRING
	case int64:
		return starlark.MakeInt64(value), true
	case *big.Int:
		return starlark.MakeBigInt(value), true
	case float64:
		return starlark.Float(value), true
	}
	return nil, false
}

func (v *validator) constantNamed(name string) (starlark.Value, bool) {
	if value, ok := v.constants[name]; ok {
		return value, true
	}
	if v.bound[name] {
		return nil, false
	}
	switch name {
	case "None":
		return starlark.None, true
	case "True":
		return starlark.True, true
	case "False":
		return starlark.False, true
	}
	return nil, false
}

func (v *validator) constantBinary(e *syntax.BinaryExpr) (starlark.Value, bool) {
	x, ok := v.constant(e.X)
	y, also := v.constant(e.Y)
	if !ok || !also {
		return nil, false
	}
	_, isText := x.(starlark.String)
	switch e.Op {
	case syntax.PLUS:
		if !isText && !isNumber(x) {
			return nil, false
		}
	case syntax.MINUS, syntax.STAR, syntax.SLASH, syntax.SLASHSLASH:
		if !isNumber(x) || !isNumber(y) {
			return nil, false // a text times a number may be long
		}
	default:
		return nil, false
	}
	value, err := starlark.Binary(e.Op, x, y)
	return value, err == nil
}

func isNumber(value starlark.Value) bool {
	switch value.(type) {
	case starlark.Int, starlark.Float:
		return true
	}
	return false
}

// findConstants notes the names in capitals that the top level sets to a constant. A
// name is set once in Starlark.
func (v *validator) findConstants(file *syntax.File) {
	v.constants = map[string]starlark.Value{}
	for _, stmt := range file.Stmts {
		assign, ok := stmt.(*syntax.AssignStmt)
		if !ok || assign.Op != syntax.EQ {
			continue
		}
		name, ok := assign.LHS.(*syntax.Ident)
		if value, constant := v.constant(assign.RHS); ok && constant && strings.ToUpper(name.Name) == name.Name {
			v.constants[name.Name] = value
		}
	}
}

// findBound notes every name that the file gives to something, anywhere, except
// constants: a word or None may be another thing there.
func (v *validator) findBound(file *syntax.File) {
	v.bound = map[string]bool{}
	for _, stmt := range file.Stmts {
		for name, times := range timesBound(stmt) {
			if times > 0 {
				v.bound[name] = true
			}
		}
	}
	for name := range v.constants {
		if v.bound[name] && timesBoundIn(file, name) > 1 {
			delete(v.constants, name) // a local of the same name
		}
	}
}

func timesBoundIn(file *syntax.File, name string) (times int) {
	for _, stmt := range file.Stmts {
		times += timesBound(stmt)[name]
	}
	return times
}

// timesBound counts how often each name is given to something in a node, by an
// assignment, a loop, a definition or a parameter.
func timesBound(node syntax.Node) map[string]int {
	times := map[string]int{}
	bind := func(target syntax.Node) {
		syntax.Walk(target, func(child syntax.Node) bool {
			switch child := child.(type) {
			case *syntax.IndexExpr, *syntax.DotExpr, *syntax.SliceExpr:
				return false // x[0] = … gives no name
			case *syntax.Ident:
				times[child.Name]++
			}
			return true
		})
	}
	bindParams := func(params []syntax.Expr) {
		for _, param := range params {
			switch param := param.(type) {
			case *syntax.Ident:
				bind(param)
			case *syntax.BinaryExpr:
				bind(param.X)
			case *syntax.UnaryExpr:
				if param.X != nil {
					bind(param.X)
				}
			}
		}
	}
	syntax.Walk(node, func(child syntax.Node) bool {
		switch child := child.(type) {
		case *syntax.AssignStmt:
			bind(child.LHS)
		case *syntax.ForStmt:
			bind(child.Vars)
		case *syntax.ForClause:
			bind(child.Vars)
		case *syntax.DefStmt:
			bind(child.Name)
			bindParams(child.Params)
		case *syntax.LambdaExpr:
			bindParams(child.Params)
		}
		return true
	})
	return times
}
