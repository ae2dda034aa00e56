package check

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// functionOf returns the definition of an operation's function; nil for a
// lambda, and for a function that another function made.
func (c *checker) functionOf(operation string) *syntax.DefStmt {
	function := c.integration.Function(operation)
	def := c.functions[function.Name()]
	if def == nil || c.globals[function.Name()] != starlark.Value(function) {
		return nil
	}
	return def
}

// reachable returns the names of the top-level functions that a function may
// call, directly or not, and its own.
func (c *checker) reachable(name string) map[string]bool {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		if seen[name] || c.functions[name] == nil {
			return
		}
		seen[name] = true
		syntax.Walk(c.functions[name], func(child syntax.Node) bool {
			if used, ok := child.(*syntax.Ident); ok {
				visit(used.Name)
			}
			return true
		})
	}
	visit(name)
	return seen
}

// checkUnusedFunctions finds functions that nothing calls, among them those
// that look like an operation that was forgotten.
func (c *checker) checkUnusedFunctions() {
	used := map[string]bool{"login": true}
	for _, stmt := range c.file.Stmts {
		own := ""
		if def, ok := stmt.(*syntax.DefStmt); ok {
			own = def.Name.Name
		}
		syntax.Walk(stmt, func(child syntax.Node) bool {
			if name, ok := child.(*syntax.Ident); ok && name.Name != own {
				used[name.Name] = true
			}
			return true
		})
	}
	for name, def := range c.functions {
		if _, isFunction := c.globals[name].(*starlark.Function); used[name] || !isFunction {
			continue
		}
		plain, _ := parameterNames(def)
		if len(plain) >= 2 && plain[0] == "page" && plain[1] == "arguments" {
			c.errorf(def.Name.NamePos, "%s looks like an operation and is not in operations", name)
			continue
		}
		c.advisef(def.Name.NamePos, "nothing calls %s", name)
	}
}
