package api

import (
	"context"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"passage/db"
	"passage/web/api/openapi"
	"passage/web/api/wire"
	"passage/web/problem"
)

// bodyTimeout is how long a body may take to arrive.
const bodyTimeout = 10 * time.Second

// jsonBody is an unparsed body. strictjson reads it and not huma, whose validation
// would ignore the case of names, take the last of a repeated field, report a
// missing field at its parent, and repeat the whole body, card numbers included,
// in its errors. The document takes the schema from a type in wire; a test checks
// that both agree.
type jsonBody struct {
	RawBody []byte `contentType:"application/json"`
}

// idInput is the input of an operation on one row.
type idInput struct {
	ID string `path:"id"`
}

// reply is a reply that has only a body.
type reply[T any] struct{ Body T }

// merchant registers an operation that needs an API key: one that may read, or for
// a change one that may manage links.
func merchant[I, O any](a *API, operation huma.Operation, handle func(context.Context, *I) (*O, error)) {
	needed := db.ScopeLinks
	if operation.Method == http.MethodGet {
		needed = db.ScopeRead
	}
	scoped(a, needed, operation, handle)
}

// scoped registers an operation that needs an API key with a scope.
func scoped[I, O any](a *API, needed db.Scope, operation huma.Operation, handle func(context.Context, *I) (*O, error)) {
	operation.Metadata[openapi.ScopeKey] = needed
	operation.Middlewares = append(operation.Middlewares, a.authenticate(needed))
	operation.Security = []map[string][]string{{openapi.SecurityScheme: {}}}
	public(a, operation, handle)
}

// public registers an operation that needs no API key.
func public[I, O any](a *API, operation huma.Operation, handle func(context.Context, *I) (*O, error)) {
	if _, ok := reflect.TypeFor[I]().FieldByName("RawBody"); ok {
		operation.Middlewares = append(operation.Middlewares, requireJSON)
		operation.MaxBodyBytes = wire.MaxBody + 1 // huma refuses a body that reaches the limit
		operation.BodyReadTimeout = bodyTimeout
		operation.SkipValidateBody = true
	}
	huma.Register(a.huma, operation, func(ctx context.Context, input *I) (*O, error) {
		output, err := handle(ctx, input)
		if err != nil {
			return nil, onWire(problem.Report(ctx, err))
		}
		return output, nil
	})
	a.document.Add(operation)
}

// requireJSON refuses a body whose Content-Type is not JSON, and one that is
// encoded. It thereby refuses forms of other sites' pages, for which browsers send
// no preflight.
func requireJSON(ctx huma.Context, next func(huma.Context)) {
	r, w := humachi.Unwrap(ctx)
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil || kind != "application/json":
		problem.WriteJSON(w, r, problem.NotJSON())
	case isEncoded(r.Header):
		problem.WriteJSON(w, r, problem.Encoded())
	default:
		next(ctx)
	}
}

// isEncoded reports whether a body has another Content-Encoding than none.
func isEncoded(header http.Header) bool {
	for encoding := range strings.SplitSeq(strings.Join(header.Values("Content-Encoding"), ","), ",") {
		if encoding = strings.TrimSpace(encoding); encoding != "" && !strings.EqualFold(encoding, "identity") {
			return true
		}
	}
	return false
}
