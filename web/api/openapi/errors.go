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

// faultsOf is all that may go wrong with an operation, as callers see it.
func faultsOf(operation *huma.Operation) (all []*problem.Problem) {
	faults := []error{
		// Every operation refuses query parameters that it does not know.
		problem.Invalid(problem.Issue{Path: "limit", Message: "must be at most 100"}),
	}
	if operation.RequestBody != nil {
		faults[0] = problem.Invalid(problem.Issue{Path: "operations.0.arguments.cvv", Message: "is required"})
		faults = append(faults, problem.BadJSON(), problem.TooSlow(), problem.TooLarge(), problem.NotJSON())
	}
	switch operation.Metadata[ScopeKey] {
	case db.ScopeRead:
		faults = append(faults, problem.Unauthorized())
	case db.ScopeLinks:
		faults = append(faults, problem.Unauthorized(), problem.InsufficientScope(db.ScopeRead))
	case db.ScopeAll:
		faults = append(faults, problem.Unauthorized(), problem.InsufficientScope(db.ScopeLinks))
	}
	if strings.Contains(operation.Path, "{id}") {
		faults = append(faults, problem.NotFound())
	}
	own, _ := operation.Metadata[ErrorsKey].([]error)
	faults = slices.Concat(faults, own, []error{problem.TooMany(12 * time.Second), errUnforeseen})
	for _, fault := range faults {
		all = append(all, problem.FromError(fault))
	}
	slices.SortStableFunc(all, func(a, b *problem.Problem) int { return a.Status - b.Status })
	return all
}

// errUnforeseen stands for whatever is our fault.
var errUnforeseen = http.ErrAbortHandler

// describeErrors lists the errors of an operation by status and code.
func (d *Document) describeErrors(operation *huma.Operation) {
	delete(operation.Responses, "default") // huma's, which says nothing
	faults := faultsOf(operation)
	for len(faults) > 0 {
		end := 1
		for end < len(faults) && faults[end].Status == faults[0].Status {
			end++
		}
		operation.Responses[strconv.Itoa(faults[0].Status)] = d.errorReply(faults[:end])
		faults = faults[end:]
	}
}

// errorReply is one of the document's shared replies, or where a status has
// several codes one of the operation's own.
func (d *Document) errorReply(faults []*problem.Problem) *huma.Response {
	schema := &huma.Schema{}
	examples := map[string]*huma.Example{}
	var said []string
	for _, fault := range faults {
		schema.OneOf = append(schema.OneOf, d.errorSchema(fault))
		examples[fault.Code] = &huma.Example{Summary: fault.Message, Value: fault.Body()}
		said = append(said, "`"+fault.Code+"`: "+fault.Message)
	}
	if len(faults) == 1 {
		schema = schema.OneOf[0]
	}
	reply := &huma.Response{
		Description: strings.Join(said, "\n\n"),
		Content:     map[string]*huma.MediaType{"application/json": {Schema: schema, Examples: examples}},
		Headers:     headers(errorHeaders(faults[0])...),
	}
	// A text that is an operation's own stands there; the others are shared.
	if name := pascal(faults[0].Code); len(faults) == 1 && !slices.Contains(ownTexts, faults[0].Code) {
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
var ownTexts = []string{"insufficient_scope", "validation_failed", "link_expired"}

func errorHeaders(fault *problem.Problem) (names []string) {
	for name := range fault.Headers() {
		names = append(names, http.CanonicalHeaderKey(name))
	}
	if fault.Status == http.StatusUnauthorized {
		names = []string{"WWW-Authenticate"} // as it is known, not as Go writes it
	}
	if fault.Status == http.StatusTooManyRequests {
		names = append(names, wire.RateLimitHeader, wire.RateRemainingHeader, wire.RateResetHeader)
	}
	return names
}

// errorSchema describes an error with one code; a client can tell them apart by
// it.
func (d *Document) errorSchema(fault *problem.Problem) *huma.Schema {
	name := pascal(fault.Code) + "Error"
	if d.schemas()[name] == nil {
		schema := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"error", "code"},
			Properties: map[string]*huma.Schema{
				"error": {Type: huma.TypeString, Description: "For people.", Examples: []any{fault.Message}},
				"code":  {Type: huma.TypeString, Description: "For programs.", Enum: []any{fault.Code}},
			}}
		if fault.Issues != nil {
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
