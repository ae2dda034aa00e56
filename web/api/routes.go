package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"passage/automation"
	"passage/automation/catalog"
	"passage/db"
	"passage/web/api/openapi"
)

// routes registers every operation of the API, each with the errors that it can
// have besides those of all operations (openapi/errors.go).
func (a *API) routes() {
	merchant(a, post("/v1/links", "createLink", "Create a link", http.StatusCreated, db.ErrKeyReused, db.ErrDestroyed), a.createLink)
	merchant(a, get("/v1/links", "listLinks", "List links"), a.listLinks)
	merchant(a, get("/v1/links/{id}", "getLink", "Get a link"), a.getLink)
	merchant(a, post("/v1/links/{id}/cancel", "cancelLink", "End a link", http.StatusOK, db.ErrComplete, expiredAlready()), a.cancelLink)
	merchant(a, post("/v1/links/{id}/redeem", "redeemReturn", "Redeem a return code", http.StatusOK,
		db.ErrWrongReturnCode, db.ErrNothingToRedeem, db.ErrExpired), a.redeemReturn)
	merchant(a, destroy("/v1/links/{id}/data", "deleteLinkData", "Delete a link's data", db.ErrActive), a.deleteLinkData)
	merchant(a, get("/v1/links/{id}/sessions", "listSessions", "List a link's sessions"), a.listSessions)
	merchant(a, get("/v1/sessions/{id}", "getSession", "Get a session"), a.getSession)
	merchant(a, get("/v1/events", "listEvents", "List events"), a.listEvents)
	merchant(a, get("/v1/events/{id}/deliveries", "listDeliveries", "List an event's deliveries"), a.listDeliveries)
	scoped(a, db.ScopeAll, post("/v1/events/{id}/resend", "resendEvent", "Send an event again", http.StatusAccepted, db.ErrNoWebhook), a.resendEvent)
	scoped(a, db.ScopeAll, post("/v1/events/resend", "resendEvents", "Send many events again", http.StatusAccepted), a.resendEvents)
	merchant(a, get("/v1/providers", "listProviders", "List providers"), a.listProviders)

	public(a, post("/link/claim", "claimLink", "Claim a link", http.StatusOK, db.ErrNotFound, db.ErrComplete, db.ErrActive,
		db.ErrAttemptsExhausted, db.ErrExpired, catalog.ErrUnknown, automation.ErrStopping), a.claimLink)
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

func operation(method, path, id, summary string, status int, errs []error) huma.Operation {
	return huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary, DefaultStatus: status,
		Security: openapi.NoKey, Metadata: map[string]any{openapi.ErrorsKey: errs}}
}
