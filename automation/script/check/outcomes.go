package check

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/syntax"
)

// checkFunctions checks in every function which outcomes can come, and whether
// all of it can be reached.
func (c *checker) checkFunctions() {
	c.summaries = c.summarizeFunctions()
	summaries := c.summaries
	for _, name := range slices.Sorted(maps.Keys(c.functions)) {
		def := c.functions[name]
		c.newWalker(def, summaries).block(def.Body, variables{})
		c.checkUnreadOutcomes(c.newWalker(def, summaries), def)
	}
}

// summarizeFunctions summarizes each function after the functions that it
// calls.
func (c *checker) summarizeFunctions() map[string]*summary {
	summaries, visited := map[string]*summary{}, map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		def := c.functions[name]
		if def == nil || visited[name] {
			return
		}
		visited[name] = true
		eachCall(def, func(call *syntax.CallExpr) { visit(functionName(call)) })
		w := c.newWalker(def, summaries)
		w.silent = true
		_, continues := w.block(def.Body, variables{})
		summaries[name] = &summary{returns: w.returned, neverEnds: !continues && !w.returns, runsOut: continues, reserved: w.reserved}
	}
	for _, name := range slices.Sorted(maps.Keys(c.functions)) {
		visit(name)
	}
	return summaries
}

// storedWait is a page.wait_for whose outcome is stored in a variable.
type storedWait struct {
	at       syntax.Position
	variable string
	outcomes values
}

// outcomeUses is how a function uses the outcomes that it stores in variables.
type outcomeUses struct {
	waits    []storedWait
	others   map[string]int             // by variable: uses that are no comparison
	mixed    map[string]bool            // variables that hold something else too
	compared map[string]map[string]bool // by variable: the names that it is compared with
}

// checkUnreadOutcomes finds outcomes that are named in a wait and that no
// comparison tells apart. One such name is fine: it stands for everything else.
func (c *checker) checkUnreadOutcomes(w *walker, def *syntax.DefStmt) {
	uses := w.outcomeUsesIn(def)
	for _, stored := range uses.waits {
		if uses.others[stored.variable] > 0 || uses.mixed[stored.variable] || !stored.outcomes.known() {
			continue // it is passed on, and may be compared there
		}
		if uses.isMisspelled(stored.variable) {
			continue // already reported
		}
		compared := uses.compared[stored.variable]
		var unread []string
		for _, name := range stored.outcomes.sorted() {
			if !compared[name] {
				unread = append(unread, name)
			}
		}
		switch {
		case len(compared) == 0:
			c.advisef(stored.at, "the outcome is stored in %s, and nothing reads it", stored.variable)
		case len(unread) > 1:
			c.advisef(stored.at, "nothing tells %s apart: compare with each name, or use one name with a list of selectors", strings.Join(unread, " and "))
		}
	}
}

func (w *walker) outcomeUsesIn(def *syntax.DefStmt) outcomeUses {
	uses := outcomeUses{others: map[string]int{}, mixed: map[string]bool{}, compared: map[string]map[string]bool{}}
	syntax.Walk(def, func(child syntax.Node) bool {
		switch child := child.(type) {
		case *syntax.AssignStmt:
			if name, ok := child.LHS.(*syntax.Ident); ok {
				uses.others[name.Name]-- // the name itself is visited below
				w.addStored(&uses, name.Name, child)
			}
		case *syntax.BinaryExpr:
			name, texts := w.comparedWith(child)
			if name == "" {
				break
			}
			uses.others[name]-- // as above
			if uses.compared[name] == nil {
				uses.compared[name] = map[string]bool{}
			}
			for _, text := range texts {
				uses.compared[name][text] = true
			}
		case *syntax.Ident:
			uses.others[child.Name]++
		}
		return true
	})
	return uses
}

// addStored notes what is assigned to a variable.
func (w *walker) addStored(uses *outcomeUses, variable string, stmt *syntax.AssignStmt) {
	call, ok := stmt.RHS.(*syntax.CallExpr)
	if !ok || methodName(call) != "wait_for" {
		uses.mixed[variable] = true
		return
	}
	uses.waits = append(uses.waits, storedWait{start(stmt), variable, w.outcomesOf(call, variables{})})
}

// comparedWith returns the variable in a comparison with strings that are known,
// and the strings. The variable is empty for any other expression.
func (w *walker) comparedWith(e *syntax.BinaryExpr) (variable string, texts []string) {
	name, ok := e.X.(*syntax.Ident)
	if !ok {
		return "", nil
	}
	var possible values
	switch e.Op {
	case syntax.EQL, syntax.NEQ:
		possible = w.evaluate(e.Y, variables{})
	case syntax.IN, syntax.NOT_IN:
		possible = w.evaluateKeys(e.Y, variables{})
	}
	if !possible.known() {
		return "", nil
	}
	return name.Name, possible.sorted()
}

// isMisspelled reports whether a variable is compared with a name that none of
// its waits has.
func (u *outcomeUses) isMisspelled(variable string) bool {
	var possible values
	for _, stored := range u.waits {
		if stored.variable == variable {
			possible = possible.union(stored.outcomes)
		}
	}
	for name := range u.compared[variable] {
		if !possible.set[name] {
			return true
		}
	}
	return false
}
