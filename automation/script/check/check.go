// Package check finds mistakes in an integration without running it: outcomes
// that cannot come, code that is never reached, operations and results that do
// not fit their resource, hosts and fields that nothing uses. It does not load
// or run scripts (package script does), and it does not know the resources and
// the texts: the caller passes them as Definitions.
//
// Its invariant: it reports only what it is sure of. Code that it does not
// understand gives no findings.
package check

import (
	"cmp"
	"slices"

	"go.starlark.net/syntax"

	"passage/automation/script"
	"passage/automation/script/dialect"
)

// Integration returns what is wrong with an integration that loads, ordered by
// line.
func Integration(i *script.Integration, definitions Definitions) []*Finding {
	file, err := dialect.Parse(i.Filename, i.Source)
	if err != nil {
		return nil // impossible: the integration was loaded from this source
	}
	c := &checker{
		integration: i, file: file, globals: i.Globals(), functions: map[string]*syntax.DefStmt{},
	}
	for _, stmt := range file.Stmts {
		if def, ok := stmt.(*syntax.DefStmt); ok {
			c.functions[def.Name.Name] = def
		}
	}
	c.checkFunctions()
	c.checkWords()
	c.checkOperations(definitions.Operations)
	c.checkArguments(definitions.Operations)
	c.checkUnusedFunctions()
	c.checkHosts()
	c.checkCredentials()
	c.checkKeys(definitions)
	c.checkSecrets(definitions.Operations)
	c.checkWaits()
	slices.SortFunc(c.findings, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(c.findings, func(a, b *Finding) bool { return *a == *b })
}
