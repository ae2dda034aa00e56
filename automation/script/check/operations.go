package check

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/syntax"

	"passage/automation/script"
	"passage/automation/script/dialect"
)

// checkOperations checks the functions of operations against the schemas of
// their resources.
func (c *checker) checkOperations(schemas map[string]Schemas) {
	known := slices.Sorted(maps.Keys(schemas))
	for _, name := range c.integration.Operations {
		operation, ok := schemas[name]
		if !ok {
			c.errorf(c.positionOf(name), "there is no operation %q%s; there are %s", name, dialect.Suggest(name, known), strings.Join(known, ", "))
			continue
		}
		def := c.functionOf(name)
		if def == nil {
			continue
		}
		c.checkResults(def, readSchema(operation.Result))
		c.checkReturn(name, def)
		if script.IsRead(name) {
			c.checkRead(name, def)
			continue
		}
		c.checkWrite(name, def, readSchema(operation.Arguments))
		read := strings.TrimSuffix(name, "write") + "read"
		if _, ok := schemas[read]; ok && !slices.Contains(c.integration.Operations, read) {
			c.advisef(c.positionOf(name), "there is a %s and no %s: what was written cannot be read", name, read)
		}
	}
}

// positionOf returns where an operation's name is written, or else where its
// function is.
func (c *checker) positionOf(operation string) (at syntax.Position) {
	at = c.integration.Function(operation).Position()
	for _, stmt := range c.file.Stmts {
		assign, ok := stmt.(*syntax.AssignStmt)
		if !ok {
			continue
		}
		syntax.Walk(assign, func(child syntax.Node) bool {
			if text, ok := child.(*syntax.Literal); ok && text.Value == operation {
				at = text.TokenPos
			}
			return true
		})
	}
	return at
}

// checkRead finds a page.submit in a read. It would be refused at run time.
func (c *checker) checkRead(name string, def *syntax.DefStmt) {
	eachCall(def, func(call *syntax.CallExpr) {
		if methodName(call) == "submit" {
			c.errorf(start(call), "%s changes nothing, so page.submit is refused in it; use page.click", name)
		}
	})
}

// checkWrite checks that a write submits, stops before that in a dry run, and
// reads back when it resumes.
func (c *checker) checkWrite(name string, def *syntax.DefStmt, arguments *schema) {
	c.checkSubmits(name, def)
	reachable := c.reachable(def.Name.Name)
	if !c.anyContains(reachable, isSubmit) {
		c.errorf(def.Name.NamePos, "%s never calls page.submit, without which it is unknown whether the change was made", name)
	}
	if _, ok := arguments.Properties["dryRun"]; ok && !c.anyContains(reachable, readsDryRun) {
		c.errorf(def.Name.NamePos, "%s never reads arguments.get(\"dryRun\"): return before page.submit if it is true", name)
	}
	if !c.anyContains(reachable, isResuming) {
		c.advisef(def.Name.NamePos, "%s never calls resuming(): if an earlier attempt may have submitted, read back before writing again", name)
	}
}

// anyContains reports whether one of some functions contains a match.
func (c *checker) anyContains(functions map[string]bool, matches func(syntax.Node) bool) bool {
	for name := range functions {
		if contains(c.functions[name], matches) {
			return true
		}
	}
	return false
}

func isSubmit(node syntax.Node) bool {
	dot, ok := node.(*syntax.DotExpr)
	return ok && dot.Name.Name == "submit"
}

func readsDryRun(node syntax.Node) bool {
	use, ok := argumentUseOf(node)
	return ok && use.name == "dryRun"
}

func isResuming(node syntax.Node) bool {
	call, ok := node.(*syntax.CallExpr)
	return ok && functionName(call) == "resuming"
}
