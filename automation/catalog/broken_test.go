package catalog_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"passage/automation/catalog"
)

func TestCatalog_KeepsOtherScriptsInServiceWhenOneFailsToLoad(t *testing.T) {
	t.Parallel()
	good := `
integration(id = "good", name = "Good", site = "https://good.example", hosts = ["good.example"],
    credentials = [field("username", label = "email", autocomplete = "username")])
def login(page, user):
    page.goto("/")
def read(page, arguments):
    return {"paymentMethods": []}
operations = {"paymentMethod.read": read}
`
	folder := fstest.MapFS{
		"good/integration.star":   {Data: []byte(good)},
		"other/integration.star":  {Data: []byte(good)},
		"broken/integration.star": {Data: []byte("integration(\n")},
		"empty/integration.star":  {},
		"binary/integration.star": {Data: []byte{0, 0xff, 0xfe}},
		"huge/integration.star":   {Data: []byte("x = " + strings.Repeat("[", 100_000))},
		"README.md":               {Data: []byte("not a script")},
	}
	loaded, err := catalog.Load(catalog.Options{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := loaded.Get("good"); !ok {
		t.Error("the good integration is not in service")
	}
	var broken []string
	for _, loadErr := range loaded.LoadErrors() {
		broken = append(broken, loadErr.File)
		if !strings.Contains(loadErr.Text, loadErr.File) {
			t.Errorf("the error of %s does not name it: %s", loadErr.File, loadErr.Text)
		}
	}
	slices.Sort(broken)
	want := []string{"binary/integration.star", "broken/integration.star", "empty/integration.star", "huge/integration.star", "other/integration.star"}
	if !slices.Equal(broken, want) || loaded.Err() == nil {
		t.Errorf("the errors are of %v, not of %v", broken, want)
	}
}
