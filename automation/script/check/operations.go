package check

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"passage/automation/script"
)

// operations holds the functions against the resources' rules.
func (n *inspector) operations() {
	reading := map[string][]string{} // the function → the operations that may come to call it
	for _, name := range n.integration.Operations {
		if def := n.functionOf(name); def != nil {
			for inner := range n.reached(def.Name.Name) {
				reading[inner] = append(reading[inner], name)
			}
		}
	}
	known := slices.Sorted(maps.Keys(n.around.Operations))
	for _, name := range n.integration.Operations {
		schemas, ok := n.around.Operations[name]
		if !ok {
			n.fault(n.placeOf(name), "there is no operation %q%s; there are %s", name, script.Suggest(name, known), strings.Join(known, ", "))
			continue
		}
		n.operation(name, schemas)
	}
	for name, def := range n.functions {
		n.arguments(def, reading[name])
	}
	n.unused()
}

// functionOf is the definition of an operation's function; nil for a lambda and
// for one that another function has made.
func (n *inspector) functionOf(operation string) *syntax.DefStmt {
	function := n.integration.Function(operation)
	def := n.functions[function.Name()]
	if def == nil || n.globals[function.Name()] != starlark.Value(function) {
		return nil
	}
	return def
}

// placeOf is where the operation's name is written, or the function of it.
func (n *inspector) placeOf(operation string) (at syntax.Position) {
	at = n.integration.Function(operation).Position()
	for _, stmt := range n.file.Stmts {
		assign, ok := stmt.(*syntax.AssignStmt)
		if !ok {
			continue
		}
		syntax.Walk(assign, func(node syntax.Node) bool {
			if text, ok := node.(*syntax.Literal); ok && text.Value == operation {
				at = text.TokenPos
			}
			return true
		})
	}
	return at
}

// operation looks at one that its resource knows.
func (n *inspector) operation(name string, schemas Schemas) {
	def := n.functionOf(name)
	if def == nil {
		return
	}
	reached := n.reached(def.Name.Name)
	result := readSchema(schemas.Result)
	for _, returned := range returns(def) {
		n.result(returned, result, false, map[string]bool{def.Name.Name: true})
	}
	if script.IsRead(name) {
		calls(def, func(call *syntax.CallExpr) {
			if calledWord(call) == "submit" {
				start, _ := call.Span()
				n.fault(start, "%s changes nothing, so page.submit is refused in it; use page.click", name)
			}
		})
		return
	}
	if !n.somewhere(reached, func(at syntax.Node) bool {
		dot, ok := at.(*syntax.DotExpr)
		return ok && dot.Name.Name == "submit"
	}) {
		n.fault(def.Name.NamePos, "%s never calls page.submit, without which nobody can tell whether the change was made", name)
	}
	if _, ok := readSchema(schemas.Arguments).Properties["dryRun"]; ok && !n.somewhere(reached, func(at syntax.Node) bool {
		look, ok := argumentUse(at)
		return ok && look.name == "dryRun"
	}) {
		n.fault(def.Name.NamePos, "%s never looks at arguments.get(\"dryRun\"): return before page.submit where it is true", name)
	}
	if !n.somewhere(reached, func(at syntax.Node) bool {
		call, ok := at.(*syntax.CallExpr)
		return ok && calledName(call) == "resuming"
	}) {
		n.advise(def.Name.NamePos, "%s never asks resuming(): where an earlier attempt may have got through, read back before writing again", name)
	}
	read := strings.TrimSuffix(name, "write") + "read"
	if _, ok := n.around.Operations[read]; ok && !slices.Contains(n.integration.Operations, read) {
		n.advise(n.placeOf(name), "there is a %s and no %s: nobody can look at what was written", name, read)
	}
}

// somewhere reports whether a part of some functions is what is looked for.
func (n *inspector) somewhere(functions map[string]bool, is func(syntax.Node) bool) (found bool) {
	for name := range functions {
		syntax.Walk(n.functions[name], func(at syntax.Node) bool {
			found = found || at != nil && is(at)
			return !found
		})
	}
	return found
}

// arguments looks at what a function takes of the operations' arguments. They
// are known by the name that the operations give them.
func (n *inspector) arguments(def *syntax.DefStmt, operations []string) {
	known, required, called := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, operation := range operations {
		schemas, ok := n.around.Operations[operation]
		if !ok {
			return
		}
		schema := readSchema(schemas.Arguments)
		for name := range schema.Properties {
			known[name] = true
		}
		for _, name := range schema.Required {
			required[name] = true
		}
		plain, _ := parameterNames(n.functionOf(operation))
		called[plain[1]] = true
	}
	plain, _ := parameterNames(def)
	asked := map[string]bool{} // whether it is there
	uses := []use{}
	syntax.Walk(def, func(at syntax.Node) bool {
		one, ok := argumentUse(at)
		if ok && called[one.object] && slices.Contains(plain, one.object) {
			asked[one.name] = asked[one.name] || one.asks
			uses = append(uses, one)
		}
		return true
	})
	for _, one := range uses {
		switch {
		case !known[one.name]:
			n.fault(one.at, "%s takes no argument %q%s", strings.Join(operations, ", "), one.name, script.Suggest(one.name, slices.Sorted(maps.Keys(known))))
		case one.needs && !required[one.name] && !asked[one.name]:
			n.advise(one.at, "the argument %q may be missing: %s.get(%q) gives None then", one.name, one.object, one.name)
		}
	}
}

// use is one look at an argument by its name.
type use struct {
	at           syntax.Position
	object, name string
	needs        bool // it fails where there is none
	asks         bool // it asks whether there is one
}

func argumentUse(node syntax.Node) (use, bool) {
	switch node := node.(type) {
	case *syntax.IndexExpr:
		object, ok := node.X.(*syntax.Ident)
		name, isText := literal(node.Y)
		if ok && isText {
			return use{at: object.NamePos, object: object.Name, name: name, needs: true}, true
		}
	case *syntax.CallExpr:
		dot, ok := node.Fn.(*syntax.DotExpr)
		if !ok || dot.Name.Name != "get" || len(node.Args) == 0 {
			return use{}, false
		}
		object, ok := dot.X.(*syntax.Ident)
		name, isText := literal(node.Args[0])
		if ok && isText {
			return use{at: object.NamePos, object: object.Name, name: name, asks: true}, true
		}
	case *syntax.BinaryExpr:
		object, ok := node.Y.(*syntax.Ident)
		name, isText := literal(node.X)
		if ok && isText && (node.Op == syntax.IN || node.Op == syntax.NOT_IN) {
			return use{at: object.NamePos, object: object.Name, name: name, asks: true}, true
		}
	}
	return use{}, false
}

// unused finds functions that nothing calls, operations that were forgotten
// among them.
func (n *inspector) unused() {
	used := map[string]bool{"login": true}
	for _, stmt := range n.file.Stmts {
		own := ""
		if def, ok := stmt.(*syntax.DefStmt); ok {
			own = def.Name.Name
		}
		syntax.Walk(stmt, func(at syntax.Node) bool {
			if name, ok := at.(*syntax.Ident); ok && name.Name != own {
				used[name.Name] = true
			}
			return true
		})
	}
	for name, def := range n.functions {
		if _, isFunction := n.globals[name].(*starlark.Function); used[name] || !isFunction {
			continue
		}
		plain, _ := parameterNames(def)
		if len(plain) >= 2 && plain[0] == "page" && plain[1] == "arguments" {
			n.fault(def.Name.NamePos, "%s looks like an operation and is not in operations", name)
			continue
		}
		n.advise(def.Name.NamePos, "nothing calls %s", name)
	}
}
