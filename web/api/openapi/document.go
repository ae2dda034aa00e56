// Package openapi writes the OpenAPI document of the merchant API, and the
// reference page for developers from it.
//
// It owns the texts, the examples and the schemas of the document, and the model
// of the page. It does not own the routes and what they do (web/api), the JSON of
// bodies (web/api/wire) or the page's HTML (views/docs). Its invariant: the page
// shows nothing that the document does not, apart from the sockets, which OpenAPI
// cannot describe.
package openapi

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"passage/automation/resources"
	"passage/db"
	"passage/views/docs"
	"passage/web/api/wire"
)

// SecurityScheme names the API key in the document.
const SecurityScheme = "apiKey"

// NoKey is the security of an operation that needs no API key.
var NoKey = []map[string][]string{{}}

// The keys of an operation's metadata, for what huma has no fields.
const (
	ErrorsKey = "errors" // []error: what may go wrong with this operation alone
	ScopeKey  = "scope"  // db.Scope that it needs; none where it needs no key
)

// Options are what the document and the reference describe.
type Options struct {
	PublicURL *url.URL
	Resources *resources.Set
	Sandbox   *docs.Sandbox // nil: there is none
	Verifiers fs.FS         // nil: none are shown
}

// Document is the OpenAPI document while it is written.
type Document struct {
	Options
	api        *huma.OpenAPI
	operations []*huma.Operation // in the order in which they were added
}

// New begins a document; its operations are registered with Huma.
func New(options Options) *Document {
	return &Document{Options: options, api: &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "Passage", Version: "1", Description: aboutAll,
			License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}},
		Servers: []*huma.Server{{URL: options.PublicURL.String()}},
		Tags:    tags(),
		Components: &huma.Components{
			Schemas: huma.NewMapRegistry(schemaPrefix, nameSchema),
			SecuritySchemes: map[string]*huma.SecurityScheme{SecurityScheme: {
				Type: "http", Scheme: "bearer", BearerFormat: "psg_…", Description: aboutKeys}},
		},
	}}
}

// Config makes huma describe the operations that are registered with it in this
// document.
func (d *Document) Config() huma.Config {
	return huma.Config{
		OpenAPI:                      d.api,
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true, // a misspelt filter must not list everything
		// No CreateHooks: the default one puts “$schema” into every reply. No
		// paths: huma writes its documents at the first request, unguarded.
	}
}

// Add lists an operation that was registered with huma.
func (d *Document) Add(registered huma.Operation) {
	item := d.api.Paths[registered.Path]
	d.operations = append(d.operations, map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodDelete: item.Delete}[registered.Method])
}

