package automation_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"passage/automation"
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

func load(t *testing.T, options automation.CatalogOptions) *automation.Catalog {
	t.Helper()
	catalog, err := automation.LoadCatalog(options)
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

func ids(catalog *automation.Catalog) string {
	var names []string
	for _, integration := range catalog.List() {
		names = append(names, integration.ID)
	}
	return strings.Join(names, " ")
}

func TestOperatorsScriptsStandBesideTheBuiltInOnes(t *testing.T) {
	t.Parallel()
	catalog := load(t, automation.CatalogOptions{Folder: folder(map[string]string{
		"library/integration.star": library, "library/README.md": "seen", "notes.txt": "",
	})})
	found, ok := catalog.Get("library")
	if !ok || found.Name != "City Library" || catalog.Err() != nil {
		t.Errorf("%q, %v", ids(catalog), catalog.Err())
	}
	if _, ok := catalog.Get("nobody"); ok {
		t.Error("an integration that does not exist is in service")
	}
}

func TestScriptThatDoesNotLoadIsAFaultAndNoMore(t *testing.T) {
	t.Parallel()
	catalog := load(t, automation.CatalogOptions{Folder: folder(map[string]string{
		"library/integration.star":   library,
		"broken/integration.star":    "def login(page, user)\n    pass\n",
		"elsewhere/integration.star": strings.ReplaceAll(library, `"library"`, `"lending"`),
	})})
	if _, ok := catalog.Get("library"); !ok {
		t.Errorf("a good script went down with the others: %q", ids(catalog))
	}
	faults := catalog.Faults()
	if len(faults) != 2 || catalog.Err() == nil {
		t.Fatalf("%+v", faults)
	}
	if !strings.Contains(faults[0].Text, "broken/integration.star:2") {
		t.Errorf("the fault names no line: %s", faults[0].Text)
	}
	if !strings.Contains(faults[1].Text, "lending") {
		t.Errorf("a folder with another name than its integration: %s", faults[1].Text)
	}
}

func TestLoopbackSiteIsInServiceOnlyWhereOneIsNamed(t *testing.T) {
	t.Parallel()
	if _, ok := load(t, automation.CatalogOptions{}).Get("demo"); ok {
		t.Error("the demo carrier is in service, and nobody said where it is")
	}
	pointed := load(t, automation.CatalogOptions{Sites: map[string]automation.Site{
		"demo": {URL: "http://127.0.0.1:4001", Hosts: []string{"localhost:4002"}},
	}})
	demo, ok := pointed.Get("demo")
	if !ok || demo.Site != "http://127.0.0.1:4001" || !demo.AllowPrivate() {
		t.Errorf("%+v", demo)
	}
}

func TestEveryWronglyNamedSiteIsTold(t *testing.T) {
	t.Parallel()
	_, err := automation.LoadCatalog(automation.CatalogOptions{Sites: map[string]automation.Site{
		"demon": {URL: "http://127.0.0.1:4001"}, "demo": {URL: "ftp://x"},
	}})
	if err == nil || !strings.Contains(err.Error(), "demon") || !strings.Contains(err.Error(), "ftp") || errors.Unwrap(err) != nil {
		t.Errorf("%v", err)
	}
}
