package check

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/syntax"

	"passage/automation/prompt"
	"passage/automation/script/dialect"
)

// checkCredentials finds credentials that nothing uses, and uses of credentials
// that the user is not asked for.
func (c *checker) checkCredentials() {
	var fields []string
	for _, field := range c.integration.Credentials {
		fields = append(fields, field.Name)
	}
	syntax.Walk(c.file, func(child syntax.Node) bool {
		if loop, ok := child.(*syntax.ForStmt); ok {
			c.checkAttempt(loop, fields)
		}
		return true
	})
	used, all := c.usedKeys()
	if !all {
		return
	}
	eachCall(c.file, func(call *syntax.CallExpr) {
		name, ok := literalString(argument(call, "name", 0))
		if functionName(call) != "field" || !ok || used[name] {
			return
		}
		i := slices.Index(fields, name)
		optional := i < 0 || !c.integration.Credentials[i].Secret
		c.report(start(call), optional, fmt.Sprintf("users are asked for %q, and nothing uses it: there is no attempt[%q]", name, name))
	})
}

// usedKeys returns every string literal that is used as an index. all is false
// if an attempt may be indexed by other strings too.
func (c *checker) usedKeys() (used map[string]bool, all bool) {
	used, all = map[string]bool{}, true
	syntax.Walk(c.file, func(child syntax.Node) bool {
		index, ok := child.(*syntax.IndexExpr)
		if !ok {
			return true
		}
		if name, ok := literalString(index.Y); ok {
			used[name] = true
		} else if object, ok := index.X.(*syntax.Ident); ok && !c.globals.Has(object.Name) {
			if _, isNumber := index.Y.(*syntax.Literal); !isNumber {
				all = false
			}
		}
		return true
	})
	return used, all
}

// checkAttempt finds fields that the attempts of a loop over user.credentials or
// user.one_time_code do not have.
func (c *checker) checkAttempt(loop *syntax.ForStmt, fields []string) {
	variable, ok := loop.Vars.(*syntax.Ident)
	call, isCall := loop.X.(*syntax.CallExpr)
	if !ok || !isCall {
		return
	}
	switch methodName(call) {
	case "credentials":
	case "one_time_code":
		fields = []string{prompt.CodeField}
	default:
		return
	}
	for _, stmt := range loop.Body {
		syntax.Walk(stmt, func(child syntax.Node) bool {
			index, ok := child.(*syntax.IndexExpr)
			if !ok {
				return true
			}
			field, isText := literalString(index.Y)
			if isSameName(index.X, variable) && isText && !slices.Contains(fields, field) {
				c.errorf(start(index.Y), "an attempt has no field %q%s: it has %s", field, dialect.Suggest(field, fields), strings.Join(fields, ", "))
			}
			return true
		})
	}
}
