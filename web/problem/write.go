package problem

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"

	"github.com/go-chi/chi/v5"
)

// RequestIDHeader is on every reply.
const RequestIDHeader = "X-Request-Id"

// validRequestID matches the ids that are accepted from a proxy. Others could
// forge lines in a log.
var validRequestID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

type contextKey struct{}

// identity is what an error's report needs to know of the request.
type identity struct {
	requestID string
	logger    *slog.Logger
}

// Identify gives each request an id, for its reply and for the log. Where it is
// mounted twice, the outer one counts.
func Identify(logger *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, ok := r.Context().Value(contextKey{}).(identity); ok {
				next.ServeHTTP(w, r)
				return
			}
			id := r.Header.Get(RequestIDHeader)
			if !validRequestID.MatchString(id) {
				id = "req_" + rand.Text()
			}
			w.Header().Set(RequestIDHeader, id)
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, identity{id, logger})))
		})
	}
}

// WithRequestID returns a context for what outlives a request: a child of parent
// with the id of the request.
func WithRequestID(parent, request context.Context) context.Context {
	return context.WithValue(parent, contextKey{}, request.Value(contextKey{}))
}

// RequestID returns the id of the request that a context belongs to, or "" where
// there is none.
func RequestID(ctx context.Context) string {
	known, _ := ctx.Value(contextKey{}).(identity)
	return known.requestID
}

// Report returns what clients may see of an error, and logs the error if it is
// internal. Nothing else logs the error of a handler, so each is logged once.
func Report(ctx context.Context, err error) *Problem {
	problem := FromError(err)
	if problem.Status < http.StatusInternalServerError {
		return problem
	}
	known, ok := ctx.Value(contextKey{}).(identity)
	if !ok || known.logger == nil {
		known.logger = slog.Default()
	}
	// Neither path nor query: both may hold a claim code.
	attributes := []any{"request", known.requestID, "status", problem.Status, "error", err}
	if route := chi.RouteContext(ctx); route != nil {
		attributes = append(attributes, "route", route.RoutePattern())
	}
	known.logger.ErrorContext(ctx, "request failed", attributes...)
	return problem
}

// WriteJSON reports an error and replies with it.
func WriteJSON(w http.ResponseWriter, r *http.Request, err error) {
	problem := Report(r.Context(), err)
	text, err := json.Marshal(problem.Body())
	if err != nil { // cannot happen: strings only
		text = []byte(`{"error":"Something went wrong on our side.","code":"internal_error"}`)
	}
	maps.Copy(w.Header(), problem.Headers())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(problem.Status)
	// A failed write means that the client is gone.
	_, _ = w.Write(append(text, '\n'))
}

// RecoverToError calls a handler and turns a panic into an error, with the stack
// for the log.
func RecoverToError(handle func() error) (err error) {
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler: // net/http's way to drop a connection
			panic(cause) //nolint:forbidigo // passed on
		default:
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return handle()
}

// Recover turns a panic into a 500 and a line in the log with its stack.
func Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := RecoverToError(func() error { next.ServeHTTP(w, r); return nil }); err != nil {
			WriteJSON(w, r, err)
		}
	})
}

func sortedKeys(values map[string]string) []string { return slices.Sorted(maps.Keys(values)) }
