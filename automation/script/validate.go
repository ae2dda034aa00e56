package script

import (
	"fmt"
	"maps"
	"slices"

	"go.starlark.net/syntax"

	"passage/automation/script/dialect"
)

// validate finds, without running anything, mistakes that would otherwise only
// show while a user waits: a code that fail does not know, a word that page or
// user does not have, an invalid selector, a load of another file.
func validate(file *syntax.File) []*SourceError {
	v := &validator{file: file.Path}
	v.findConstants(file)
	for _, stmt := range file.Stmts {
		var params []syntax.Expr
		if def, ok := stmt.(*syntax.DefStmt); ok {
			params = def.Params
		}
		v.walk(stmt, withObjects(nil, params))
	}
	return v.errors
}

type validator struct {
	file      string
	constants map[string]string
	errors    []*SourceError
}

func (v *validator) errorf(at syntax.Position, format string, args ...any) {
	v.errors = append(v.errors, &SourceError{File: v.file, Line: int(at.Line), Message: fmt.Sprintf(format, args...)})
}

// objectWords are the attributes of the objects that scripts are given, by the
// name of the parameter.
var objectWords = map[string][]string{
	"page": pageAttributes(),
	"user": slices.Sorted(maps.Keys(userWords)),
}

// withObjects adds the parameters that are named page or user.
func withObjects(objects map[string]bool, params []syntax.Expr) map[string]bool {
	all := map[string]bool{}
	maps.Copy(all, objects)
	for _, param := range params {
		if name, ok := param.(*syntax.Ident); ok && objectWords[name.Name] != nil {
			all[name.Name] = true
		}
	}
	return all
}

// walk validates a node. objects are the names in scope that are parameters
// named page or user.
func (v *validator) walk(node syntax.Node, objects map[string]bool) {
	syntax.Walk(node, func(child syntax.Node) bool {
		switch child := child.(type) {
		case *syntax.LoadStmt:
			v.errorf(child.Load, "load is not available: an integration is one file")
		case *syntax.CallExpr:
			v.failCode(child)
			v.selectors(child, objects)
		case *syntax.DotExpr:
			v.attribute(child, objects)
		case *syntax.DefStmt:
			if child == node {
				return true
			}
			v.walk(child, withObjects(objects, child.Params))
			return false
		}
		return true
	})
}

// failCode validates the code in fail("CODE").
func (v *validator) failCode(call *syntax.CallExpr) {
	name, ok := call.Fn.(*syntax.Ident)
	if !ok || name.Name != "fail" {
		return
	}
	for i, arg := range call.Args {
		switch key, value := dialect.Keyword(arg); {
		case key == "code":
			arg = value
		case key != "" || i > 0:
			continue
		}
		literal, ok := arg.(*syntax.Literal)
		if !ok {
			continue
		}
		code, _ := literal.Value.(string)
		if err := checkCode(code); err != nil {
			v.errorf(literal.TokenPos, "%v", err)
		}
	}
}

// attribute validates page.name and user.name.
func (v *validator) attribute(dot *syntax.DotExpr, objects map[string]bool) {
	object, ok := dot.X.(*syntax.Ident)
	if !ok || !objects[object.Name] {
		return
	}
	words := objectWords[object.Name]
	if slices.Contains(words, dot.Name.Name) {
		return
	}
	v.errorf(dot.Name.NamePos, "%s has no word %q%s", object.Name, dot.Name.Name, dialect.Suggest(dot.Name.Name, words))
}
