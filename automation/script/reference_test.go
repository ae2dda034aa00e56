package script

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.starlark.net/starlark"

	"passage/automation/script/dialect"
)

func TestReference_HasEveryWordWithExampleThatLoads(t *testing.T) {
	t.Parallel()
	text := Reference()
	check := func(object, name string, entry manual) {
		for what, part := range map[string]string{"signature": entry.Signature, "description": entry.About, "errors": entry.Errors, "example": entry.Example} {
			if strings.TrimSpace(part) == "" {
				t.Errorf("%s.%s has no %s", object, name, what)
			}
		}
		if !strings.Contains(text, "### `"+entry.Signature+"`") || !strings.Contains(text, entry.Example) {
			t.Errorf("%s.%s is not in the reference", object, name)
		}
		if !strings.Contains(entry.Example, strings.Trim(name, "[]")) || !strings.Contains(entry.Signature, strings.Trim(name, "[]")) {
			t.Errorf("the entry of %s.%s describes another word", object, name)
		}
		if name == "integration" {
			if _, err := Load("example.star", []byte(entry.Example+"\ndef login(page, user):\n    pass\noperations = {'a.read': login}\n")); err != nil {
				t.Errorf("the example of %s: %v", name, err)
			}
			return
		}
		example := strings.ReplaceAll(entry.Example, "\n", "\n    ")
		if name == "field" { // it belongs at the top of the file
			example = "pass\n" + entry.Example
		}
		if _, err := Load("example.star", []byte(source("def run(page, arguments, user):\n    "+example+"\n"))); err != nil {
			t.Errorf("the example of %s.%s: %v\n%s", object, name, err, entry.Example)
		}
	}
	for name, word := range pageWords {
		check("page", name, word.manual)
	}
	for name, word := range userWords {
		check("user", name, word.manual)
	}
	for name, word := range globalWords {
		check("", name, word.manual)
	}
	for name, entry := range attemptManuals {
		check("attempt", name, entry)
	}
	for name, text := range pageTexts {
		check("page", name, text.manual)
	}
}

// The reference is written by hand and may be wrong: this finds parameters that
// a word does not have.
func TestReference_SignaturesNameRealParameters(t *testing.T) {
	t.Parallel()
	parameter := regexp.MustCompile(`(?:\(|, )([a-z_]+)( = [^,)]*)?`)
	words := map[string]manual{}
	maps.Copy(words, manuals(pageWords, func(w pageWord) manual { return w.manual }))
	for name, word := range globalWords {
		if !slices.Contains([]string{"integration", "field", "print"}, name) {
			words[name] = word.manual
		}
	}
	for name, entry := range words {
		signature, _, _ := strings.Cut(entry.Signature, "→")
		for _, found := range parameter.FindAllStringSubmatch(signature, -1) {
			if strings.Contains(signature, "name = ") && found[1] != "timeout" || found[1] == "name" && found[2] != "" {
				continue // named by the script
			}
			object := ""
			if _, ok := pageWords[name]; ok && (strings.HasPrefix(entry.Signature, "page.") || strings.HasPrefix(entry.Signature, "popup.") || strings.HasPrefix(entry.Signature, "for ")) {
				object = "page."
			}
			b := start(t, loadBody(t, "def run(page, arguments):\n    return "+object+name+"("+found[1]+" = struct)\n\ndef struct():\n    pass\n"))
			_, err := b.write("{}")
			if err != nil && strings.Contains(err.Error(), "unexpected keyword argument") {
				t.Errorf("%s: %v", entry.Signature, err)
			}
		}
	}
}

func TestReference_TablesHoldEveryWord(t *testing.T) {
	t.Parallel()
	for _, object := range []starlark.HasAttrs{&page{}, &user{}} {
		for _, name := range object.AttrNames() {
			if pageTexts[name].of == nil && pageWords[name].do == nil && userWords[name].do == nil {
				t.Errorf("%s.%s has no entry", object.Type(), name)
			}
		}
	}
	universe := dialect.Predeclared(nil)
	for name := range dialect.Predeclared(globalFunctions()) {
		if _, ours := globalWords[name]; !ours && !universe.Has(name) {
			t.Errorf("%s has no entry", name)
		}
	}
}
