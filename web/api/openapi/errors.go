package openapi

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"passage/db"
	"passage/web/api/wire"
	"passage/web/problem"
)

// errorsOf returns every error that an operation can have, as clients see it.
func errorsOf(operation *huma.Operation) (all []*problem.Problem) {
	problems := []error{
		// Every operation refuses query parameters that it does not know.
		problem.Invalid(problem.Issue{Path: "limit", Message: "must be at most 100"}),
	}
	if operation.RequestBody != nil {
		problems[0] = problem.Invalid(problem.Issue{Path: "operations.0.arguments.cvv", Message: "is required"})
		problems = append(problems, problem.BadJSON(), problem.TooSlow(), problem.TooLarge(), problem.NotJSON(), problem.Encoded())
	}
	switch operation.Metadata[ScopeKey] {
	case db.ScopeRead:
		problems = append(problems, problem.Unauthorized())
	case db.ScopeLinks:
		problems = append(problems, problem.Unauthorized(), problem.InsufficientScope(db.ScopeRead))
	case db.ScopeAll:
		problems = append(problems, problem.Unauthorized(), problem.InsufficientScope(db.ScopeLinks))
	}
	if strings.Contains(operation.Path, "{id}") {
		problems = append(problems, problem.NotFound())
	}
	own, _ := operation.Metadata[ErrorsKey].([]error)
	problems = slices.Concat(problems, own, []error{problem.TooMany(12 * time.Second), problem.Unavailable(), errUnforeseen})
	for _, known := range problems {
		all = append(all, problem.FromError(known))
	}
	slices.SortStableFunc(all, func(a, b *problem.Problem) int { return a.Status - b.Status })
	return all
}

// errUnforeseen stands for any internal error.
var errUnforeseen = http.ErrAbortHandler

// describeErrors lists the errors of an operation by status and code.
func (d *Document) describeErrors(operation *huma.Operation) {
	delete(operation.Responses, "default") // huma's, which says nothing
	problems := errorsOf(operation)
	for len(problems) > 0 {
		end := 1
		for end < len(problems) && problems[end].Status == problems[0].Status {
			end++
		}
		operation.Responses[strconv.Itoa(problems[0].Status)] = d.errorReply(problems[:end])
		problems = problems[end:]
	}
}

// errorReply is one of the document's shared replies, or where a status has
// several codes one of the operation's own.
func (d *Document) errorReply(problems []*problem.Problem) *huma.Response {
	schema := &huma.Schema{}
	examples := map[string]*huma.Example{}
	var said []string
	for _, known := range problems {
		schema.OneOf = append(schema.OneOf, d.errorSchema(known))
		examples[known.Code] = &huma.Example{Summary: known.Message, Value: known.Body()}
		said = append(said, "`"+known.Code+"`: "+known.Message)
	}
	if len(problems) == 1 {
		schema = schema.OneOf[0]
	}
	reply := &huma.Response{
		Description: strings.Join(said, "\n\n"),
		Content:     map[string]*huma.MediaType{"application/json": {Schema: schema, Examples: examples}},
		Headers:     headers(errorHeaders(problems[0])...),
	}
	// A reply whose text depends on the operation is the operation's own; the
	// others are shared.
	if name := pascal(problems[0].Code); len(problems) == 1 && !slices.Contains(ownTexts, problems[0].Code) {
		shared := d.api.Components
		if shared.Responses == nil {
			shared.Responses = map[string]*huma.Response{}
		}
		shared.Responses[name] = reply
		return &huma.Response{Ref: "#/components/responses/" + name}
	}
	return reply
}

// ownTexts are the codes whose text depends on the operation.
var ownTexts = []string{"insufficient_scope", "validation_failed", "link_expired", "quota_exceeded"}

func errorHeaders(known *problem.Problem) (names []string) {
	for name := range known.Headers() {
		names = append(names, http.CanonicalHeaderKey(name))
	}
	if known.Status == http.StatusUnauthorized {
		names = []string{"WWW-Authenticate"} // as the RFC writes it, not as Go does
	}
	if known.Status == http.StatusTooManyRequests {
		names = append(names, wire.RateLimitHeader, wire.RateRemainingHeader, wire.RateResetHeader)
	}
	return names
}

// errorSchema returns the schema of the error with one code: clients distinguish
// errors by it.
func (d *Document) errorSchema(known *problem.Problem) *huma.Schema {
	name := pascal(known.Code) + "Error"
	if d.schemas()[name] == nil {
		schema := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"error", "code"},
			Properties: map[string]*huma.Schema{
				"error": {Type: huma.TypeString, Description: "For people.", Examples: []any{known.Message}},
				"code":  {Type: huma.TypeString, Description: "For programs.", Enum: []any{known.Code}},
			}}
		if known.Issues != nil {
			schema.Required = append(schema.Required, "issues")
			schema.Properties["issues"] = &huma.Schema{Type: huma.TypeArray, Description: "Every fault of the request, at most 100.",
				Items: d.api.Components.Schemas.Schema(reflect.TypeFor[problem.Issue](), true, "")}
		}
		d.schemas()[name] = schema
	}
	return refer(name)
}

// pascal writes a code as a type's name: link_active is LinkActive.
func pascal(code string) string {
	var name strings.Builder
	for part := range strings.SplitSeq(code, "_") {
		name.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return name.String()
}
