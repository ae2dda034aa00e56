package script

import (
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"passage/automation/script/dialect"
)

// selectors validates the selectors that are written out in a call of a word.
func (v *validator) selectors(call *syntax.CallExpr, objects objects) {
	if name, ok := call.Fn.(*syntax.Ident); ok && name.Name == "hidden" && len(call.Args) == 1 {
		v.selector(call.Args[0], elementProblem)
	}
	v.response(call)
	word := objects.wordOf(call)
	if word == "" {
		return
	}
	for i, arg := range call.Args {
		if problemOf := selectorRule(word, arg, i); problemOf != nil {
			_, value := dialect.Keyword(arg)
			if value == nil {
				value = arg
			}
			v.selector(value, problemOf)
		}
	}
}

// response validates what is written out in a call of response.
func (v *validator) response(call *syntax.CallExpr) {
	if name, ok := call.Fn.(*syntax.Ident); !ok || name.Name != "response" {
		return
	}
	parameters := []string{"path", "status", "method"}
	given := map[string]syntax.Expr{}
	for i, arg := range call.Args {
		name, value := dialect.Keyword(arg)
		if name == "" && i < len(parameters) {
			name, value = parameters[i], arg
		}
		given[name] = value
	}
	path, method := "/", "" // what is not written out is taken to be right
	if text, ok := v.constantText(given["path"]); ok {
		path = text
	}
	if text, ok := v.constantText(given["method"]); ok {
		method = text
	}
	statuses, err := statusesOf(v.constantStatus(given["status"]))
	if err == nil {
		_, err = responsePattern(path, statuses, method)
	}
	if err != nil {
		v.errorf(call.Lparen, "%v", err)
	}
}

// constantStatus returns a status that is written out, or a list of them; of a list
// what is known.
func (v *validator) constantStatus(e syntax.Expr) starlark.Value {
	switch e := e.(type) {
	case *syntax.Literal:
		switch value := e.Value.(type) {
		case int64:
			return starlark.MakeInt64(value)
		case string:
			return starlark.String(value)
		}
	case *syntax.ListExpr:
		list := starlark.NewList(nil)
		for _, item := range e.List {
			if one := v.constantStatus(item); one != nil && list.Append(one) != nil {
				return nil
			}
		}
		if list.Len() > 0 || len(e.List) == 0 {
			return list
		}
	}
	return nil
}

// selectorRule returns what says what is wrong with the selector that an argument
// of a word is, or nil if the argument is none.
func selectorRule(word string, arg syntax.Expr, i int) func(string) string {
	name, _ := dialect.Keyword(arg)
	switch word {
	case "user.approve", "page.wait_for":
		if name == "number" && word == "user.approve" {
			return numberProblem
		}
		if !slices.Contains([]string{"timeout", "sent_to", "otherwise"}, name) {
			return outcomeProblem
		}
	case "page.rows":
		if name != "" && name != "selector" {
			return columnProblem
		}
		return elementProblem
	case "page.dismiss":
		return elementProblem
	default:
		if named, positional := selectorParameters(word); slices.Contains(named, name) || (name == "" && i < positional) {
			return elementProblem
		}
	}
	return nil
}

// selectorParameters returns which parameters of a word are selectors: their names,
// and how many of the first ones.
func selectorParameters(word string) (named []string, positional int) {
	switch word {
	case "page.drag":
		return []string{"source", "target"}, 2
	case "page.pages", "page.scroll", "page.scroll_until":
		return []string{"next", "rows", "inside", "condition"}, 2
	}
	object, word, _ := strings.Cut(word, ".")
	if object == "page" && strings.Contains(pageWords[word].Signature, "(selector") {
		return []string{"selector"}, 1
	}
	return nil, 0
}

// selector validates a selector, a list of them, or a dict of outcomes.
func (v *validator) selector(e syntax.Expr, problemOf func(string) string) {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		v.selector(e.X, problemOf)
	case *syntax.ListExpr:
		for _, item := range e.List {
			v.selector(item, problemOf)
		}
	case *syntax.DictExpr:
		for _, entry := range e.List {
			v.selector(entry.(*syntax.DictEntry).Value, problemOf)
		}
	default:
		text, ok := v.constantText(e)
		if !ok {
			return
		}
		if err := selectorError(text, problemOf); err != nil {
			at, _ := e.Span()
			v.errorf(at, "%v", err)
		}
	}
}

// constantText returns the text that an expression always is.
func (v *validator) constantText(e syntax.Expr) (string, bool) {
	value, ok := v.constant(e)
	if !ok {
		return "", false
	}
	return starlark.AsString(value)
}
