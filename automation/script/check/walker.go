package check

import "go.starlark.net/syntax"

// summary is what is known of a function independently of its callers.
type summary struct {
	returns   values
	neverEnds bool            // every path through it ends with fail
	runsOut   bool            // a path through it reaches its end without a return
	reserved  map[string]bool // keywords that it uses beside, or instead of, those that it is called with
}

// walker goes through one function in the order of execution.
type walker struct {
	*checker
	summaries map[string]*summary
	kwargs    string          // the name of the **parameter
	locals    map[string]bool // the function's own names
	silent    bool            // findings are not reported

	returns  bool
	returned values
	reserved map[string]bool
	exits    *[]variables // what is known at each break and continue of the current loop
	depth    int          // loops around the current statement
}

func (c *checker) newWalker(def *syntax.DefStmt, summaries map[string]*summary) *walker {
	plain, kwargs := parameterNames(def)
	w := &walker{
		checker: c, summaries: summaries, kwargs: kwargs,
		locals: map[string]bool{kwargs: true}, reserved: map[string]bool{},
	}
	for _, name := range plain {
		w.locals[name] = true
	}
	syntax.Walk(def, func(child syntax.Node) bool {
		switch child := child.(type) {
		case *syntax.AssignStmt:
			w.addLocals(child.LHS)
		case *syntax.ForStmt:
			w.addLocals(child.Vars)
		case *syntax.ForClause:
			w.addLocals(child.Vars)
		case *syntax.DefStmt:
			if child != def {
				w.locals[child.Name.Name] = true
			}
		}
		return true
	})
	return w
}

// addLocals adds the names that are assigned to.
func (w *walker) addLocals(target syntax.Expr) {
	switch target := target.(type) {
	case *syntax.Ident:
		w.locals[target.Name] = true
	case *syntax.ParenExpr:
		w.addLocals(target.X)
	case *syntax.TupleExpr:
		for _, item := range target.List {
			w.addLocals(item)
		}
	case *syntax.ListExpr:
		for _, item := range target.List {
			w.addLocals(item)
		}
	}
}

// callee returns the top-level function that a call is of, nil for any other.
func (w *walker) callee(call *syntax.CallExpr) *syntax.DefStmt {
	name := functionName(call)
	if w.locals[name] {
		return nil
	}
	return w.functions[name]
}

// summaryOf returns the summary of a function. Nothing is known of one that is
// still being summarized, because it calls itself.
func (w *walker) summaryOf(def *syntax.DefStmt) *summary {
	if known, ok := w.summaries[def.Name.Name]; ok {
		return known
	}
	return &summary{returns: anyValue()}
}

// errorf reports an error unless the walker is silent.
func (w *walker) errorf(at syntax.Position, format string, args ...any) {
	if !w.silent {
		w.checker.errorf(at, format, args...)
	}
}

// advisef reports advice unless the walker is silent.
func (w *walker) advisef(at syntax.Position, format string, args ...any) {
	if !w.silent {
		w.checker.advisef(at, format, args...)
	}
}
