// Package check finds mistakes in an integration without running it: outcomes
// that cannot come, code that is never reached, operations and results that do
// not fit their resource, hosts and fields that nothing uses. It does not load
// or run scripts (package script does), and it does not know the resources and
// the texts: the caller passes them as Definitions.
//
// Its invariant: it reports what it is sure of, and stays silent otherwise.
package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"passage/automation/script"
	"passage/automation/script/ast"
)

// Definitions are what a script may name that this room does not know.
type Definitions struct {
	Operations map[string]Schemas // by "resource.action"

	// The keys that have a text for people.
	Fields, Reasons, Choices, Progress map[string]bool
}

// Schemas are the JSON Schemas of an operation. Arguments is null where it
// takes none.
type Schemas struct{ Arguments, Result json.RawMessage }

// Finding is something about a script that its author should look at.
type Finding struct {
	script.SourceError
	Advice bool // it may be meant so; otherwise it cannot be right
}

// Integration looks for what is wrong with an integration that loads: outcomes that
// cannot come, code that is never reached, operations and results that do not
// fit their resource, hosts and fields that nothing uses. It runs nothing, and
// keeps silent where it is not sure.
func Integration(i *script.Integration, around Definitions) []*Finding {
	file, err := ast.Parse(i.Filename, i.Source)
	if err != nil {
		return nil // cannot be: it was loaded
	}
	n := &inspector{
		integration: i, around: around, file: file, globals: i.Globals(),
		functions: map[string]*syntax.DefStmt{}, summaries: map[string]*summary{},
	}
	for _, stmt := range file.Stmts {
		if def, ok := stmt.(*syntax.DefStmt); ok {
			n.functions[def.Name.Name] = def
		}
	}
	n.outcomes()
	n.operations()
	n.hosts()
	n.fields()
	n.keys()
	slices.SortFunc(n.findings, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(n.findings, func(a, b *Finding) bool { return *a == *b })
}

// inspector is the state of one Inspect.
type inspector struct {
	integration *script.Integration
	around      Definitions
	file        *syntax.File
	globals     starlark.StringDict
	functions   map[string]*syntax.DefStmt // those of the top level
	summaries   map[string]*summary
	findings    []*Finding
}

func (n *inspector) note(at syntax.Position, advice bool, format string, args ...any) {
	n.findings = append(n.findings, &Finding{
		SourceError: script.SourceError{File: n.integration.Filename, Line: int(at.Line), Message: fmt.Sprintf(format, args...)},
		Advice:      advice,
	})
}

func (n *inspector) fault(at syntax.Position, format string, args ...any) {
	n.note(at, false, format, args...)
}

func (n *inspector) advise(at syntax.Position, format string, args ...any) {
	n.note(at, true, format, args...)
}

// calls goes through every call below a node.
func calls(node syntax.Node, do func(*syntax.CallExpr)) {
	syntax.Walk(node, func(at syntax.Node) bool {
		if call, ok := at.(*syntax.CallExpr); ok {
			do(call)
		}
		return true
	})
}

// literal returns the text that an expression is, where it is written out.
func literal(e syntax.Expr) (string, bool) {
	if e == nil {
		return "", false
	}
	if e, ok := ast.Unparen(e).(*syntax.Literal); ok {
		text, ok := e.Value.(string)
		return text, ok
	}
	return "", false
}

// named returns the value of name=value among the arguments of a call, and its
// first plain argument where the name is not written; nil if there is neither.
func named(call *syntax.CallExpr, name string, place int) syntax.Expr {
	for at, arg := range call.Args {
		if key, value := ast.Keyword(arg); key == name {
			return value
		} else if key == "" && at == place && !spread(arg) {
			return arg
		}
	}
	return nil
}

// spread reports whether an argument is *list or **dict.
func spread(arg syntax.Expr) bool {
	unary, ok := arg.(*syntax.UnaryExpr)
	return ok && (unary.Op == syntax.STAR || unary.Op == syntax.STARSTAR)
}

// calledWord returns the word that a call is of: "wait_for" of
// page.wait_for(…), whatever the page is called.
func calledWord(call *syntax.CallExpr) string {
	if dot, ok := call.Fn.(*syntax.DotExpr); ok {
		return dot.Name.Name
	}
	return ""
}

// calledName returns the name of the function that is called, if it has one.
func calledName(call *syntax.CallExpr) string {
	if name, ok := call.Fn.(*syntax.Ident); ok {
		return name.Name
	}
	return ""
}

// parameterNames are a function's plain parameters, in order, and the name of
// its **parameter.
func parameterNames(def *syntax.DefStmt) (plain []string, rest string) {
	for _, param := range def.Params {
		switch param := param.(type) {
		case *syntax.Ident:
			plain = append(plain, param.Name)
		case *syntax.BinaryExpr:
			if name, ok := param.X.(*syntax.Ident); ok {
				plain = append(plain, name.Name)
			}
		case *syntax.UnaryExpr:
			if name, ok := param.X.(*syntax.Ident); ok && param.Op == syntax.STARSTAR {
				rest = name.Name
			}
		}
	}
	return plain, rest
}

// reached returns the names of the top level's functions that a function may
// come to call, itself among them.
func (n *inspector) reached(name string) map[string]bool {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		if seen[name] || n.functions[name] == nil {
			return
		}
		seen[name] = true
		syntax.Walk(n.functions[name], func(at syntax.Node) bool {
			if used, ok := at.(*syntax.Ident); ok {
				visit(used.Name)
			}
			return true
		})
	}
	visit(name)
	return seen
}
