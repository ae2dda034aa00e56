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
	"net/url"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/httprate"

	"passage/automation"
	"passage/automation/catalog"
	"passage/automation/resources"
	"passage/db"
	"passage/views/docs"
	"passage/web/api/openapi"
	"passage/web/follow"
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
