package script

import (
	_ "embed" // the guide
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Reference returns the guide to writing integrations and the description of
// every word, in Markdown.
func Reference() string {
	var out strings.Builder
	out.WriteString(guide)
	page := manuals(pageWords, func(w pageWord) manual { return w.manual })
	maps.Copy(page, manuals(pageTexts, func(t pageText) manual { return t.manual }))
	global := manuals(globalWords, func(w globalWord) manual { return w.manual })
	user := manuals(userWords, func(w userWord) manual { return w.manual })
	writeSection(&out, "In the file and in functions", "Beside these there are Starlark's own: dict, enumerate, int, len, list, range, sorted, str, zip and so on.", global)
	writeSection(&out, "The page", "Passed in as page. Every word is a step of the recording. Times are in seconds, at most 120.", page)
	writeSection(&out, "The user", "Passed in as user. The browser stays on the page while the user answers.", user)
	writeSection(&out, "An attempt", "What a loop over user.credentials or user.one_time_code is given.", attemptManuals)
	return out.String()
}

func manuals[W any](words map[string]W, manualOf func(W) manual) map[string]manual {
	entries := map[string]manual{}
	for name, word := range words {
		entries[name] = manualOf(word)
	}
	return entries
}

func writeSection(out *strings.Builder, title, about string, entries map[string]manual) {
	fmt.Fprintf(out, "\n## %s\n\n%s\n", title, about)
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		entry := entries[name]
		fmt.Fprintf(out, "\n### `%s`\n\n%s\n\nErrors: %s\n\n```python\n%s\n```\n", entry.Signature, entry.About, entry.Errors, entry.Example)
	}
}

//go:embed guide.md
var guide string

// PageWords returns the parameters of the page's words that take no others.
func PageWords() map[string][]Parameter {
	return parametersOf(manuals(pageWords, func(w pageWord) manual { return w.manual }))
}

// UserWords returns the parameters of the user's words that take no others.
func UserWords() map[string][]Parameter {
	return parametersOf(manuals(userWords, func(w userWord) manual { return w.manual }))
}

// GlobalWords returns the parameters of the global words that take no others.
func GlobalWords() map[string][]Parameter {
	return parametersOf(manuals(globalWords, func(w globalWord) manual { return w.manual }))
}

func parametersOf(entries map[string]manual) map[string][]Parameter {
	words := map[string][]Parameter{}
	for name, entry := range entries {
		if parameters := entry.parameters(); parameters != nil {
			words[name] = parameters
		}
	}
	return words
}
