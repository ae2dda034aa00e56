package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"passage/db"
)

// routes is every operation of the API on one page.
func (a *API) routes() {
	merchant(a, post("/v1/links", "createLink", "Create a link", http.StatusCreated), a.createLink)
	merchant(a, get("/v1/links", "listLinks", "List links, the newest first"), a.listLinks)
	merchant(a, get("/v1/links/{id}", "getLink", "Get a link with its result"), a.getLink)
	merchant(a, post("/v1/links/{id}/cancel", "cancelLink", "End a link now", http.StatusOK), a.cancelLink)
	merchant(a, post("/v1/links/{id}/redeem", "redeemReturn", "Release the result of a link that requires the return", http.StatusOK), a.redeemReturn)
	merchant(a, huma.Operation{Method: http.MethodDelete, Path: "/v1/links/{id}/data", OperationID: "deleteLinkData",
		Summary: "Destroy a link's result, arguments and recordings now", DefaultStatus: http.StatusNoContent}, a.deleteLinkData)
	merchant(a, get("/v1/links/{id}/sessions", "listSessions", "List the attempts at a link"), a.listSessions)
	merchant(a, get("/v1/sessions/{id}", "getSession", "Get one attempt with its timeline"), a.getSession)
	merchant(a, get("/v1/events", "listEvents", "List what was or would have been sent as a webhook, the oldest first"), a.listEvents)
	merchant(a, get("/v1/events/{id}/deliveries", "listDeliveries", "List an event's deliveries with every try, the newest first"), a.listDeliveries)
	scoped(a, db.ScopeAll, post("/v1/events/{id}/resend", "resendEvent", "Send an event's webhook once more, now", http.StatusAccepted), a.resendEvent)
	scoped(a, db.ScopeAll, post("/v1/events/resend", "resendEvents", "Send all webhooks since a time once more", http.StatusAccepted), a.resendEvents)
	merchant(a, get("/v1/providers", "listProviders", "List the integrations and what they can do"), a.listProviders)

	public(a, post("/link/claim", "claimLink", "Claim a link by its code, from any page", http.StatusOK), a.claimLink)
	public(a, post("/webhook_verification_key/get", "getVerificationKey", "Get the public key of a webhook's signature", http.StatusOK), a.getVerificationKey)
	public(a, get("/.well-known/jwks.json", "getJWKS", "Get all current public keys"), a.getJWKS)

	a.document("/v1/links", linkRequest{}, createdLink{})
	a.document("/v1/events/resend", resendRequest{}, nil)
	a.document("/v1/links/{id}/redeem", redeemRequest{}, nil)
	a.document("/link/claim", claimRequest{}, nil)
	a.document("/webhook_verification_key/get", verificationKeyRequest{}, nil)
	a.allowNull("error", "metadata")
}

func get(path, id, summary string) huma.Operation {
	return huma.Operation{Method: http.MethodGet, Path: path, OperationID: id, Summary: summary}
}

func post(path, id, summary string, status int) huma.Operation {
	return huma.Operation{Method: http.MethodPost, Path: path, OperationID: id, Summary: summary, DefaultStatus: status}
}
