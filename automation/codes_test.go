package automation_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"passage/automation/outcome"
)

// The database may not import the table of outcomes, so it names the few that
// it decides on itself.
func TestOutcomes_IncludeTheCodesOfTheDatabase(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../db/session_end.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Values) == 0 || !strings.HasPrefix(spec.Names[0].Name, "code") {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil || !outcome.Code(text).Known() {
			t.Errorf("%s = %q is no outcome", spec.Names[0].Name, text)
		}
		found++
		return true
	})
	if found == 0 {
		t.Error("the database's codes are not where this test looks")
	}
}
