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

// bodyTime is how long a body may take to arrive.
const bodyTime = 10 * time.Second

// jsonBody is a body as it came. The bodies are read by this package and not by
// huma, whose validation would match unknown keys without regard to case, take
// the last of a repeated key, report a missing field at its parent, and echo
// the whole body, card numbers included, in its errors. The schemas in the
// OpenAPI document come from the types given to document; a test holds the two
// together.
type jsonBody struct {
	RawBody []byte `contentType:"application/json"`
}

// reply is a reply with nothing but a body.
type reply[T any] struct{ Body T }

// merchant registers an operation that needs an API key: one that may read, and
// for whatever changes something one that may manage links.
func merchant[I, O any](a *API, operation huma.Operation, handle func(context.Context, *I) (*O, error)) {
	needed := db.ScopeLinks
	if operation.Method == http.MethodGet {
		needed = db.ScopeRead
	}
	scoped(a, needed, operation, handle)
}

// scoped registers an operation that needs an API key of a certain scope.
func scoped[I, O any](a *API, needed db.Scope, operation huma.Operation, handle func(context.Context, *I) (*O, error)) {
	operation.Metadata[openapi.ScopeKey] = needed
	operation.Middlewares = append(operation.Middlewares, a.authenticate(needed))
	operation.Security = []map[string][]string{{openapi.SecurityScheme: {}}}
	public(a, operation, handle)
}

// public registers an operation that anybody may call.
func public[I, O any](a *API, operation huma.Operation, handle func(context.Context, *I) (*O, error)) {
	if _, ok := reflect.TypeFor[I]().FieldByName("RawBody"); ok {
		operation.Middlewares = append(operation.Middlewares, requireJSON)
		operation.MaxBodyBytes = wire.MaxBody + 1 // huma refuses a body that reaches the limit
		operation.BodyReadTimeout = bodyTime
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

// authenticate lets a request through with a key whose scope covers what is
// needed.
func (a *API) authenticate(needed db.Scope) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		key, err := a.readKey(ctx)
		r, w := humachi.Unwrap(ctx)
		if err == nil {
			err = a.spend(w, r, key)
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

// keyOf is the key that the request came with. Only operations registered by
// merchant may ask: elsewhere it is empty, which owns nothing and may nothing.
func keyOf(ctx context.Context) db.Key {
	key, _ := ctx.Value(keyContext{}).(db.Key)
	return key
}

func organization(ctx context.Context) string { return keyOf(ctx).OrganizationID }

// reaches reports whether the request's key may know of a link: its own
// organization's, and with a test key those of test keys only.
func reaches(ctx context.Context, link *db.Link) bool {
	key := keyOf(ctx)
	return link.OrganizationID == key.OrganizationID && (link.Test || !key.Test)
}

// link finds a link that the request's key reaches. Any other is not there.
func (a *API) link(ctx context.Context, id string) (db.Link, error) {
	link, err := a.DB.Link(ctx, organization(ctx), id)
	if err == nil && !reaches(ctx, &link) {
		err = fmt.Errorf("find link: %w", db.ErrNotFound)
	}
	return link, err
}

// mayChange says ErrNotFound where a test key asks for a link that it does not
// reach. The database knows whose a link is whenever it changes one.
func (a *API) mayChange(ctx context.Context, id string) error {
	if !keyOf(ctx).Test {
		return nil
	}
	_, err := a.link(ctx, id)
	return err
}

// requireJSON refuses a body that does not say that it is JSON. It also keeps
// simple forms of foreign pages out, which no preflight announces.
func requireJSON(ctx huma.Context, next func(huma.Context)) {
	kind, _, err := mime.ParseMediaType(ctx.Header("Content-Type"))
	if err != nil || kind != "application/json" {
		r, w := humachi.Unwrap(ctx)
		problem.WriteJSON(w, r, problem.NotJSON())
		return
	}
	next(ctx)
}

// apiError is a Problem in the form that huma writes.
type apiError struct {
	problem.Body
	problem *problem.Problem
}

func onWire(p *problem.Problem) *apiError { return &apiError{p.Body(), p} }

func (e *apiError) Error() string           { return e.problem.Error() }
func (e *apiError) GetStatus() int          { return e.problem.Status }
func (e *apiError) GetHeaders() http.Header { return e.problem.Headers() }
