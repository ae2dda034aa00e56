package catalog_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"passage/automation/catalog"
)

// library is a script for a site on the internet.
const library = `
integration(
    id = "library",
    name = "City Library",
    site = "https://library.example",
    hosts = ["library.example"],
    credentials = [field("card", label = "library_card"), field("pin", label = "pin", secret = True)],
)

def login(page, user):
    page.goto("/")

def read(page, arguments):
    return {"history": []}

operations = {"readHistory.read": read}
`

func folder(files map[string]string) fstest.MapFS {
	made := fstest.MapFS{}
	for name, text := range files {
		made[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return made
}

func load(t *testing.T, options catalog.Options) *catalog.Catalog {
	t.Helper()
	loaded, err := catalog.Load(options)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func ids(loaded *catalog.Catalog) string {
	var names []string
	for _, integration := range loaded.List() {
		names = append(names, integration.ID)
	}
	return strings.Join(names, " ")
}

func TestCatalog_HoldsOperatorsScriptsBesideBuiltInOnes(t *testing.T) {
	t.Parallel()
	loaded := load(t, catalog.Options{Folder: folder(map[string]string{
		"library/integration.star": library, "library/README.md": "seen", "notes.txt": "",
	})})
	found, ok := loaded.Get("library")
	if !ok || found.Name != "City Library" || loaded.Err() != nil {
		t.Errorf("%q, %v", ids(loaded), loaded.Err())
	}
	if _, ok := loaded.Get("nobody"); ok {
		t.Error("an integration that does not exist is in service")
	}
}

func TestCatalog_ReportsAScriptThatDoesNotLoad(t *testing.T) {
	t.Parallel()
	loaded := load(t, catalog.Options{Folder: folder(map[string]string{
		"library/integration.star":   library,
		"broken/integration.star":    "def login(page, user)\n    pass\n",
		"elsewhere/integration.star": strings.ReplaceAll(library, `"library"`, `"lending"`),
	})})
	if _, ok := loaded.Get("library"); !ok {
		t.Errorf("a good script went down with the others: %q", ids(loaded))
	}
	errs := loaded.LoadErrors()
	if len(errs) != 2 || loaded.Err() == nil {
		t.Fatalf("%+v", errs)
	}
	if !strings.Contains(errs[0].Text, "broken/integration.star:2") {
		t.Errorf("the error names no line: %s", errs[0].Text)
	}
	if !strings.Contains(errs[1].Text, "lending") {
		t.Errorf("a folder with another name than its integration: %s", errs[1].Text)
	}
}

func TestCatalog_ServesALoopbackSiteOnlyWhereOneIsNamed(t *testing.T) {
	t.Parallel()
	if _, ok := load(t, catalog.Options{}).Get("demo"); ok {
		t.Error("the demo carrier is in service, and nobody said where it is")
	}
	pointed := load(t, catalog.Options{Sites: map[string]catalog.Site{
		"demo": {URL: "http://127.0.0.1:4001", Hosts: []string{"localhost:4002"}},
	}})
	demo, ok := pointed.Get("demo")
	if !ok || demo.Site != "http://127.0.0.1:4001" || !demo.AllowPrivate() {
		t.Errorf("%+v", demo)
	}
}

func TestCatalog_ReportsEverySiteNamedWrongly(t *testing.T) {
	t.Parallel()
	_, err := catalog.Load(catalog.Options{Sites: map[string]catalog.Site{
		"demon": {URL: "http://127.0.0.1:4001"}, "demo": {URL: "ftp://x"},
	}})
	if err == nil || !strings.Contains(err.Error(), "demon") || !strings.Contains(err.Error(), "ftp") || errors.Unwrap(err) != nil {
		t.Errorf("%v", err)
	}
}
