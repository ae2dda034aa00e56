package db_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"passage/db"
)

var update = flag.Bool("update", false, "write the diagrams of README.md anew")

func TestREADME_ShowsTheDiagramsThatThePropertyTestWalks(t *testing.T) {
	const file = "README.md"
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	text = replaceSection(t, text, "link states", mermaid(linkDiagram, db.LinkStatuses()))
	text = replaceSection(t, text, "session states", mermaid(sessionDiagram, db.SessionStatuses()))
	if text == string(content) {
		return
	}
	if !*update {
		t.Fatalf("%s does not show the diagrams of property_test.go: run go test ./db -run README -update", file)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// mermaid draws a diagram, the states in their usual order.
func mermaid[S ~string](diagram map[S]map[S]string, states []S) string {
	name := func(state S) string {
		if state == "" {
			return "[*]"
		}
		return string(state)
	}
	var text strings.Builder
	text.WriteString("```mermaid\nstateDiagram-v2\n")
	for _, from := range append([]S{""}, states...) {
		for _, to := range slices.SortedFunc(maps.Keys(diagram[from]), func(a, b S) int { return slices.Index(states, a) - slices.Index(states, b) }) {
			fmt.Fprintf(&text, "    %s --> %s: %s\n", name(from), name(to), diagram[from][to])
		}
	}
	text.WriteString("```")
	return text.String()
}

// replaceSection replaces what stands between the marks of a generated section.
func replaceSection(t *testing.T, text, section, content string) string {
	t.Helper()
	before, rest, found := strings.Cut(text, "<!-- begin "+section+" -->\n")
	_, after, closed := strings.Cut(rest, "\n<!-- end "+section+" -->")
	if !found || !closed {
		t.Fatalf("README.md has no section %q", section)
	}
	return before + "<!-- begin " + section + " -->\n" + content + "\n<!-- end " + section + " -->" + after
}
