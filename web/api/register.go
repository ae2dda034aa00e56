package api

import (
	"context"
	"fmt"
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

type keyContext struct{}

// authenticate refuses a request without a key whose scope covers the needed one.
func (a *API) authenticate(needed db.Scope) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		key, err := a.readKey(ctx)
		r, w := humachi.Unwrap(ctx)
		if err == nil {
			err = a.countRequest(w, r, key)
		}
		if err == nil && !key.Scope.Covers(needed) {
			err = problem.InsufficientScope(key.Scope)
		}
		if err != nil {
			problem.WriteJSON(w, r, err)
			return
		}
		next(huma.WithValue(ctx, keyContext{}, key))
	}
}

func (a *API) readKey(ctx huma.Context) (db.Key, error) {
	scheme, secret, _ := strings.Cut(ctx.Header("Authorization"), " ")
	secret = strings.TrimSpace(secret)
	if !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return db.Key{}, problem.Unauthorized()
	}
	key, err := a.DB.Authenticate(ctx.Context(), secret)
	if isNotFound(err) {
		return db.Key{}, problem.Unauthorized()
	}
	return key, err
}

// keyOf returns the request's API key. In operations that are registered with
// public it is the zero key, which belongs to no organization and has no scope.
func keyOf(ctx context.Context) db.Key {
	key, _ := ctx.Value(keyContext{}).(db.Key)
	return key
}

func organization(ctx context.Context) string { return keyOf(ctx).OrganizationID }

// reaches reports whether the request's key may see a link: one of its own
// organization, and for a test key only one that was made with a test key.
func reaches(ctx context.Context, link *db.Link) bool {
	key := keyOf(ctx)
	return link.OrganizationID == key.OrganizationID && (link.Test || !key.Test)
}

// link finds a link that the request's key may see. Others are not found.
func (a *API) link(ctx context.Context, id string) (db.Link, error) {
	link, err := a.DB.Link(ctx, organization(ctx), id)
	if err == nil && !reaches(ctx, &link) {
		err = fmt.Errorf("find link: %w", db.ErrNotFound)
	}
	return link, err
}

// mayChange returns ErrNotFound for a test key and a link that it may not see. The
// database checks the organization with every change.
func (a *API) mayChange(ctx context.Context, id string) error {
	if !keyOf(ctx).Test {
		return nil
	}
	_, err := a.link(ctx, id)
	return err
}

// requireJSON refuses a body whose Content-Type is not JSON. It thereby refuses
// forms of other sites' pages, for which browsers send no preflight.
func requireJSON(ctx huma.Context, next func(huma.Context)) {
	kind, _, err := mime.ParseMediaType(ctx.Header("Content-Type"))
	if err != nil || kind != "application/json" {
		r, w := humachi.Unwrap(ctx)
		problem.WriteJSON(w, r, problem.NotJSON())
		return
	}
	next(ctx)
}

// apiError is a Problem as huma writes it.
type apiError struct {
	problem.Body
	problem *problem.Problem
}

func onWire(p *problem.Problem) *apiError { return &apiError{p.Body(), p} }

func (e *apiError) Error() string           { return e.problem.Error() }
func (e *apiError) GetStatus() int          { return e.problem.Status }
func (e *apiError) GetHeaders() http.Header { return e.problem.Headers() }
