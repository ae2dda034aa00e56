package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"passage/automation/outcome"
	"passage/automation/resources"
	"passage/automation/script"
	"passage/cmd/passage/console"
	"passage/views"
)

// integrationsDocs prints the reference for authors of scripts, generated from the
// code.
type integrationsDocs struct {
	Section string `arg:"" optional:"" enum:"all,words,outcomes,resources,keys" default:"all" help:"Print one part: words, outcomes, resources or keys."`
}

// Run prints the reference, in Markdown.
func (c *integrationsDocs) Run(out *console.Console) error {
	rules, err := resources.Load()
	if err != nil {
		return err
	}
	text := views.Match("en")
	var parts []string
	for _, part := range []struct {
		name string
		text func() string
	}{
		{"words", script.Reference},
		{"outcomes", func() string { return outcomeDocs(text) }},
		{"resources", func() string { return resourceDocs(rules) }},
		{"keys", func() string { return keyDocs(text) }},
	} {
		if c.Section == "all" || c.Section == part.name {
			parts = append(parts, part.text())
		}
	}
	return out.Printf("%s", strings.Join(parts, "\n"))
}

const outcomeHead = `# The outcomes of a session

A session that does not succeed ends with one of these codes. {service} and {merchant} are filled in. “Again” says whether another attempt on the same link may help, and is offered to the person. A script may state some of them with fail(code); Passage finds the others by itself. Passage tries nothing again by itself. A change that was submitted ends as done, as OPERATION_REJECTED where the site itself refused it, and else as OPERATION_UNKNOWN.

| code | the person reads | the developer reads | again | who has to act | a script may state it |
| --- | --- | --- | --- | --- | --- |
`

// outcomeDocs is a table of all outcomes.
func outcomeDocs(text *views.Text) string {
	var out strings.Builder
	out.WriteString(outcomeHead)
	for _, entry := range outcome.All() {
		told := text.Code(entry.Code)
		fmt.Fprintf(&out, "| `%s` | **%s.** %s | %s | %s | %s | %s |\n", entry.Code, told.Title, told.Advice, entry.Developer,
			yesNo(entry.Retryable), entry.Actor, yesNo(script.MayState(entry.Code)))
	}
	return out.String()
}

func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// resourceDocs lists the operations with the schemas of arguments and results.
func resourceDocs(rules *resources.Set) string {
	var out strings.Builder
	out.WriteString("# The resources\n\nWhat an operation takes and what it must give, as JSON Schemas. An argument that is marked x-sensitive is opaque to the script; x-format names what Passage checks besides the pattern.\n")
	for _, name := range rules.Names() {
		resource, action, _ := strings.Cut(name, ".")
		operation, _ := rules.Operation(resource, action)
		fmt.Fprintf(&out, "\n## `%s`\n\n%s\n", name, operation.Description)
		if !operation.TakesArguments() {
			out.WriteString("\nIt takes no arguments.\n")
		} else {
			fmt.Fprintf(&out, "\nArguments:\n\n```json\n%s\n```\n", indented(operation.Arguments))
		}
		fmt.Fprintf(&out, "\nResult:\n\n```json\n%s\n```\n", indented(operation.Result))
	}
	return out.String()
}

func indented(text json.RawMessage) string {
	var out bytes.Buffer
	if json.Indent(&out, text, "", "  ") != nil {
		return string(text) // impossible: the schema was compiled
	}
	return out.String()
}

// keyDocs lists the keys of sentences.
func keyDocs(text *views.Text) string {
	var out strings.Builder
	out.WriteString("# The keys\n\nA script holds no sentences for people: it names a key, and the text comes from Passage, in the person's language. For a key that is not here people read something general.\n")
	table := func(title string, texts map[string]string) {
		fmt.Fprintf(&out, "\n## %s\n\n| key | text |\n| --- | --- |\n", title)
		for _, key := range slices.Sorted(maps.Keys(texts)) {
			if key != "" {
				fmt.Fprintf(&out, "| `%s` | %s |\n", key, texts[key])
			}
		}
	}
	table("Labels, of field(…) and of what user.confirm shows", text.Fields)
	table("Reasons, of attempt.reject(…) and user.text(…)", text.Reasons)
	table("Choices, the reason of user.choose(…)", text.Choices)
	table("Progress, of progress(…)", text.Progress)
	found := map[string]string{}
	for key, amount := range text.Found {
		found[key] = amount.Many
	}
	table("Progress with a count", found)
	return out.String()
}
