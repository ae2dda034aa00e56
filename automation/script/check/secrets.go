package check

import (
	"slices"

	"go.starlark.net/syntax"

	"passage/automation/script/dialect"
)

// checkSecrets finds opaque values that are printed, or made a part of a text: it is
// refused when the script runs.
func (c *checker) checkSecrets(schemas map[string]Schemas) {
	sensitive := c.sensitiveArguments(schemas)
	for name, def := range c.functions {
		s := secrets{checker: c, opaque: map[string]bool{}, attempts: map[string]bool{}, arguments: sensitive[name]}
		s.find(def)
		syntax.Walk(def, func(node syntax.Node) bool {
			e, ok := node.(syntax.Expr)
			return !ok || !s.check(e)
		})
	}
}

// sensitiveArguments returns, by function, the name of its arguments' parameter, with
// the arguments that are sensitive in the operations of the function.
func (c *checker) sensitiveArguments(schemas map[string]Schemas) map[string]map[string][]string {
	all := map[string]map[string][]string{}
	for _, operation := range c.integration.Operations {
		def := c.functionOf(operation)
		if def == nil || len(schemas[operation].Sensitive) == 0 {
			continue
		}
		plain, _ := parameterNames(def)
		if count := bindings(def)[plain[1]]; count == 1 {
			all[def.Name.Name] = map[string][]string{plain[1]: schemas[operation].Sensitive}
		}
	}
	return all
}

// secrets is what is known of a function's opaque values.
type secrets struct {
	*checker
	opaque    map[string]bool     // variables that hold one
	attempts  map[string]bool     // variables that hold an attempt
	arguments map[string][]string // the sensitive arguments, by the parameter
}

// find notes the variables that certainly hold an attempt or an opaque value.
func (s *secrets) find(def *syntax.DefStmt) {
	times := bindings(def)
	syntax.Walk(def, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.ForStmt:
			name, ok := node.Vars.(*syntax.Ident)
			call, isCall := node.X.(*syntax.CallExpr)
			if ok && isCall && times[name.Name] == 1 && isWordOf("user", call, "credentials", "one_time_code") {
				s.attempts[name.Name] = true
			}
		case *syntax.AssignStmt:
			name, ok := node.LHS.(*syntax.Ident)
			if ok && node.Op == syntax.EQ && times[name.Name] == 1 && s.isOpaque(node.RHS) {
				s.opaque[name.Name] = true
			}
		}
		return true
	})
}

// isWordOf reports whether a call is of one of some words of page or user.
func isWordOf(object string, call *syntax.CallExpr, words ...string) bool {
	dot, ok := call.Fn.(*syntax.DotExpr)
	if !ok {
		return false
	}
	name, ok := dot.X.(*syntax.Ident)
	return ok && name.Name == object && slices.Contains(words, dot.Name.Name)
}

// isOpaque reports whether an expression certainly gives an opaque value.
func (s *secrets) isOpaque(e syntax.Expr) bool {
	switch e := dialect.Unparen(e).(type) {
	case *syntax.Ident:
		return s.opaque[e.Name]
	case *syntax.CallExpr:
		return isWordOf("user", e, "text") || isWordOf("page", e, "stored")
	case *syntax.IndexExpr:
		object, ok := e.X.(*syntax.Ident)
		key, isText := literalString(e.Y)
		return ok && isText && (s.attempts[object.Name] || slices.Contains(s.arguments[object.Name], key))
	}
	return false
}

// check reports an expression that makes text of an opaque value.
func (s *secrets) check(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.BinaryExpr:
		if e.Op != syntax.PLUS && e.Op != syntax.PERCENT {
			return false
		}
		return s.report([]syntax.Expr{e.X, e.Y}, "cannot be part of a text")
	case *syntax.CallExpr:
		switch {
		case functionName(e) == "print" && s.functions["print"] == nil:
			return s.report(e.Args, "cannot be printed: print adds to the recording, which holds no secrets")
		case functionName(e) == "str" && s.functions["str"] == nil, methodName(e) == "format", methodName(e) == "join":
			return s.report(e.Args, "cannot be part of a text")
		}
	}
	return false
}

// report reports the first of some values that is opaque, or that is a list with one.
func (s *secrets) report(values []syntax.Expr, why string) bool {
	for _, value := range values {
		if _, given := dialect.Keyword(value); given != nil {
			value = given
		}
		switch list := dialect.Unparen(value).(type) {
		case *syntax.TupleExpr:
			if s.report(list.List, why) {
				return true
			}
		case *syntax.ListExpr:
			if s.report(list.List, why) {
				return true
			}
		}
		if s.isOpaque(value) {
			s.errorf(start(value), "this value is opaque, and %s", why)
			return true
		}
	}
	return false
}

// bindings counts how often a function gives each name to something.
func bindings(def *syntax.DefStmt) map[string]int {
	times := map[string]int{}
	bind := func(target syntax.Expr) {
		syntax.Walk(target, func(node syntax.Node) bool {
			switch node := node.(type) {
			case *syntax.IndexExpr, *syntax.DotExpr:
				return false
			case *syntax.Ident:
				times[node.Name]++
			}
			return true
		})
	}
	syntax.Walk(def, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.DefStmt:
			plain, keywords := parameterNames(node)
			for _, name := range append(plain, keywords) {
				times[name]++
			}
		case *syntax.LambdaExpr:
			for _, param := range node.Params {
				bind(param)
			}
		case *syntax.AssignStmt:
			bind(node.LHS)
		case *syntax.ForStmt:
			bind(node.Vars)
		case *syntax.ForClause:
			bind(node.Vars)
		}
		return true
	})
	return times
}
