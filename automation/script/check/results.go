package check

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"go.starlark.net/syntax"

	"passage/automation/script"
	"passage/automation/script/ast"
)

// schema is as much of a JSON Schema as can be held against a script's text.
type schema struct {
	Type       kinds              `json:"type"`
	Enum       []any              `json:"enum"`
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Additional *bool              `json:"additionalProperties"`
	Items      *schema            `json:"items"`
	OneOf      []*schema          `json:"oneOf"`
}

// kinds are the types that a schema allows, one or a list; none is any.
type kinds []string

// UnmarshalJSON reads either form.
func (k *kinds) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*k = kinds{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(k))
}

// allow reports whether a value of one of these types fits.
func (k kinds) allow(types ...string) bool {
	return len(k) == 0 || slices.ContainsFunc(types, func(one string) bool { return slices.Contains(k, one) })
}

// String names them for a sentence: “an array”, “an integer or a null”.
func (k kinds) String() string {
	named := make([]string, len(k))
	for i, one := range k {
		named[i] = "a " + one
		if strings.ContainsAny(one[:1], "aeiou") {
			named[i] = "an " + one
		}
	}
	return strings.Join(named, " or ")
}

// readSchema reads a schema. What it does not understand it lets pass.
func readSchema(text json.RawMessage) *schema {
	read := &schema{}
	if err := json.Unmarshal(text, read); err != nil {
		return &schema{}
	}
	return read
}

// returns are the results that a function gives, without those of functions
// inside it.
func returns(def *syntax.DefStmt) []syntax.Expr {
	var found []syntax.Expr
	syntax.Walk(def, func(at syntax.Node) bool {
		switch at := at.(type) {
		case *syntax.DefStmt:
			return at == def
		case *syntax.ReturnStmt:
			if at.Result != nil {
				found = append(found, at.Result)
			}
		}
		return true
	})
	return found
}

// result holds an expression against what must come of it, as far as it is
// written out. partly: there may be more keys than it shows.
func (n *inspector) result(e syntax.Expr, want *schema, partly bool, inside map[string]bool) {
	if want == nil {
		return
	}
	switch e := e.(type) {
	case *syntax.ParenExpr:
		n.result(e.X, want, partly, inside)
	case *syntax.CondExpr:
		n.result(e.True, want, partly, inside)
		n.result(e.False, want, partly, inside)
	case *syntax.BinaryExpr:
		if e.Op == syntax.PIPE {
			n.result(e.X, want, true, inside)
			n.result(e.Y, want, true, inside)
		}
	case *syntax.ListExpr:
		n.ofType(e, want, "array")
		for _, item := range e.List {
			n.result(item, want.Items, partly, inside)
		}
	case *syntax.Comprehension:
		if !e.Curly {
			n.ofType(e, want, "array")
			n.result(e.Body, want.Items, partly, inside)
		}
	case *syntax.DictExpr:
		n.ofType(e, want, "object")
		n.dict(e, want, partly, inside)
	case *syntax.Literal:
		n.literalResult(e, want)
	case *syntax.CallExpr:
		n.calledResult(e, want, partly, inside)
	}
}

// ofType tells of a list where there must be none, and the like.
func (n *inspector) ofType(e syntax.Expr, want *schema, is string) {
	if !want.Type.allow(is) {
		start, _ := e.Span()
		n.fault(start, "this is an %s, and the result has %v here", is, want.Type)
	}
}

// calledResult looks into what a function of the script's own gives.
func (n *inspector) calledResult(e *syntax.CallExpr, want *schema, partly bool, inside map[string]bool) {
	name := calledName(e)
	def := n.functions[name]
	if def == nil || inside[name] {
		return
	}
	if len(e.Args) == 1 && filters(def) {
		n.result(e.Args[0], want, partly, inside)
		return
	}
	deeper := maps.Clone(inside)
	deeper[name] = true
	for _, returned := range returns(def) {
		n.result(returned, want, partly, deeper)
	}
}

// filters reports whether a function only leaves entries of its dict out:
// return {name: value for name, value in values.items() if …}.
func filters(def *syntax.DefStmt) bool {
	plain, _ := parameterNames(def)
	found := returns(def)
	if len(plain) != 1 || len(found) != 1 {
		return false
	}
	made, ok := found[0].(*syntax.Comprehension)
	if !ok || !made.Curly {
		return false
	}
	entry, isEntry := made.Body.(*syntax.DictEntry)
	clause, isFor := made.Clauses[0].(*syntax.ForClause)
	if !isEntry || !isFor {
		return false
	}
	items, ok := clause.X.(*syntax.CallExpr)
	if !ok || calledWord(items) != "items" {
		return false
	}
	of, isName := items.Fn.(*syntax.DotExpr).X.(*syntax.Ident)
	pair, isPair := ast.Unparen(clause.Vars).(*syntax.TupleExpr)
	if !isName || of.Name != plain[0] || !isPair || len(pair.List) != 2 {
		return false
	}
	return sameName(entry.Key, pair.List[0]) && sameName(entry.Value, pair.List[1])
}

func sameName(a, b syntax.Expr) bool {
	first, ok := a.(*syntax.Ident)
	second, same := b.(*syntax.Ident)
	return ok && same && first.Name == second.Name
}

// dict holds the keys of a dict against the schema's.
func (n *inspector) dict(e *syntax.DictExpr, want *schema, partly bool, inside map[string]bool) {
	has := map[string]bool{}
	for _, item := range e.List {
		entry := item.(*syntax.DictEntry)
		key, ok := literal(entry.Key)
		if !ok {
			partly = true
			continue
		}
		has[key] = true
		property, known := want.Properties[key]
		if !known && want.Additional != nil && !*want.Additional {
			start, _ := entry.Key.Span()
			properties := slices.Sorted(maps.Keys(want.Properties))
			n.fault(start, "the result has no %q here%s; it has %s", key, script.Suggest(key, properties), strings.Join(properties, ", "))
		}
		n.result(entry.Value, property, false, inside)
	}
	if partly {
		return
	}
	start, _ := e.Span()
	for _, key := range want.Required {
		if !has[key] {
			n.fault(start, "the result must have %q here", key)
		}
	}
	fits := 0
	var ways []string
	for _, way := range want.OneOf {
		if !slices.ContainsFunc(way.Required, func(key string) bool { return !has[key] }) {
			fits++
		}
		ways = append(ways, strings.Join(way.Required, " and "))
	}
	if len(ways) > 0 && fits != 1 {
		n.fault(start, "the result must have exactly one of these here: %s", strings.Join(ways, ", "))
	}
}

// literalResult holds a text or a number against the schema.
func (n *inspector) literalResult(e *syntax.Literal, want *schema) {
	text, isText := e.Value.(string)
	is := []string{"string"}
	switch e.Token {
	case syntax.INT:
		is = []string{"integer", "number"}
	case syntax.FLOAT:
		is = []string{"number"}
	}
	if !want.Type.allow(is...) {
		n.fault(e.TokenPos, "this is a %s, and the result has %v here", is[0], want.Type)
		return
	}
	var allowed []string
	for _, one := range want.Enum {
		if one, ok := one.(string); ok {
			allowed = append(allowed, one)
		}
	}
	if isText && len(allowed) > 0 && !slices.Contains(allowed, text) {
		n.fault(e.TokenPos, "the result cannot be %q here%s; it is one of %s", text, script.Suggest(text, allowed), strings.Join(allowed, ", "))
	}
}
