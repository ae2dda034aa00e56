package script

import (
	"fmt"
	"maps"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"passage/automation/script/dialect"
)

// validate finds, without running anything, mistakes that would otherwise only
// show while a user waits: a code that fail does not know, a word that page or
// user does not have, an invalid selector, a load of another file.
func validate(file *syntax.File) []*SourceError {
	v := &validator{file: file.Path}
	v.findConstants(file)
	v.findBound(file)
	for _, stmt := range file.Stmts {
		var params []syntax.Expr
		if def, ok := stmt.(*syntax.DefStmt); ok {
			params = def.Params
		}
		v.walk(stmt, withObjects(nil, params, stmt))
	}
	return v.errors
}

type validator struct {
	file      string
	constants map[string]starlark.Value
	bound     map[string]bool // every name that the file gives to something
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

// objects are the names in scope that stand for a page or for the user, each with
// "page", "user" or, of an attempt, "attempt".
type objects map[string]string

// withObjects adds the parameters that are named page or user, and what a function
// gets of them: frames, windows and attempts.
func withObjects(outer objects, params []syntax.Expr, function syntax.Node) objects {
	all := objects{}
	maps.Copy(all, outer)
	for _, param := range params {
		if name, ok := param.(*syntax.Ident); ok && objectWords[name.Name] != nil {
			all[name.Name] = name.Name
		}
	}
	times := timesBound(function)
	syntax.Walk(function, func(child syntax.Node) bool {
		var name *syntax.Ident
		var made syntax.Expr
		switch child := child.(type) {
		case *syntax.AssignStmt:
			name, _ = child.LHS.(*syntax.Ident)
			made = child.RHS
		case *syntax.ForStmt:
			name, _ = child.Vars.(*syntax.Ident)
			made = child.X
		}
		if name == nil || times[name.Name] != 1 {
			return true
		}
		switch word := all.wordOf(made); word {
		case "page.frame", "page.popup":
			all[name.Name] = "page"
		case "user.credentials", "user.one_time_code":
			all[name.Name] = "attempt"
		}
		return true
	})
	return all
}

// of returns what an expression stands for: "page", "user" or "attempt"; or nothing.
func (o objects) of(e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.Ident:
		return o[e.Name]
	case *syntax.CallExpr:
		if word := o.wordOf(e); word == "page.frame" || word == "page.popup" {
			return "page"
		}
	}
	return ""
}

// wordOf returns the word of an object that an expression calls, as in "page.click".
func (o objects) wordOf(e syntax.Expr) string {
	call, ok := e.(*syntax.CallExpr)
	if !ok {
		return ""
	}
	dot, ok := call.Fn.(*syntax.DotExpr)
	if !ok {
		return ""
	}
	object := o.of(dot.X)
	if object == "" {
		return ""
	}
	return object + "." + dot.Name.Name
}

// walk validates a node.
func (v *validator) walk(node syntax.Node, objects objects) {
	syntax.Walk(node, func(child syntax.Node) bool {
		switch child := child.(type) {
		case *syntax.LoadStmt:
			v.errorf(child.Load, "load is not available: an integration is one file")
		case *syntax.CallExpr:
			v.failCode(child)
			v.selectors(child, objects)
			v.literals(child, objects)
		case *syntax.DotExpr:
			v.attribute(child, objects)
		case *syntax.DefStmt:
			if child == node {
				return true
			}
			v.walk(child, withObjects(objects, child.Params, child))
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
func (v *validator) attribute(dot *syntax.DotExpr, objects objects) {
	words := objectWords[objects.of(dot.X)]
	if words == nil || slices.Contains(words, dot.Name.Name) {
		return
	}
	v.errorf(dot.Name.NamePos, "%s has no word %q%s", objects.of(dot.X), dot.Name.Name, dialect.Suggest(dot.Name.Name, words))
}
