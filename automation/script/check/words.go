package check

import (
	"slices"
	"strings"

	"go.starlark.net/syntax"

	"passage/automation/script"
	"passage/automation/script/dialect"
)

// checkWords finds calls of words with fewer or more arguments than they take, and
// with arguments that they do not know. Of words with an object it looks at the
// parameters called page and user only.
func (c *checker) checkWords() {
	words := map[string]map[string][]script.Parameter{"page": script.PageWords(), "user": script.UserWords()}
	global := script.GlobalWords()
	for _, def := range c.functions {
		plain, _ := parameterNames(def)
		local := bindings(def)
		eachCall(def, func(call *syntax.CallExpr) {
			if name := functionName(call); name != "" {
				if parameters, known := global[name]; known && local[name] == 0 && !c.globals.Has(name) {
					c.checkCall(call, name, parameters)
				}
				return
			}
			dot, ok := call.Fn.(*syntax.DotExpr)
			if !ok {
				return
			}
			object, ok := dot.X.(*syntax.Ident)
			if !ok || words[object.Name] == nil || !slices.Contains(plain, object.Name) {
				return
			}
			if parameters, known := words[object.Name][dot.Name.Name]; known {
				c.checkCall(call, object.Name+"."+dot.Name.Name, parameters)
			}
		})
	}
}

func (c *checker) checkCall(call *syntax.CallExpr, word string, parameters []script.Parameter) {
	given, positional := map[string]bool{}, 0
	for _, arg := range call.Args {
		if isUnpacked(arg) {
			return
		}
		if name, _ := dialect.Keyword(arg); name != "" {
			given[name] = true
			c.checkKeyword(arg, word, name, parameters)
		} else {
			positional++
		}
	}
	if positional > len(parameters) {
		c.errorf(start(call), "%s takes at most %d arguments", word, len(parameters))
	}
	var missing []string
	for n, parameter := range parameters {
		if parameter.Required && n >= positional && !given[parameter.Name] {
			missing = append(missing, parameter.Name)
		}
	}
	if len(missing) > 0 {
		c.errorf(start(call), "%s needs %s", word, strings.Join(missing, " and "))
	}
}

// checkKeyword reports an argument that a word does not know.
func (c *checker) checkKeyword(arg syntax.Expr, word, name string, parameters []script.Parameter) {
	known := make([]string, len(parameters))
	for i, parameter := range parameters {
		known[i] = parameter.Name
	}
	if !slices.Contains(known, name) {
		c.errorf(start(arg), "%s has no argument %q%s", word, name, dialect.Suggest(name, known))
	}
}
