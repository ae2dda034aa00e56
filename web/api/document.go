package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"passage/db"
	"passage/web/api/wire"
)

// securityScheme names the API key in the OpenAPI document.
const securityScheme = "apiKey"

// What routes.go says of an operation that no field of huma's holds.
const (
	faultsOwn = "faults" // []error
	scopeOf   = "scope"  // db.Scope; none where nobody needs a key
)

func (a *API) config() huma.Config {
	replaceErrors()
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Passage", Version: "1", Description: aboutAll,
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}},
			Servers: []*huma.Server{{URL: a.PublicURL.String()}},
			Tags:    tags(),
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry(schemaPrefix, nameSchema),
				SecuritySchemes: map[string]*huma.SecurityScheme{securityScheme: {
					Type: "http", Scheme: "bearer", BearerFormat: "psg_…", Description: aboutKeys}},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true, // a misspelt filter must not list everything
		// No CreateHooks: the default one puts “$schema” into every reply. No
		// paths: huma writes its documents at the first request, unguarded.
	}
}

// complete says in the OpenAPI document what huma cannot know: of the bodies
// that this package reads and writes itself, of the errors, the headers, and
// the webhooks.
func (a *API) complete() {
	a.describeBodies()
	a.describeWebhooks()
	a.describeResources()
	a.mendSchemas()
	a.describeHeaders()
	for _, operation := range a.operations {
		operation.Tags = []string{tagOf(operation.Path)}
		operation.Description = describe(operation)
		a.describeErrors(operation)
		a.describeReply(operation)
	}
	delete(a.schemas(), "ApiError") // each code has a schema of its own
	a.addExamples()
}

// list remembers an operation that was registered, as the document has it.
func (a *API) list(registered huma.Operation) {
	item := a.huma.OpenAPI().Paths[registered.Path]
	a.operations = append(a.operations, map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodDelete: item.Delete}[registered.Method])
}

// describeBodies replaces what huma takes for a string of bytes.
func (a *API) describeBodies() {
	a.describeBody("/v1/links", wire.LinkRequest{}, wire.CreatedLink{})
	a.describeBody("/v1/events/resend", wire.ResendRequest{}, nil)
	a.describeBody("/v1/links/{id}/redeem", wire.RedeemRequest{}, nil)
	a.describeBody("/link/claim", wire.ClaimRequest{}, nil)
	a.describeBody("/webhook_verification_key/get", wire.VerificationKeyRequest{}, nil)
}

// describeBody says what a POST takes, and what it gives where that is rendered
// here (nil: huma knows).
func (a *API) describeBody(path string, request, response any) {
	operation := a.huma.OpenAPI().Paths[path].Post
	operation.RequestBody.Content = a.content(a.schemaOf(request))
	a.describeRequest(reflect.TypeOf(request))
	if response != nil {
		a.reply(operation).Content = a.content(a.schemaOf(response))
	}
}

func (a *API) content(schema *huma.Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{"application/json": {Schema: schema}}
}

// reply is what an operation gives where nothing goes wrong.
func (a *API) reply(operation *huma.Operation) *huma.Response {
	return operation.Responses[strconv.Itoa(operation.DefaultStatus)]
}

// describe is the longer text of an operation, and what key it takes.
func describe(operation *huma.Operation) string {
	text := descriptions[operation.OperationID]
	switch operation.Metadata[scopeOf] {
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

// describeHeaders writes down each header that replies have.
func (a *API) describeHeaders() {
	text := func(description string, example any) *huma.Header {
		return &huma.Header{Description: description, Schema: &huma.Schema{Type: huma.TypeString}, Example: example}
	}
	number := func(description string, example int) *huma.Header {
		return &huma.Header{Description: description, Schema: &huma.Schema{Type: huma.TypeInteger}, Example: example}
	}
	a.huma.OpenAPI().Components.Headers = map[string]*huma.Header{
		"X-Request-Id":        text("Names this request in the server's log. One that you send is kept: up to 64 letters, digits, “_” and “-”.", "req_3ZQ6M5YVTKX2W7RH"),
		"Retry-After":         number("Seconds to wait before the next try.", 12),
		"WWW-Authenticate":    text("Always “Bearer”.", "Bearer"),
		"Idempotent-Replayed": text("“true” where the reply is that of an earlier request with the same Idempotency-Key.", "true"),
		rateLimit:             number("How many requests a minute your key is good for. Absent where the operator sets no limit.", 6000),
		rateRemaining:         number("How many of them are left.", 5999),
		rateReset:             number("Seconds until all of them are there again.", 42),
	}
}

func headers(names ...string) map[string]*huma.Header {
	found := map[string]*huma.Header{}
	for _, name := range append(names, "X-Request-Id") {
		found[name] = &huma.Header{Ref: "#/components/headers/" + name}
	}
	return found
}

// describeReply completes the reply of an operation where nothing goes wrong.
func (a *API) describeReply(operation *huma.Operation) {
	reply := a.reply(operation)
	reply.Description = replies[operation.DefaultStatus]
	var names []string
	if operation.Metadata[scopeOf] != nil {
		names = []string{rateLimit, rateRemaining, rateReset}
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

// tagOf is what part of the API an address belongs to.
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

// serveDocument writes the OpenAPI document and the page about it once, and
// serves the first.
func (a *API) serveDocument(r chi.Router) error {
	document, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	if a.reference, err = a.renderReference(document); err != nil {
		return err
	}
	r.Get("/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(document) // a failed write means that nobody is there
	})
	return nil
}
