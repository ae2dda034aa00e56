package check

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/syntax"

	"passage/automation/prompt"
	"passage/automation/script/dialect"
)

// checkResults compares what a function returns with the schema of the result,
// as far as the result is written out.
func (c *checker) checkResults(def *syntax.DefStmt, want *schema) {
	r := resultChecker{c, def, map[string]bool{def.Name.Name: true}}
	for _, returned := range returnedExpressions(def) {
		r.check(returned, want, false)
	}
}

// resultChecker follows the expressions that a result is made of.
type resultChecker struct {
	*checker
	def    *syntax.DefStmt // the function that the expression is in
	inside map[string]bool // the functions, and variables of functions, that are being followed
}

// within returns a checker that also follows one more function or variable.
func (r resultChecker) within(name string, def *syntax.DefStmt) resultChecker {
	deeper := resultChecker{r.checker, def, maps.Clone(r.inside)}
	deeper.inside[name] = true
	return deeper
}

// check compares an expression with a schema. A partial one may have more keys
// than it shows.
func (r resultChecker) check(e syntax.Expr, want *schema, partial bool) {
	if want == nil {
		return
	}
	switch e := e.(type) {
	case *syntax.ParenExpr:
		r.check(e.X, want, partial)
	case *syntax.CondExpr:
		r.check(e.True, want, partial)
		r.check(e.False, want, partial)
	case *syntax.BinaryExpr:
		if e.Op == syntax.PIPE {
			r.check(e.X, want, true)
			r.check(e.Y, want, true)
		}
	case *syntax.ListExpr:
		r.checkType(e, want, "array")
		for _, item := range e.List {
			r.check(item, want.Items, partial)
		}
	case *syntax.Comprehension:
		if !e.Curly {
			r.checkType(e, want, "array")
			r.check(e.Body, want.Items, partial)
		}
	case *syntax.DictExpr:
		r.checkType(e, want, "object")
		r.checkDict(e, want, partial, false)
	case *syntax.Literal:
		r.checkLiteral(e, want)
	case *syntax.CallExpr:
		r.checkCall(e, want, partial)
	case *syntax.Ident:
		r.checkVariable(e, want, partial)
	case *syntax.SliceExpr:
		if list, ok := e.X.(*syntax.Ident); ok && want.Type.allow("array") && !want.Type.allow("string") {
			r.checkVariable(list, want, partial)
		}
	}
}

// checkType reports a list or a dict that the schema does not allow.
func (r resultChecker) checkType(e syntax.Expr, want *schema, name string) {
	if !want.Type.allow(name) {
		r.errorf(start(e), "this is an %s, and the result has %v here", name, want.Type)
	}
}

// checkCall checks what a function of the script returns.
func (r resultChecker) checkCall(e *syntax.CallExpr, want *schema, partial bool) {
	name := functionName(e)
	def := r.functions[name]
	if def == nil || r.inside[name] {
		return
	}
	if len(e.Args) == 1 && isFilter(def) {
		r.check(e.Args[0], want, partial)
		return
	}
	deeper := r.within(name, def)
	for _, returned := range returnedExpressions(def) {
		deeper.check(returned, want, partial)
	}
}

// isFilter reports whether a function returns its dict without some entries:
// return {name: value for name, value in values.items() if …}.
func isFilter(def *syntax.DefStmt) bool {
	plain, _ := parameterNames(def)
	returned := returnedExpressions(def)
	if len(plain) != 1 || len(returned) != 1 {
		return false
	}
	made, ok := returned[0].(*syntax.Comprehension)
	if !ok || !made.Curly {
		return false
	}
	entry, isEntry := made.Body.(*syntax.DictEntry)
	clause, isFor := made.Clauses[0].(*syntax.ForClause)
	if !isEntry || !isFor {
		return false
	}
	items, ok := clause.X.(*syntax.CallExpr)
	if !ok || methodName(items) != "items" {
		return false
	}
	dict, isName := items.Fn.(*syntax.DotExpr).X.(*syntax.Ident)
	pair, isPair := dialect.Unparen(clause.Vars).(*syntax.TupleExpr)
	if !isName || dict.Name != plain[0] || !isPair || len(pair.List) != 2 {
		return false
	}
	return isSameName(entry.Key, pair.List[0]) && isSameName(entry.Value, pair.List[1])
}

// checkDict compares the keys of a dict with the properties of the schema. If some
// keys are optional, it may have fewer than it shows.
func (r resultChecker) checkDict(e *syntax.DictExpr, want *schema, partial, optional bool) {
	keys := map[string]bool{}
	for _, item := range e.List {
		entry := item.(*syntax.DictEntry)
		key, ok := literalString(entry.Key)
		if !ok {
			partial = true
			continue
		}
		keys[key] = true
		property, known := want.Properties[key]
		if !known && want.Additional != nil && !*want.Additional {
			properties := slices.Sorted(maps.Keys(want.Properties))
			r.errorf(start(entry.Key), "the result has no %q here%s; it has %s", key, dialect.Suggest(key, properties), strings.Join(properties, ", "))
		}
		r.check(entry.Value, property, false)
	}
	if !partial {
		r.checkRequired(e, want, keys, optional)
	}
}

// checkRequired reports required keys that a complete dict does not have.
func (r resultChecker) checkRequired(e *syntax.DictExpr, want *schema, keys map[string]bool, optional bool) {
	for _, key := range want.Required {
		if !keys[key] {
			r.errorf(start(e), "the result must have %q here", key)
		}
	}
	matches := 0
	var alternatives []string
	for _, alternative := range want.OneOf {
		if !slices.ContainsFunc(alternative.Required, func(key string) bool { return !keys[key] }) {
			matches++
		}
		alternatives = append(alternatives, strings.Join(alternative.Required, " and "))
	}
	if len(alternatives) > 0 && (matches == 0 || matches > 1 && !optional) {
		r.errorf(start(e), "the result must have exactly one of these here: %s", strings.Join(alternatives, ", "))
	}
}

// checkLiteral compares a string or a number with the schema.
func (r resultChecker) checkLiteral(e *syntax.Literal, want *schema) {
	text, isText := e.Value.(string)
	names := []string{"string"}
	switch e.Token {
	case syntax.INT:
		names = []string{"integer", "number"}
	case syntax.FLOAT:
		names = []string{"number"}
	}
	if !want.Type.allow(names...) {
		r.errorf(e.TokenPos, "this is a %s, and the result has %v here", names[0], want.Type)
		return
	}
	var allowed []string
	for _, value := range want.Enum {
		if value, ok := value.(string); ok {
			allowed = append(allowed, value)
		}
	}
	if isText && len(allowed) > 0 && !slices.Contains(allowed, text) {
		r.errorf(e.TokenPos, "the result cannot be %q here%s; it is one of %s", prompt.Quote(text), dialect.Suggest(text, allowed), strings.Join(allowed, ", "))
	}
}
