package main_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// importRule states which of our packages a package may import. A name covers one
// package; with “/*” at its end, the packages below it.
type importRule struct {
	pkg     string
	imports []string
}

// importRules is the complete list; the first match counts. A package without a
// rule may import none of ours.
var importRules = []importRule{
	{"cmd/passage/console", nil},
	{"cmd/passage/config", []string{"cmd/passage/console", "automation", "automation/*", "web/webhook"}},
	{"cmd/passage/server", []string{"cmd/passage/config", "cmd/passage/console", "web", "web/*", "views/*", "static", "db", "db/*", "automation", "automation/*"}},
	{"cmd/passage/demo", []string{"cmd/passage/server", "cmd/passage/config", "cmd/passage/console", "views/gallery", "db", "automation", "automation/*"}},
	{"cmd/passage", []string{"cmd/passage/*", "automation", "automation/*", "db", "db/*", "views", "views/*", "web/branding", "web/webhook"}},
	{"cmd/bench", []string{"*"}},
	{"web", []string{"web/*", "automation/loopback"}},
	{"web/follow", []string{"web/problem", "db", "db/*", "automation"}},
	{"web/webtest", []string{"*"}}, // only tests import it
	{"web/api/strictjson", []string{"web/problem"}},
	{"web/api/wire", []string{"db", "automation", "automation/outcome", "automation/prompt", "automation/event", "automation/catalog", "automation/resources"}},
	{"web/api/openapi", []string{"web/api/wire", "web/problem", "views", "views/docs", "db", "automation/catalog", "automation/event", "automation/outcome", "automation/prompt", "automation/resources"}},
	{"web/api/socket", []string{"web/api/strictjson", "web/api/wire", "web/problem", "web/follow", "views", "views/text", "db", "db/*", "automation", "automation/catalog", "automation/event", "automation/prompt"}},
	{"web/api", []string{"web/api/*", "automation/loopback", "web/problem", "web/branding", "web/follow", "views", "views/docs", "db", "db/*", "automation", "automation/outcome", "automation/prompt", "automation/event", "automation/catalog", "automation/resources"}},
	{"web/webhook", []string{"web/api/wire", "db", "db/*", "automation/outcome"}},
	{"web/*", []string{"web/problem", "web/branding", "web/cookie", "web/follow", "views", "views/*", "static", "db", "db/*", "automation", "automation/loopback", "automation/catalog", "automation/event", "automation/prompt", "automation/outcome", "automation/resources"}},
	{"views", []string{"static", "automation/outcome"}},
	{"views/*", []string{"views", "views/*", "static", "automation/outcome"}}, // below views
	{"automation", []string{"db", "db/*", "automation/script", "automation/script/*", "automation/browser", "automation/browser/*", "automation/outcome",
		"automation/resources", "automation/integrations", "automation/prompt", "automation/secret", "automation/event", "automation/catalog"}},
	{"automation/event", []string{"automation/outcome"}},
	{"automation/catalog", []string{"db", "automation/outcome", "automation/integrations", "automation/script", "automation/script/*"}},
	{"automation/script", []string{"automation/script/dialect", "automation/script/parse", "automation/loopback", "automation/browser", "automation/document", "automation/outcome", "automation/prompt", "automation/secret"}},
	{"automation/script/check", []string{"automation/script", "automation/script/dialect", "automation/prompt"}},
	{"automation/script/dialect", []string{"automation/prompt", "automation/secret"}},
	{"automation/script/parse", []string{"automation/prompt"}},
	{"automation/browser/pool", []string{"automation/browser", "automation/browser/chrome", "automation/outcome"}},
	{"automation/browser", []string{"automation/browser/chrome", "automation/outcome", "automation/secret"}},
	{"automation/browser/chrome", []string{"automation/outcome", "automation/loopback"}},
	{"automation/prompt", []string{"automation/secret"}},
	{"automation/resources", []string{"automation/secret"}},
	{"automation/sandbox/*", []string{"automation/sandbox"}}, // what the sites share is above them
	{"db", []string{"db/*", "automation/event"}},
	{"db/*", []string{"db", "db/*", "automation/event"}}, // below db
}

