package api

import (
	"net/http"
	"slices"
	"strings"

	"passage/web/problem"
)

// publicPaths are the prefixes of what merchants' pages call.
var publicPaths = []string{"/link/", "/sessions/"}

// defaults sets the headers of every reply. Merchants' pages call from any origin:
// the code or the token is the authority, and no cookie is read.
func defaults(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if slices.ContainsFunc(publicPaths, func(below string) bool { return strings.HasPrefix(r.URL.Path, below) }) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Access-Control-Expose-Headers", problem.RequestIDHeader+", Retry-After")
		}
		next.ServeHTTP(w, r)
	})
}

// preflight answers the CORS preflight of a browser.
func preflight(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	w.Header().Set("Access-Control-Allow-Headers", "Content-Type, "+problem.RequestIDHeader)
	w.Header().Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}
