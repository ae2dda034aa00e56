package script

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.starlark.net/syntax"

	"passage/automation/prompt"
	"passage/automation/script/dialect"
)

// validate finds, without running anything, mistakes that would otherwise only
// show while a user waits: a code that fail does not know, a word that page or
// user does not have, an invalid selector, a load of another file.
func validate(file *syntax.File) []*SourceError {
	v := &validator{file: file.Path}
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
	file   string
	errors []*SourceError
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

// selectors validates the selectors that are written out in a call of a word.
func (v *validator) selectors(call *syntax.CallExpr, objects map[string]bool) {
	dot, ok := call.Fn.(*syntax.DotExpr)
	if !ok {
		return
	}
	object, ok := dot.X.(*syntax.Ident)
	if !ok || !objects[object.Name] {
		return
	}
	word := object.Name + "." + dot.Name.Name
	waits := word == "page.wait_for" || word == "user.approve"
	takesSelector := object.Name == "page" && strings.Contains(pageWords[dot.Name.Name].Signature, "(selector")
	for i, arg := range call.Args {
		name, value := dialect.Keyword(arg)
		switch {
		case waits && name != "" && name != "timeout" && name != "sent_to":
			v.selector(value, true)
		case takesSelector && i == 0 && name == "":
			v.selector(arg, false)
		}
	}
}

// selector validates a selector, or a list of them. mayBeURL says whether an
// address may stand in its place.
func (v *validator) selector(e syntax.Expr, mayBeURL bool) {
	switch e := e.(type) {
	case *syntax.ListExpr:
		for _, item := range e.List {
			v.selector(item, mayBeURL)
		}
	case *syntax.Literal:
		text, ok := e.Value.(string)
		if !ok {
			return
		}
		if problem := selectorProblem(text, mayBeURL); problem != "" {
			v.errorf(e.TokenPos, "%q is not a selector: %s", prompt.Quote(text), problem)
		}
	}
}
