package check

import (
	"slices"
	"strings"

	"go.starlark.net/syntax"

	"passage/automation/script"
	"passage/automation/script/dialect"
)

// checkWords finds calls of the page's and the user's words with fewer or more
// arguments than they take. It looks at the parameters called page and user only.
func (c *checker) checkWords() {
	words := map[string]map[string][]script.Parameter{"page": script.PageWords(), "user": script.UserWords()}
	for _, def := range c.functions {
		plain, _ := parameterNames(def)
		eachCall(def, func(call *syntax.CallExpr) {
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
		} else {
			positional++
		}
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
