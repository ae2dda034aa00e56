package script

import (
	"fmt"
	"strings"

	"go.starlark.net/syntax"
)

// wait is a wait whose outcome is kept in a variable.
type wait struct {
	at       syntax.Position
	variable string
	names    names
}

// unread finds outcomes that are waited for by name and whose name nothing
// looks at. One such name is how a script says “whatever else”; of two, nothing
// tells which came.
func (n *inspector) unread(def *syntax.DefStmt) {
	w := n.walker(def)
	waits, looked, escapes := []wait{}, map[string]map[string]bool{}, map[string]bool{}
	uses := map[string]int{}
	syntax.Walk(def, func(at syntax.Node) bool {
		switch at := at.(type) {
		case *syntax.AssignStmt:
			name, isName := at.LHS.(*syntax.Ident)
			call, isCall := at.RHS.(*syntax.CallExpr)
			if isName {
				uses[name.Name]--
			}
			if isName && isCall && calledWord(call) == "wait_for" {
				start, _ := at.Span()
				waits = append(waits, wait{start, name.Name, w.waited(call, scope{})})
			} else if isName {
				escapes[name.Name] = true // it holds other things too
			}
		case *syntax.BinaryExpr:
			if name, texts := w.lookedAt(at); name != "" {
				uses[name]--
				if looked[name] == nil {
					looked[name] = map[string]bool{}
				}
				for _, text := range texts {
					looked[name][text] = true
				}
			}
		case *syntax.Ident:
			uses[at.Name]++
		}
		return true
	})
	for _, one := range waits {
		if uses[one.variable] > 0 || escapes[one.variable] || !one.names.closed() {
			continue // it goes elsewhere, where it may be looked at
		}
		if strays(looked[one.variable], waits, one.variable) {
			continue // which is told already
		}
		var rest []string
		for _, name := range one.names.sorted() {
			if !looked[one.variable][name] {
				rest = append(rest, name)
			}
		}
		switch {
		case len(looked[one.variable]) == 0:
			n.advise(one.at, fmt.Sprintf("what came is kept in %s, and nothing looks at it", one.variable))
		case len(rest) > 1:
			n.advise(one.at, fmt.Sprintf("nothing tells %s apart: look at each name, or give what they have in common one name and a list of selectors", strings.Join(rest, " and ")))
		}
	}
}

// strays reports whether a variable is compared with a name that none of its
// waits has.
func strays(looked map[string]bool, waits []wait, variable string) bool {
	can := names{}
	for _, one := range waits {
		if one.variable == variable {
			can = can.with(one.names)
		}
	}
	for name := range looked {
		if !can.set[name] {
			return true
		}
	}
	return false
}

// lookedAt takes apart a comparison of a variable with names that are known.
func (w *walker) lookedAt(e *syntax.BinaryExpr) (variable string, texts []string) {
	name, ok := e.X.(*syntax.Ident)
	if !ok {
		return "", nil
	}
	var among names
	switch e.Op {
	case syntax.EQL, syntax.NEQ:
		among = w.value(e.Y, scope{})
	case syntax.IN, syntax.NOT_IN:
		among = w.keysOf(e.Y, scope{})
	}
	if !among.closed() {
		return "", nil
	}
	return name.Name, among.sorted()
}
