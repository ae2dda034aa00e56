package api_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"passage/automation/resources"
	"passage/web/api"
)

// described is the OpenAPI document, ready to check requests and replies with:
// every reply that a test of this package gets goes through it.
type described struct {
	document   map[string]any
	operations []operation
	webhook    *jsonschema.Schema // the payload of all three
}

// operation is what the document says of one address and method.
type operation struct {
	method, path string
	pattern      *regexp.Regexp // of the path
	fields       map[string]any
	request      *jsonschema.Schema // nil where it takes no body
	replies      map[int]*answer
}

// answer is what the document says of a status.
type answer struct {
	headers []string
	codes   []string           // the errors that it can be; nil for a success
	body    *jsonschema.Schema // nil where there is none
}

// theDocument is read once: it is the same for every server.
var theDocument = sync.OnceValues(func() (*described, error) {
	set, err := resources.Load()
	if err != nil {
		return nil, err
	}
	public, err := url.Parse(publicURL)
	if err != nil {
		return nil, err
	}
	router := chi.NewRouter()
	if err := api.New(api.Options{Resources: set, PublicURL: public}).Mount(router); err != nil {
		return nil, err
	}
	recorder := httptest.NewRecorder()
	router.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/openapi.json", http.NoBody))
	return readDocument(recorder.Body.Bytes())
})

func readDocument(text []byte) (*described, error) {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("urn:openapi", parsed); err != nil {
		return nil, err
	}
	d := &described{document: parsed.(map[string]any)}
	if d.webhook, err = compiler.Compile("urn:openapi#" + pointer("components", "schemas", "WebhookPayload")); err != nil {
		return nil, err
	}
	for path, item := range d.document["paths"].(map[string]any) {
		for method, fields := range item.(map[string]any) {
			o := operation{method: strings.ToUpper(method), path: path, fields: fields.(map[string]any), replies: map[int]*answer{},
				pattern: regexp.MustCompile("^" + strings.NewReplacer(`\{id\}`, "[^/]*", `\{externalUserId\}`, "[^/]+").Replace(regexp.QuoteMeta(path)) + "$")}
			if err := o.read(d, compiler, "#"+pointer("paths", path, method)); err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			d.operations = append(d.operations, o)
		}
	}
	slices.SortFunc(d.operations, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return d, nil
}

func pointer(names ...string) (text string) {
	for _, name := range names {
		text += "/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
	}
	return text
}

func (o *operation) read(d *described, compiler *jsonschema.Compiler, at string) (err error) {
	body := pointer("content", "application/json", "schema")
	if o.fields["requestBody"] != nil {
		if o.request, err = compiler.Compile("urn:openapi" + at + "/requestBody" + body); err != nil {
			return err
		}
	}
	for status, reply := range o.fields["responses"].(map[string]any) {
		number, fields, place := 0, reply.(map[string]any), at+"/responses/"+status
		if _, err := fmt.Sscan(status, &number); err != nil {
			return fmt.Errorf("the status %q is none", status)
		}
		if shared, ok := fields["$ref"].(string); ok {
			fields, place = d.at(shared), shared
		}
		a := &answer{}
		for name := range fields["headers"].(map[string]any) {
			a.headers = append(a.headers, name)
		}
		if content, ok := fields["content"].(map[string]any); ok {
			if a.body, err = compiler.Compile("urn:openapi" + place + body); err != nil {
				return err
			}
			examples, _ := content["application/json"].(map[string]any)["examples"].(map[string]any)
			for code := range examples {
				a.codes = append(a.codes, code)
			}
		}
		o.replies[number] = a
	}
	return nil
}

// at finds what a reference refers to.
func (d *described) at(reference string) map[string]any {
	var found any = d.document
	for name := range strings.SplitSeq(strings.TrimPrefix(reference, "#/"), "/") {
		found = found.(map[string]any)[name]
	}
	return found.(map[string]any)
}

// find is the operation that a request is for; nil where there is none.
func (d *described) find(method, path string) *operation {
	path, _, _ = strings.Cut(path, "?")
	for n, o := range d.operations {
		if o.method == method && o.pattern.MatchString(path) {
			return &d.operations[n]
		}
	}
	return nil
}

// check says what of a reply the document does not, and whether a request that
// was taken is one that the document describes. What no operation does is a 404
// or a 405.
func (d *described) check(method, path, request string, status int, header http.Header, body []byte) error {
	o := d.find(method, path)
	if o == nil {
		return nil
	}
	a := o.replies[status]
	if a == nil {
		return fmt.Errorf("%s %s: the document does not know the status %d: list the fault in routes.go", o.method, o.path, status)
	}
	var wrong error
	if status < 300 && o.request != nil {
		wrong = fits(o.request, []byte(strings.TrimPrefix(request, "\ufeff")), "the request that was taken")
	}
	for _, name := range a.headers {
		if header.Get(name) == "" && (name == "X-Request-Id" || name == "Retry-After" || name == "WWW-Authenticate") {
			wrong = errors.Join(wrong, fmt.Errorf("no %s", name))
		}
	}
	switch {
	case a.body == nil && len(body) > 0:
		wrong = errors.Join(wrong, errors.New("it has a body"))
	case a.body != nil && header.Get("Content-Type") != "application/json":
		wrong = errors.Join(wrong, fmt.Errorf("its Content-Type is %q", header.Get("Content-Type")))
	case a.body != nil:
		wrong = errors.Join(wrong, fits(a.body, body, "the reply"))
	}
	if wrong != nil {
		return fmt.Errorf("%s %s, %d: %w\n%.2000s", o.method, o.path, status, wrong, body)
	}
	return nil
}

func fits(schema *jsonschema.Schema, body []byte, what string) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(value)
	}
	if err != nil {
		return fmt.Errorf("%s is not as described: %w", what, err)
	}
	return nil
}

// wantDescribed fails the test where a reply is not in the document.
func (s *server) wantDescribed(method, path, request string, got reply) {
	s.t.Helper()
	document, err := theDocument()
	if err == nil && method != http.MethodHead {
		err = document.check(method, path, request, got.status, got.header, got.body)
	}
	if err != nil {
		s.t.Error(err)
	}
}
