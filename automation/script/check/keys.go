package check

import (
	"maps"
	"slices"

	"go.starlark.net/syntax"

	"passage/automation/script/dialect"
)

// keyArgument is an argument whose value is the key of a text for the user.
type keyArgument struct {
	name  string
	index int // -1 if it is only given by name
	known map[string]bool
}

// checkKeys finds keys that have no text: the user would read a general one.
func (c *checker) checkKeys(definitions Definitions) {
	arguments := map[string]keyArgument{ // by function, or by method with a point
		"field":    {"label", 1, definitions.Fields},
		"progress": {"code", 0, definitions.Progress},
		".reject":  {"reason", 0, definitions.Reasons},
		".choose":  {"reason", 1, definitions.Choices},
		".text":    {"reason", -1, definitions.Reasons},
	}
	eachCall(c.file, func(call *syntax.CallExpr) {
		name := functionName(call)
		if name == "" {
			name = "." + methodName(call)
		}
		described, ok := arguments[name]
		if !ok || described.known == nil {
			return
		}
		value := argument(call, described.name, described.index)
		key, ok := literalString(value)
		if !ok || key == "" || described.known[key] {
			return
		}
		c.advisef(start(value), "the key %q has no text%s, so users read a general one; \"passage integrations docs\" lists the keys",
			key, dialect.Suggest(key, slices.Sorted(maps.Keys(described.known))))
	})
}
