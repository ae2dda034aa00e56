package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"passage/automation/outcome"
	"passage/views"
	"passage/views/docs"
)

// renderReference writes the page from the OpenAPI document as it is served.
func (d *Document) renderReference(document []byte) ([]byte, error) {
	described, err := d.readSchemas(document)
	if err != nil {
		return nil, err
	}
	page := docs.Page{
		Base: strings.TrimSuffix(d.PublicURL.String(), "/"), About: paragraphs(aboutAll), Keys: aboutKeys,
		Webhooks: d.webhookReference(described), Codes: codeReference(), Resources: d.resourceReference(described), Sockets: d.socketReference(), Sandbox: d.Sandbox,
	}
	byPart := map[string][]docs.Operation{}
	for _, operation := range d.operations {
		shown := d.operationReference(described, operation)
		byPart[operation.Tags[0]] = append(byPart[operation.Tags[0]], shown)
		switch operation.OperationID {
		case "createLink":
			page.Create, page.Created = shown.Curl, shown.Example
		case "getLink":
			page.Look = shown.Curl
		}
	}
	for _, part := range parts {
		if operations := byPart[part.name]; operations != nil {
			page.Parts = append(page.Parts, docs.Part{Name: part.name, About: part.about, Operations: operations})
		}
	}
	if page.Webhooks.Verifiers, err = d.verifiers(); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := docs.ReferencePage(page).Render(context.Background(), &text); err != nil {
		return nil, fmt.Errorf("render the reference: %w", err)
	}
	return text.Bytes(), nil
}

func paragraphs(text string) []string { return strings.Split(text, "\n\n") }

func (d *Document) operationReference(described *schemas, operation *huma.Operation) docs.Operation {
	reply := d.reply(operation)
	shown := docs.Operation{ID: operation.OperationID, Method: operation.Method, Path: operation.Path, Summary: operation.Summary,
		About: paragraphs(operation.Description), Curl: d.curl(operation),
		Status: strconv.Itoa(operation.DefaultStatus) + " " + http.StatusText(operation.DefaultStatus)}
	for _, parameter := range operation.Parameters {
		schema := described.of(parameter.Schema)
		place := map[string]string{"path": "in the path", "query": "in the query", "header": "header"}[parameter.In]
		shown.Parameters = append(shown.Parameters, docs.Field{Name: parameter.Name, Type: place + ", " + described.kind(schema),
			About: sentences(parameter.Description, schema.limits()), Required: parameter.Required})
	}
	if operation.RequestBody != nil {
		shown.Body = optional(described.fields(described.of(operation.RequestBody.Content["application/json"].Schema)))
	}
	if content := reply.Content["application/json"]; content != nil {
		shown.Reply, shown.Example = described.fields(described.of(content.Schema)), indent(content.Example)
	}
	for _, fault := range errorsOf(operation) {
		shown.Errors = append(shown.Errors, docs.Error{Status: fault.Status, Code: fault.Code, Text: fault.Message})
	}
	return shown
}

// optional removes “or null” from the types of optional fields: null means the
// same as not to give a field.
func optional(fields []docs.Field) []docs.Field {
	for n := range fields {
		fields[n].Type = strings.TrimSuffix(fields[n].Type, orNothing)
	}
	return fields
}

// curl returns the example of an operation as a shell command.
func (d *Document) curl(operation *huma.Operation) string {
	address, query := operation.Path, ""
	for _, parameter := range operation.Parameters {
		switch example := fmt.Sprint(parameter.Example); {
		case parameter.In == "path":
			address = strings.Replace(address, "{"+parameter.Name+"}", example, 1)
		case parameter.Name == "limit":
			query = "?limit=" + example
		}
	}
	parts := []string{"curl"}
	if operation.Method != http.MethodGet && (operation.RequestBody == nil || operation.Method != http.MethodPost) {
		parts[0] += " -X " + operation.Method
	}
	parts[0] += " " + d.PublicURL.JoinPath(address).String() + query
	if operation.Metadata[ScopeKey] != nil {
		parts = append(parts, `-H "Authorization: Bearer $PASSAGE_KEY"`)
	}
	if operation.RequestBody != nil {
		parts = append(parts, `-H "Content-Type: application/json"`, "-d '"+indent(operation.RequestBody.Content["application/json"].Example)+"'")
	}
	return strings.Join(parts, " \\\n  ")
}

// indent formats an example.
func indent(example any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(example); err != nil {
		return "" // cannot happen: the document contains the same example
	}
	return strings.TrimSpace(text.String())
}

func codeReference() (all []docs.Code) {
	person := views.Match("en")
	for _, entry := range outcome.All() {
		text := person.Code(entry.Code)
		fill := func(sentence string) string {
			return views.Fill(sentence, "service", "Demo Mobile", "merchant", "Acme")
		}
		all = append(all, docs.Code{Code: string(entry.Code), Title: fill(text.Title), Advice: fill(text.Advice),
			Developer: entry.Developer, Retryable: entry.Retryable, Actor: string(entry.Actor)})
	}
	return all
}

func (d *Document) webhookReference(described *schemas) docs.Webhooks {
	shown := docs.Webhooks{Delivery: aboutDeliveries, Payload: described.fields(described.named("WebhookPayload")),
		Example: indent(exampleWebhook("link.complete"))}
	for _, name := range slices.Sorted(maps.Keys(webhookEvents)) {
		shown.Events = append(shown.Events, docs.Field{Name: name, About: webhookEvents[name]})
	}
	for _, header := range webhookHeaders {
		shown.Headers = append(shown.Headers, docs.Field{Name: header.name, About: header.about})
	}
	return shown
}

func (d *Document) resourceReference(described *schemas) (all []docs.Resource) {
	for _, name := range d.Resources.Names() {
		resource, action, _ := strings.Cut(name, ".")
		operation, _ := d.Resources.Operation(resource, action)
		shown := docs.Resource{Name: name, About: operation.Description}
		if arguments := described.named(schemaName(name) + "Arguments"); arguments != nil {
			shown.Arguments, shown.Given = described.fields(arguments), indent(described.sample(arguments))
		}
		result := described.named(schemaName(name) + "Result")
		shown.Result, shown.Got = described.fields(result), indent(described.sample(result))
		all = append(all, shown)
	}
	return all
}

// languages are the languages of the verifiers, by file extension.
var languages = []struct{ end, name string }{{".ts", "TypeScript"}, {".py", "Python"}, {".go", "Go"}}

func (d *Document) verifiers() (files []docs.File, err error) {
	if d.Verifiers == nil {
		return nil, nil
	}
	for _, language := range languages {
		text, err := fs.ReadFile(d.Verifiers, "verify"+language.end)
		if err != nil {
			return nil, fmt.Errorf("read the verifiers: %w", err)
		}
		files = append(files, docs.File{Name: "verify" + language.end, Language: language.name, Text: string(text)})
	}
	return files, nil
}
