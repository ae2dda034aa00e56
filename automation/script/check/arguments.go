package check

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/syntax"

	"passage/automation/script/dialect"
)

// checkArguments checks how functions use the arguments of the operations that
// reach them.
func (c *checker) checkArguments(schemas map[string]Schemas) {
	operations := map[string][]string{} // by function: the operations that may call it
	for _, name := range c.integration.Operations {
		if def := c.functionOf(name); def != nil {
			for function := range c.reachable(def.Name.Name) {
				operations[function] = append(operations[function], name)
			}
		}
	}
	for name, def := range c.functions {
		if accepted, ok := c.acceptedBy(operations[name], schemas); ok {
			c.checkArgumentUses(def, accepted)
		}
	}
}

// acceptedArguments are the arguments of all operations that reach a function.
type acceptedArguments struct {
	operations []string
	known      map[string]bool
	required   map[string]bool
	parameters map[string]bool // what the operations call their arguments
}

// acceptedBy reports false if the schema of one of the operations is unknown.
func (c *checker) acceptedBy(operations []string, schemas map[string]Schemas) (acceptedArguments, bool) {
	accepted := acceptedArguments{operations, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, operation := range operations {
		entry, ok := schemas[operation]
		if !ok {
			return acceptedArguments{}, false
		}
		arguments := readSchema(entry.Arguments)
		for name := range arguments.Properties {
			accepted.known[name] = true
		}
		for _, name := range arguments.Required {
			accepted.required[name] = true
		}
		plain, _ := parameterNames(c.functionOf(operation))
		accepted.parameters[plain[1]] = true
	}
	return accepted, true
}

// checkArgumentUses checks one function. A parameter with the name that the
// operations use holds the arguments.
func (c *checker) checkArgumentUses(def *syntax.DefStmt, accepted acceptedArguments) {
	plain, _ := parameterNames(def)
	tested := map[string]bool{}
	var uses []argumentUse
	syntax.Walk(def, func(child syntax.Node) bool {
		use, ok := argumentUseOf(child)
		if ok && accepted.parameters[use.object] && slices.Contains(plain, use.object) {
			tested[use.name] = tested[use.name] || !use.required
			uses = append(uses, use)
		}
		return true
	})
	for _, use := range uses {
		switch {
		case !accepted.known[use.name]:
			hint := dialect.Suggest(use.name, slices.Sorted(maps.Keys(accepted.known)))
			c.errorf(use.at, "%s takes no argument %q%s", strings.Join(accepted.operations, ", "), use.name, hint)
		case use.required && !accepted.required[use.name] && !tested[use.name]:
			c.advisef(use.at, "the argument %q may be missing: %s.get(%q) gives None then", use.name, use.object, use.name)
		}
	}
}

// argumentUse is a use of an argument by its name: object[name],
// object.get(name) or name in object.
type argumentUse struct {
	at           syntax.Position
	object, name string
	required     bool // it fails if the argument is missing; else it tests that
}

func argumentUseOf(node syntax.Node) (argumentUse, bool) {
	var object, key syntax.Expr
	required := false
	switch node := node.(type) {
	case *syntax.IndexExpr:
		object, key, required = node.X, node.Y, true
	case *syntax.CallExpr:
		dot, ok := node.Fn.(*syntax.DotExpr)
		if !ok || dot.Name.Name != "get" || len(node.Args) == 0 {
			return argumentUse{}, false
		}
		object, key = dot.X, node.Args[0]
	case *syntax.BinaryExpr:
		if node.Op != syntax.IN && node.Op != syntax.NOT_IN {
			return argumentUse{}, false
		}
		object, key = node.Y, node.X
	}
	variable, ok := object.(*syntax.Ident)
	name, isText := literalString(key)
	if !ok || !isText {
		return argumentUse{}, false
	}
	return argumentUse{at: variable.NamePos, object: variable.Name, name: name, required: required}, true
}
