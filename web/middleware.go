package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"passage/web/connect"
	"passage/web/problem"
)

// newRouter has what holds for every path of a listener.
func newRouter(o Options, publicURL *url.URL) *chi.Mux {
	r := chi.NewRouter()
	r.Use(problem.Identify(o.Logger), trustProxies(o.TrustedProxies), logRequests(o.Logger), problem.Recover, secure(publicURL),
		middleware.GetHead)
	return r
}

// crossOrigin refuses posts that the page of another site makes. The public URL
// is trusted by name, because a proxy may have changed the Host header.
func crossOrigin(publicURL *url.URL, pages errorPages) (*http.CrossOriginProtection, error) {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		showError(pages, w, r, problem.CrossOrigin())
	}))
	if publicURL != nil {
		if err := protection.AddTrustedOrigin(publicURL.Scheme + "://" + publicURL.Host); err != nil {
			return nil, fmt.Errorf("trust the public URL: %w", err)
		}
	}
	return protection, nil
}

// logRequests logs the pattern of the route, never the path or the query, which
// may hold secrets. Internal errors are logged by problem, with the same id.
func logRequests(logger *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			begin := time.Now()
			wrapped := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
			next.ServeHTTP(wrapped, r)
			logger.DebugContext(r.Context(), "request", "method", r.Method, "route", route(r), "status", wrapped.Status(),
				"took", time.Since(begin).Round(time.Microsecond), "request", problem.RequestID(r.Context()))
		})
	}
}

func route(r *http.Request) string {
	if pattern := chi.RouteContext(r.Context()); pattern != nil {
		return pattern.RoutePattern()
	}
	return ""
}

// secure sets the headers of every reply.
func secure(publicURL *url.URL) func(http.Handler) http.Handler {
	https := publicURL != nil && publicURL.Scheme == "https"
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			header := w.Header()
			header.Set("X-Content-Type-Options", "nosniff")
			// With no-referrer, forms over plain HTTP come with "Origin: null".
			header.Set("Referrer-Policy", "same-origin")
			header.Set("Permissions-Policy", noPermissions)
			if https {
				header.Set("Strict-Transport-Security", "max-age=31536000")
			}
			next.ServeHTTP(w, r)
		})
	}
}

// contentPolicy is all that a page may load. It keeps the page out of frames;
// connect changes that part for the origins that may embed it.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; " + connect.NoFrameAncestors

func pagePolicy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", contentPolicy)
		w.Header().Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}
