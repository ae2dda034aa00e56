package api

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"passage/automation/resources"
)

// What a developer copies from the reference has to be taken.
func TestSamplesOfTheReferenceFitTheirSchemas(t *testing.T) {
	t.Parallel()
	set, err := resources.Load()
	if err != nil {
		t.Fatal(err)
	}
	a := New(Options{Resources: set, PublicURL: &url.URL{Scheme: "https", Host: "passage.example"}})
	if err := a.Mount(chi.NewRouter()); err != nil {
		t.Fatal(err)
	}
	document, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		t.Fatal(err)
	}
	described, err := a.readSchemas(document)
	if err != nil {
		t.Fatal(err)
	}
	all := a.resourceReference(described)
	if len(all) != len(set.Names()) {
		t.Errorf("%d of %d resources are told of", len(all), len(set.Names()))
	}
	for _, shown := range all {
		resource, action, _ := strings.Cut(shown.Name, ".")
		operation, _ := set.Operation(resource, action)
		if shown.Given != "" {
			if issues := operation.CheckArguments(json.RawMessage(shown.Given)); issues != nil {
				t.Errorf("%s: %s is not taken: %v", shown.Name, shown.Given, issues)
			}
		}
		if issues := operation.CheckResult(json.RawMessage(shown.Got)); issues != nil {
			t.Errorf("%s: %s is no result: %v", shown.Name, shown.Got, issues)
		}
	}
}
