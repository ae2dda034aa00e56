package openapi

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"passage/automation/resources"
	"passage/web/api/wire"
)

// Developers copy from the reference: what they copy has to be accepted.
func TestReference_ShowsValidSamples(t *testing.T) {
	t.Parallel()
	set, err := resources.Load()
	if err != nil {
		t.Fatal(err)
	}
	d := New(Options{Resources: set, PublicURL: &url.URL{Scheme: "https", Host: "passage.example"}})
	for _, body := range []any{wire.LinkRequest{}, wire.Link{}, wire.WebhookPayload{}, wire.ExportedLink{}} {
		d.schemaOf(body)
	}
	d.describeResources()
	document, err := json.Marshal(d.api)
	if err != nil {
		t.Fatal(err)
	}
	described, err := d.readSchemas(document)
	if err != nil {
		t.Fatal(err)
	}
	all := d.resourceReference(described)
	if len(all) != len(set.Names()) {
		t.Errorf("the reference shows %d of %d resources", len(all), len(set.Names()))
	}
	for _, shown := range all {
		resource, action, _ := strings.Cut(shown.Name, ".")
		operation, _ := set.Operation(resource, action)
		if shown.Given != "" {
			if issues := operation.CheckArguments(json.RawMessage(shown.Given)); issues != nil {
				t.Errorf("%s: the arguments %s are invalid: %v", shown.Name, shown.Given, issues)
			}
		}
		if issues := operation.CheckResult(json.RawMessage(shown.Got)); issues != nil {
			t.Errorf("%s: the result %s is invalid: %v", shown.Name, shown.Got, issues)
		}
	}
}