// Render returns the document, and the reference page that is written from it.
// All operations must have been added.
func (d *Document) Render() (document, reference []byte, err error) {
	d.complete()
	if document, err = json.Marshal(d.api); err != nil {
		return nil, nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	reference, err = d.renderReference(document)
	return document, reference, err
}

// complete adds what huma cannot know: the bodies that are read and written
// without it, the errors, the headers and the webhooks.
func (d *Document) complete() {
	d.describeBodies()
	d.describeWebhooks()
	d.describeResources()
	d.completeSchemas()
	d.describeHeaders()
	for _, operation := range d.operations {
		operation.Tags = []string{tagOf(operation.Path)}
		operation.Description = describe(operation)
		d.describeErrors(operation)
		d.describeReply(operation)
	}
	delete(d.schemas(), "ApiError") // each code has a schema of its own
	d.addExamples()
}

// describeBodies describes the bodies that huma takes for a string of bytes.
func (d *Document) describeBodies() {
	d.describeBody("/v1/links", wire.LinkRequest{}, wire.CreatedLink{})
	d.describeBody("/v1/events/resend", wire.ResendRequest{}, nil)
	d.describeBody("/v1/links/{id}/redeem", wire.RedeemRequest{}, nil)
	d.describeBody("/link/claim", wire.ClaimRequest{}, nil)
	d.describeBody("/webhook_verification_key/get", wire.VerificationKeyRequest{}, nil)
}

// describeBody sets the schemas of the body of a POST, and of its reply where huma
// does not know it (response is not nil).
func (d *Document) describeBody(path string, request, response any) {
	operation := d.api.Paths[path].Post
	operation.RequestBody.Content = d.content(d.schemaOf(request))
	d.describeRequest(reflect.TypeOf(request))
	if response != nil {
		d.reply(operation).Content = d.content(d.schemaOf(response))
	}
}

func (d *Document) content(schema *huma.Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{"application/json": {Schema: schema}}
}

// reply returns the reply of an operation that succeeds.
func (d *Document) reply(operation *huma.Operation) *huma.Response {
	return operation.Responses[strconv.Itoa(operation.DefaultStatus)]
}

// describe returns the description of an operation, with the scope that it needs.
func describe(operation *huma.Operation) string {
	text := descriptions[operation.OperationID]
	switch operation.Metadata[ScopeKey] {
	case db.ScopeLinks:
		text += "\n\nTakes a key with the scope `links` or `all`."
	case db.ScopeAll:
		text += "\n\nTakes a key with the scope `all`."
	case db.ScopeRead:
		text += "\n\nTakes any key."
	default:
		text += "\n\nNeeds no key."
	}
	return strings.TrimSpace(text)
}

// describeHeaders describes the headers of replies.
func (d *Document) describeHeaders() {
	text := func(description string, example any) *huma.Header {
		return &huma.Header{Description: description, Schema: &huma.Schema{Type: huma.TypeString}, Example: example}
	}
	number := func(description string, example int) *huma.Header {
		return &huma.Header{Description: description, Schema: &huma.Schema{Type: huma.TypeInteger}, Example: example}
	}
	d.api.Components.Headers = map[string]*huma.Header{
		"X-Request-Id":           text("Names this request in the server's log. One that you send is kept: up to 64 letters, digits, “_” and “-”.", "req_3ZQ6M5YVTKX2W7RH"),
		"Retry-After":            number("Seconds to wait before the next try.", 12),
		"WWW-Authenticate":       text("Always “Bearer”.", "Bearer"),
		"Idempotent-Replayed":    text("“true” where the reply is that of an earlier request with the same Idempotency-Key.", "true"),
		wire.RateLimitHeader:     number("How many requests a minute your key is good for. Absent where the operator sets no limit.", 6000),
		wire.RateRemainingHeader: number("How many of them are left.", 5999),
		wire.RateResetHeader:     number("Seconds until all of them are there again.", 42),
	}
}

func headers(names ...string) map[string]*huma.Header {
	found := map[string]*huma.Header{}
	for _, name := range append(names, "X-Request-Id") {
		found[name] = &huma.Header{Ref: "#/components/headers/" + name}
	}
	return found
}

// describeReply completes the reply of an operation that succeeds.
func (d *Document) describeReply(operation *huma.Operation) {
	reply := d.reply(operation)
	reply.Description = replies[operation.DefaultStatus]
	var names []string
	if operation.Metadata[ScopeKey] != nil {
		names = []string{wire.RateLimitHeader, wire.RateRemainingHeader, wire.RateResetHeader}
	}
	if reply.Headers["Idempotent-Replayed"] != nil {
		names = append(names, "Idempotent-Replayed")
	}
	reply.Headers = headers(names...)
}

var replies = map[int]string{
	http.StatusOK:        "Done.",
	http.StatusCreated:   "Created.",
	http.StatusAccepted:  "Accepted: it will be done.",
	http.StatusNoContent: "Done; the reply has no body.",
}

// tagOf returns the part of the API that a path belongs to.
func tagOf(path string) string {
	for _, part := range parts {
		if slices.ContainsFunc(part.below, func(below string) bool { return strings.HasPrefix(path, below) }) {
			return part.name
		}
	}
	return ""
}

func tags() (all []*huma.Tag) {
	for _, part := range parts {
		all = append(all, &huma.Tag{Name: part.name, Description: part.about})
	}
	return all
}
