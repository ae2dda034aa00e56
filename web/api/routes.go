package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"passage/automation"
	"passage/automation/catalog"
	"passage/db"
	"passage/web/api/openapi"
	"passage/web/api/socket"
	"passage/web/problem"
)

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

// routes registers every operation of the API, each with the errors that it can
// have besides those of all operations (openapi/errors.go).
func (a *API) routes() {
	merchant(a, post("/v1/links", "createLink", "Create a link", http.StatusCreated, db.ErrKeyReused, db.ErrDestroyed,
		&db.QuotaExceeded{Of: db.QuotaOfLinks, Wait: time.Hour}), a.createLink)
	merchant(a, get("/v1/links", "listLinks", "List links"), a.listLinks)
	merchant(a, get("/v1/links/{id}", "getLink", "Get a link"), a.getLink)
	merchant(a, post("/v1/links/{id}/cancel", "cancelLink", "End a link", http.StatusOK, db.ErrComplete, expiredAlready()), a.cancelLink)
	merchant(a, post("/v1/links/{id}/redeem", "redeemReturn", "Redeem a return code", http.StatusOK,
		db.ErrWrongReturnCode, db.ErrNothingToRedeem, db.ErrExpired), a.redeemReturn)
	merchant(a, destroy("/v1/links/{id}/data", "deleteLinkData", "Delete a link's data", db.ErrActive), a.deleteLinkData)
	merchant(a, get("/v1/users/{externalUserId}", "exportUser", "Get all that is kept of a user"), a.exportUser)
	merchant(a, destroyed("/v1/users/{externalUserId}", "deleteUser", "Delete a user"), a.deleteUser)
	merchant(a, get("/v1/links/{id}/sessions", "listSessions", "List a link's sessions"), a.listSessions)
	merchant(a, get("/v1/sessions/{id}", "getSession", "Get a session"), a.getSession)
	merchant(a, get("/v1/events", "listEvents", "List events"), a.listEvents)
	merchant(a, get("/v1/events/{id}/deliveries", "listDeliveries", "List an event's deliveries"), a.listDeliveries)
	scoped(a, db.ScopeAll, post("/v1/events/{id}/resend", "resendEvent", "Send an event again", http.StatusAccepted, db.ErrNoWebhook), a.resendEvent)
	scoped(a, db.ScopeAll, post("/v1/events/resend", "resendEvents", "Send many events again", http.StatusAccepted), a.resendEvents)
	merchant(a, get("/v1/providers", "listProviders", "List providers"), a.listProviders)

	public(a, post("/link/claim", "claimLink", "Claim a link", http.StatusOK, db.ErrNotFound, db.ErrComplete, db.ErrActive,
		db.ErrAttemptsExhausted, db.ErrExpired, catalog.ErrUnknown, automation.ErrStopping,
		&db.QuotaExceeded{Of: db.QuotaOfSessions, Wait: time.Minute}), a.claimLink)
	public(a, post("/webhook_verification_key/get", "getVerificationKey", "Get one public key", http.StatusOK, db.ErrNotFound), a.getVerificationKey)
	public(a, get("/.well-known/jwks.json", "getJWKS", "Get the public keys"), a.getJWKS)
}

func get(path, id, summary string) huma.Operation {
	return operation(http.MethodGet, path, id, summary, http.StatusOK, nil)
}

func post(path, id, summary string, status int, errs ...error) huma.Operation {
	return operation(http.MethodPost, path, id, summary, status, errs)
}

func destroy(path, id, summary string, errs ...error) huma.Operation {
	return operation(http.MethodDelete, path, id, summary, http.StatusNoContent, errs)
}

// destroyed is destroy with a reply that says what was destroyed.
func destroyed(path, id, summary string, errs ...error) huma.Operation {
	return operation(http.MethodDelete, path, id, summary, http.StatusOK, errs)
}

func operation(method, path, id, summary string, status int, errs []error) huma.Operation {
	return huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary, DefaultStatus: status,
		Security: openapi.NoKey, Metadata: map[string]any{openapi.ErrorsKey: errs}}
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