// importHomes are the libraries that only some packages know.
var importHomes = []importRule{
	{"github.com/go-rod/rod", []string{"automation/browser/chrome"}},
	{"github.com/klippa-app/go-pdfium", []string{"automation/document"}},
	{"github.com/tetratelabs/wazero", []string{"automation/document"}},
	{"go.starlark.net", []string{"automation/script", "automation/script/*"}},
	{"database/sql", []string{"db", "db/*"}},
	{"modernc.org/sqlite", []string{"db", "db/*"}},
}

func importFits(folder string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		above, open := strings.CutSuffix(name, "*")
		return folder == name || open && strings.HasPrefix(folder, above)
	})
}

func importAllowed(from, to string) bool {
	for _, rule := range importRules {
		if importFits(from, []string{rule.pkg}) {
			return importFits(to, rule.imports)
		}
	}
	return false
}

func TestImports_KeepToTheRules(t *testing.T) {
	t.Parallel()
	root, seen := filepath.Join("..", ".."), 0
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && (name == "testdata" || strings.HasPrefix(name, ".") && file != root) {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		seen++
		relative, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		checkImports(t, filepath.ToSlash(relative), file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 50 {
		t.Errorf("only %d files were checked", seen)
	}
}

func checkImports(t *testing.T, name, file string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	from := path.Dir(name)
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if to, ours := strings.CutPrefix(imported, "passage/"); ours && !importAllowed(from, to) {
			t.Errorf("%s imports %s, which its rule does not allow", name, to)
		}
		for _, home := range importHomes {
			bench := from == "cmd/bench" // compares with the bare library
			if (imported == home.pkg || strings.HasPrefix(imported, home.pkg+"/")) && !importFits(from, home.imports) && !bench {
				t.Errorf("%s imports %s, which only %s knows", name, imported, home.imports[0])
			}
		}
	}
}

func TestImportRules_RefuseWhatIsNotListed(t *testing.T) {
	t.Parallel()
	for edge, want := range map[[2]string]bool{
		{"cmd/passage", "automation/browser"}:                    true,
		{"cmd/passage", "web"}:                                   false,
		{"cmd/passage/console", "cmd/passage/config"}:            false,
		{"cmd/passage/server", "cmd/passage/demo"}:               false,
		{"cmd/passage/server", "web"}:                            true,
		{"web", "web/api"}:                                       true,
		{"web", "db"}:                                            false,
		{"web/api", "db"}:                                        true,
		{"web/api", "web/connect"}:                               false,
		{"web/api", "web/branding"}:                              true,
		{"web/api", "automation/script"}:                         false,
		{"views/connect", "views"}:                               true,
		{"views/connect", "db"}:                                  false,
		{"views", "views/connect"}:                               false,
		{"automation", "automation/sandbox"}:                     false,
		{"automation", "web/api"}:                                false,
		{"automation/browser", "automation/outcome"}:             true,
		{"automation/browser", "automation/script"}:              false,
		{"automation/browser", "automation/browser/pool"}:        false,
		{"automation/browser/chrome", "automation/browser"}:      false,
		{"automation/sandbox", "automation/outcome"}:             false,
		{"automation/sandbox/att", "automation/sandbox"}:         true,
		{"automation/sandbox", "automation/sandbox/att"}:         false,
		{"automation/sandbox/att", "automation/sandbox/tmobile"}: false,
		{"automation/sandbox/att", "automation/outcome"}:         false,
		{"db", "automation/outcome"}:                             false,
		{"db/dbtest", "db"}:                                      true,
		{"automation/integrations", "automation"}:                false,
		{"somewhere/new", "automation/outcome"}:                  false,
		{"automation/script/words", "automation"}:                false,
		{"automation/script", "automation/script/check"}:         false,
		{"automation/script/check", "automation/script"}:         true,
		{"automation/script/dialect", "automation/script"}:       false,
		{"automationx", "db"}:                                    false,
	} {
		if got := importAllowed(edge[0], edge[1]); got != want {
			t.Errorf("%s → %s: allowed is %t", edge[0], edge[1], got)
		}
	}
}
