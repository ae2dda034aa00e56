// Package api serves the merchant API, the public claim, and the public keys of
// webhooks.
//
// It owns the routes under /v1 and /link, who may call them, and what a request
// may ask for. It does not own the JSON of bodies (web/api/wire), the state of
// links (db), the work on them (automation), the schemas of resources
// (automation/resources) or the texts and statuses of errors (web/problem). Its
// invariants: an organization sees nothing of another; no reply contains an
// argument that was given; no error repeats a value that was sent.
package api

import (
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"

	"passage/automation"
	"passage/automation/catalog"
	"passage/automation/resources"
	"passage/db"
	"passage/views/docs"
	"passage/web/api/openapi"
	"passage/web/api/socket"
	"passage/web/follow"
	"passage/web/problem"
)

// Options are what an API needs.
type Options struct {
	DB          *db.DB
	Runner      *automation.Runner
	Catalog     *catalog.Catalog
	Resources   *resources.Set
	PublicURL   *url.URL // where the outside reaches this server
	Development bool     // webhooks may go to loopback over http
	// PlainWebhook reports whether the operator allows http for webhooks to a
	// host; nil: for no host.
	PlainWebhook func(host string) bool
	// Sandbox lists the user names of the sandbox, and reserves the demo for test
	// keys; nil: there is no sandbox.
	Sandbox *docs.Sandbox
	// KeyRate is how many requests a minute each key may make; 0: any number.
	KeyRate int
	// Verifiers are shown on the reference page; nil shows none.
	Verifiers fs.FS
	// Followers counts and ends the WebSockets; nil: any number.
	Followers *follow.Followers
	Logger    *slog.Logger
}

// API serves API clients.
type API struct {
	Options
	huma       huma.API
	rate       *httprate.RateLimiter // by key; nil without a limit
	wrongCodes wrongCodes
	document   *openapi.Document
	reference  []byte // the page that ShowReference shows
}

// New returns an API; Mount registers its routes.
func New(options Options) *API {
	a := &API{Options: options, wrongCodes: newWrongCodes()}
	if a.Followers == nil {
		a.Followers = follow.New(0)
	}
	if options.KeyRate > 0 {
		a.rate = newRate(options.KeyRate)
	}
	return a
}

// Mount registers every route on the server's router. It fails only where the
// OpenAPI document cannot be rendered.
func (a *API) Mount(router chi.Router) error {
	var err error
	router.Group(func(r chi.Router) {
		r.Use(problem.Identify(a.Logger), problem.Recover, defaults)
		replaceErrors()
		a.document = openapi.New(openapi.Options{PublicURL: a.PublicURL, Resources: a.Resources, Sandbox: a.Sandbox, Verifiers: a.Verifiers})
		a.huma = humachi.New(r, a.document.Config())
		for _, below := range []string{"/v1/*", "/link/*", "/sessions/*", "/webhook_verification_key/*", "/.well-known/*"} {
			r.HandleFunc(below, fallback(r))
		}
		for _, below := range publicPaths {
			r.Options(below+"*", preflight)
		}
		sockets := &socket.Server{DB: a.DB, Runner: a.Runner, Catalog: a.Catalog, Followers: a.Followers}
		r.Get("/link/ws", sockets.FollowLink())
		r.Get("/sessions/{id}/ws", sockets.DriveSession())
		a.routes()
		err = a.serveDocument(r)
	})
	return err
}

// serveDocument renders the OpenAPI document and the page about it once, and
// serves the first.
func (a *API) serveDocument(r chi.Router) error {
	document, reference, err := a.document.Render()
	if err != nil {
		return err
	}
	a.reference = reference
	r.Get("/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(document) // a failed write means that the client is gone
	})
	return nil
}

// ShowReference shows the page for the merchants' developers.
func (a *API) ShowReference(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err := w.Write(a.reference)
	return err
}

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

// fallback replies in JSON to what no operation serves. The router's own replies
// are plain text, or a page.
func fallback(routes chi.Routes) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			pattern := routes.Find(chi.NewRouteContext(), method, r.URL.Path)
			if pattern != "" && !strings.HasSuffix(pattern, "/*") {
				allowed = append(allowed, method)
			}
		}
		if allowed == nil {
			problem.WriteJSON(w, r, problem.RouteNotFound())
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		problem.WriteJSON(w, r, problem.MethodNotAllowed())
	}
}
