package script

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"passage/automation/prompt"

	"go.starlark.net/syntax"

	"passage/automation/script/ast"
)

// check finds, without running anything, what would otherwise only be found
// when a person is waiting: a code that fail does not know, a word that page
// or user does not have, a file that wants to load another.
func check(file *syntax.File) []*SourceError {
	c := &checker{file: file.Path}
	for _, stmt := range file.Stmts {
		known := map[string]bool{}
		if def, ok := stmt.(*syntax.DefStmt); ok {
			known = withParams(known, def.Params)
		}
		c.walk(stmt, known)
	}
	return c.faults
}

type checker struct {
	file   string
	faults []*SourceError
}

func (c *checker) fault(at syntax.Position, format string, args ...any) {
	c.faults = append(c.faults, &SourceError{c.file, int(at.Line), fmt.Sprintf(format, args...)})
}

// walk checks a node. known holds which of the names page and user are, here,
// parameters and so what they are called.
func (c *checker) walk(node syntax.Node, known map[string]bool) {
	syntax.Walk(node, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.LoadStmt:
			c.fault(n.Load, "load is not available: an integration is one file")
		case *syntax.CallExpr:
			c.call(n)
			c.selectors(n, known)
		case *syntax.DotExpr:
			c.dot(n, known)
		case *syntax.DefStmt:
			if n == node {
				return true
			}
			c.walk(n, withParams(known, n.Params))
			return false
		}
		return true
	})
}

// call checks the code in fail("CODE").
func (c *checker) call(n *syntax.CallExpr) {
	name, ok := n.Fn.(*syntax.Ident)
	if !ok || name.Name != "fail" {
		return
	}
	for i, arg := range n.Args {
		switch key, value := ast.Keyword(arg); {
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
			c.fault(literal.TokenPos, "%v", err)
		}
	}
}

// dot checks page.word and user.word.
func (c *checker) dot(n *syntax.DotExpr, known map[string]bool) {
	object, ok := n.X.(*syntax.Ident)
	if !ok || !known[object.Name] {
		return
	}
	words := objects[object.Name]
	if slices.Contains(words, n.Name.Name) {
		return
	}
	c.fault(n.Name.NamePos, "%s has no word %q%s", object.Name, n.Name.Name, Suggest(n.Name.Name, words))
}

// selectors checks the selectors that are written out in page.word("…").
func (c *checker) selectors(n *syntax.CallExpr, known map[string]bool) {
	word, ok := n.Fn.(*syntax.DotExpr)
	if !ok {
		return
	}
	object, ok := word.X.(*syntax.Ident)
	if !ok || !known[object.Name] {
		return
	}
	outcomes := word.Name.Name == "wait_for" && object.Name == "page" || word.Name.Name == "approve" && object.Name == "user"
	takes := object.Name == "page" && strings.Contains(pageWords[word.Name.Name].Signature, "(selector")
	for i, arg := range n.Args {
		name, value := ast.Keyword(arg)
		switch {
		case outcomes && name != "" && name != "timeout" && name != "sent_to":
			c.selector(value, true)
		case takes && i == 0 && name == "":
			c.selector(arg, false)
		}
	}
}

// selector checks a text that is a selector, or a list of them.
func (c *checker) selector(e syntax.Expr, outcomes bool) {
	switch e := e.(type) {
	case *syntax.ListExpr:
		for _, one := range e.List {
			c.selector(one, outcomes)
		}
	case *syntax.Literal:
		text, ok := e.Value.(string)
		if !ok {
			return
		}
		if fault := selectorFault(text, outcomes); fault != "" {
			c.fault(e.TokenPos, "%q is no selector: %s", prompt.Quote(text), fault)
		}
	}
}

// objects are the names of parameters that tell what is handed in.
var objects = map[string][]string{
	"page": append(slices.Sorted(maps.Keys(pageWords)), "url"),
	"user": slices.Sorted(maps.Keys(userWords)),
}

func withParams(known map[string]bool, params []syntax.Expr) map[string]bool {
	inside := maps.Clone(known)
	for _, param := range params {
		if name, ok := param.(*syntax.Ident); ok && objects[name.Name] != nil {
			inside[name.Name] = true
		}
	}
	return inside
}
