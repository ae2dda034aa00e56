package check

import (
	"strings"

	"go.starlark.net/syntax"
)

// wait is a wait whose outcome is kept in a variable.
type wait struct {
	at       syntax.Position
	variable string
	names    names
}

// readings are what a function does with the names that its waits give.
type readings struct {
	waits   []wait
	uses    map[string]int             // of a variable, beside those that are looks
	escapes map[string]bool            // the variables that hold other things too
	looked  map[string]map[string]bool // the variable → the names that it is compared with
}

// readings goes through a function and notes them.
func (w *walker) readings(def *syntax.DefStmt) readings {
	r := readings{uses: map[string]int{}, escapes: map[string]bool{}, looked: map[string]map[string]bool{}}
	syntax.Walk(def, func(at syntax.Node) bool {
		switch at := at.(type) {
		case *syntax.AssignStmt:
			if name, ok := at.LHS.(*syntax.Ident); ok {
				r.uses[name.Name]--
				w.kept(&r, name.Name, at)
			}
		case *syntax.BinaryExpr:
			name, texts := w.lookedAt(at)
			if name == "" {
				break
			}
			r.uses[name]--
			if r.looked[name] == nil {
				r.looked[name] = map[string]bool{}
			}
			for _, text := range texts {
				r.looked[name][text] = true
			}
		case *syntax.Ident:
			r.uses[at.Name]++
		}
		return true
	})
	return r
}

// kept notes what is assigned to a variable.
func (w *walker) kept(r *readings, variable string, at *syntax.AssignStmt) {
	call, ok := at.RHS.(*syntax.CallExpr)
	if !ok || calledWord(call) != "wait_for" {
		r.escapes[variable] = true
		return
	}
	start, _ := at.Span()
	r.waits = append(r.waits, wait{start, variable, w.waited(call, scope{})})
}

// unread finds outcomes that are waited for by name and whose name nothing
// looks at. One such name is how a script says “whatever else”; of two, nothing
// tells which came.
func (n *inspector) unread(def *syntax.DefStmt) {
	r := n.walker(def).readings(def)
	for _, one := range r.waits {
		if r.uses[one.variable] > 0 || r.escapes[one.variable] || !one.names.closed() {
			continue // it goes elsewhere, where it may be looked at
		}
		if r.strays(one.variable) {
			continue // which is told already
		}
		var rest []string
		for _, name := range one.names.sorted() {
			if !r.looked[one.variable][name] {
				rest = append(rest, name)
			}
		}
		switch {
		case len(r.looked[one.variable]) == 0:
			n.advise(one.at, "what came is kept in %s, and nothing looks at it", one.variable)
		case len(rest) > 1:
			n.advise(one.at, "nothing tells %s apart: look at each name, or give what they have in common one name and a list of selectors", strings.Join(rest, " and "))
		}
	}
}

// strays reports whether a variable is compared with a name that none of its
// waits has.
func (r *readings) strays(variable string) bool {
	can := names{}
	for _, one := range r.waits {
		if one.variable == variable {
			can = can.with(one.names)
		}
	}
	for name := range r.looked[variable] {
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
