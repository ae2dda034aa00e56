package branding

import (
	"strings"
	"testing"
)

func TestIsAppScheme_RefusesWhatMeansSomethingElse(t *testing.T) {
	t.Parallel()
	if len(refusedSchemes) < 400 {
		t.Errorf("only %d schemes", len(refusedSchemes))
	}
	for name := range refusedSchemes {
		if !appScheme.MatchString(name) {
			t.Errorf("%q is not a scheme in lower case", name)
		}
		if IsAppScheme(name) || IsAppScheme(strings.ToUpper(name)) {
			t.Errorf("%s: is accepted", name)
		}
		if _, reason := readReturnTo(name + ":"); reason == "" {
			t.Errorf("%s: may be returned to", name)
		}
	}
	for _, name := range []string{"https", "", "1app", "my app"} {
		if IsAppScheme(name) {
			t.Errorf("%q is accepted", name)
		}
	}
	if !IsAppScheme("myapp") || !IsAppScheme("com.example.App") {
		t.Error("an app's own scheme is refused")
	}
}
