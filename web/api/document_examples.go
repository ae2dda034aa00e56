package api

import (
	"encoding/json"

	"passage/automation/catalog"
	"passage/automation/event"
	"passage/automation/outcome"
	"passage/db"
)

// What the examples speak of.
const (
	exampleLink    = "link_5Zt8Qm2VxKc0LwRj7Hn4Ya"
	exampleSession = "sess_7hKd2Wq9Bv5TzXe1Ru8Mfc"
	exampleEvent   = "evt_01990f3e-6a80-7c11-9d52-3f0b6f6c8e21"
	exampleCode    = "clm_p3Xw9LhT6kQy1VbN8sDz4R"
	exampleHolder  = "ct_9LhT6kQy1VbN8sDz4Rp3Xw"
	exampleMoment  = 1788246000000
	exampleUser    = "user-42"
)

var (
	exampleData   = map[string]string{"order": "1017"}
	exampleReturn = "https://your-app.com/done?linkId=" + exampleLink
	exampleResult = json.RawMessage(`{"paymentMethods":[{"order":0,"vendorId":"pm_1","last4":"1111","type":"credit_card","isDefault":true,"brand":"Visa","expirationDate":"08/28","raw":{}}]}`)

	exampleEventView = EventView{ID: exampleEvent, Event: "link.complete", LinkID: exampleLink, SessionID: known(exampleSession),
		ExternalUserID: known(exampleUser), Metadata: exampleData, Status: "complete", Final: true,
		Operations: []db.EventOperation{{Resource: "paymentMethod", Action: "read", Status: db.OperationComplete}},
		Timestamp:  exampleMoment + 73_000}
	exampleAttempt = SessionView{ID: exampleSession, Attempt: 1, Status: db.SessionComplete, CreatedAt: exampleMoment + 9_000,
		StartedAt: known[int64](exampleMoment + 31_000), EndedAt: known[int64](exampleMoment + 73_000)}
)

// known is what is not null.
func known[T any](value T) *T { return &value }

// example is a request and its reply; nil where there is none.
type example struct{ request, reply any }

// examples are by operation.
func (a *API) examples() map[string]example {
	link := a.exampleLink()
	delivery := exampleDelivery()
	return map[string]example{
		"createLink": {linkRequest{IntegrationID: "demo",
			Operations: []operationRequest{{Resource: "paymentMethod", Action: "read"}},
			ReturnURL:  "https://your-app.com/done", WebhookURL: "https://your-app.com/webhooks", ExternalUserID: exampleUser, Metadata: exampleData},
			createdLink{LinkID: exampleLink, ClaimCode: exampleCode, IntegrationID: "demo",
				Operations: []operationName{{"paymentMethod", "read"}}, Resource: "paymentMethod", Action: "read", Status: db.LinkPending,
				ClaimURL: *link.ClaimURL, AppClipURL: *link.ClaimURL, ReturnURL: exampleReturn, ExternalID: exampleUser, Metadata: exampleData,
				ExpiresAt: link.ExpiresAt, CreatedAt: exampleMoment}},
		"listLinks":      {nil, linkList{Links: []LinkFields{link.LinkFields}}},
		"getLink":        {nil, link},
		"cancelLink":     {nil, a.exampleCancelled()},
		"redeemReturn":   {redeemRequest{"rtn_m2Kd8Vq0Xw5LhT6kQy1VbN8sDz4Rp3Xw"}, link},
		"listSessions":   {nil, sessionList{[]SessionView{exampleAttempt}}},
		"getSession":     {nil, exampleDetail()},
		"listEvents":     {nil, eventList{Events: []EventView{exampleEventView}}},
		"listDeliveries": {nil, deliveryList{[]deliveryView{delivery}}},
		"resendEvent": {nil, deliveryView{ID: "dlv_3Qm2VxKc0LwRj7Hn4YaZt8", EventID: exampleEvent, URL: delivery.URL, Status: db.DeliveryPending,
			CreatedAt: exampleMoment + 90_000, NextTryAt: known[int64](exampleMoment + 90_000), Tries: []tryView{}}},
		"resendEvents":  {resendRequest{CreatedAfter: exampleMoment}, resent{Resent: 12}},
		"listProviders": {nil, a.exampleProviders()},
		"claimLink": {claimRequest{exampleCode}, claimedLink{LinkID: exampleLink, SessionID: exampleSession, ClientToken: exampleHolder,
			WebsocketURL: a.websocketURL(exampleSession, exampleHolder), ExpiresAt: link.ExpiresAt}},
		"getVerificationKey": {verificationKeyRequest{"whk_0LwRj7Hn4YaZt8Qm2VxKc5"}, verificationKey{KeyID: "whk_0LwRj7Hn4YaZt8Qm2VxKc5",
			Key: "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n", Algorithm: "ES256", CreatedAt: exampleMoment}},
		"getJWKS": {nil, jwkSet{[]publicJWK{{KeyType: "EC", Curve: "P-256", X: "WKn-ZIGevcwGIyyrzFoZNBdaq9_TsqzGl96oc0CWuis",
			Y: "y77t-RvAHRKTsSGdIYUfweuOvwrvDD-Q3Hv5J0fSKbE", KeyID: "whk_0LwRj7Hn4YaZt8Qm2VxKc5", Use: "sig", Algorithm: "ES256"}}}},
	}
}

// addExamples puts them where they belong.
func (a *API) addExamples() {
	examples := a.examples()
	for _, operation := range a.operations {
		given := examples[operation.OperationID]
		if operation.RequestBody != nil {
			operation.RequestBody.Content["application/json"].Example = given.request
		}
		if content := a.reply(operation).Content["application/json"]; content != nil {
			content.Example = given.reply
		}
		for _, parameter := range operation.Parameters {
			parameter.Example = exampleParameters[operation.Path+" "+parameter.Name]
		}
	}
}

var exampleParameters = map[string]any{
	"/v1/links Idempotency-Key": "order-1017", "/v1/links limit": 20, "/v1/links status": "failed", "/v1/links integrationId": "demo",
	"/v1/links externalUserId": exampleUser, "/v1/links errorCode": string(outcome.SiteChanged), "/v1/links createdAfter": exampleMoment,
	"/v1/links reference": "sess_7hKd2Wq9", "/v1/links/{id} id": exampleLink, "/v1/links/{id}/cancel id": exampleLink,
	"/v1/links/{id}/redeem id": exampleLink, "/v1/links/{id}/data id": exampleLink, "/v1/links/{id}/sessions id": exampleLink,
	"/v1/sessions/{id} id": exampleSession, "/v1/events limit": 20, "/v1/events after": exampleEvent,
	"/v1/events/{id}/deliveries id": exampleEvent, "/v1/events/{id}/resend id": exampleEvent,
}

func (a *API) exampleLink() linkView {
	return linkView{LinkFields{ID: exampleLink, IntegrationID: "demo",
		Operations: []OperationView{{"paymentMethod", "read", db.OperationComplete}}, Resource: "paymentMethod", Action: "read",
		ExternalUserID: known(exampleUser), Metadata: exampleData, Status: db.LinkComplete, CurrentSessionID: known(exampleSession),
		ReturnURL: &exampleReturn, ClaimURL: known(a.PublicURL.JoinPath("c", exampleCode).String()),
		ExpiresAt: exampleMoment + defaultLifetime*1000, CreatedAt: exampleMoment, UpdatedAt: exampleMoment + 73_000,
		CompletedAt: known[int64](exampleMoment + 73_000)}, exampleResult, []SessionView{exampleAttempt}}
}

func (a *API) exampleCancelled() linkView {
	link := a.exampleLink()
	link.Status, link.CompletedAt, link.CurrentSessionID, link.Result, link.Sessions = db.LinkExpired, nil, nil, json.RawMessage("null"), []SessionView{}
	link.Operations = []OperationView{{"paymentMethod", "read", db.OperationPending}}
	link.Error = showError(&db.Failure{Code: string(outcome.LinkCancelled)})
	return link
}

func exampleDetail() sessionDetail {
	detail := sessionDetail{SessionView: exampleAttempt, LinkID: exampleLink, Operations: []sessionOperationView{{
		OperationView{"paymentMethod", "read", db.OperationComplete}, known[int64](exampleMoment + 62_000), nil, known[int64](exampleMoment + 72_000)}}}
	for n, event := range []timelineEvent{
		{Event: string(event.Claimed), Timestamp: 9_000}, {Event: string(event.PromptOpened), Timestamp: 9_000, Prompt: "credentials"},
		{Event: string(event.Queued), Timestamp: 31_000}, {Event: string(event.Started), Timestamp: 31_000},
		{Event: string(event.OperationStarted), Timestamp: 62_000, Operation: known(0)}, {Event: string(event.Completed), Timestamp: 73_000},
	} {
		event.Seq, event.Timestamp = n+1, exampleMoment+event.Timestamp
		detail.Events = append(detail.Events, event)
	}
	return detail
}

func exampleDelivery() deliveryView {
	return deliveryView{ID: "dlv_8Qm2VxKc0LwRj7Hn4YaZt5", EventID: exampleEvent, URL: "https://your-app.com/webhooks", Status: db.DeliveryDelivered,
		CreatedAt: exampleMoment + 73_000, EndedAt: known[int64](exampleMoment + 74_200), Tries: []tryView{
			{Number: 1, Timestamp: exampleMoment + 73_100, StatusCode: known(503), Took: 84,
				Error: known("the receiver answered 503: it failed; its own log says why"), Reply: known("upstream is busy")},
			{Number: 2, Timestamp: exampleMoment + 74_200, StatusCode: known(200), Took: 31, Reply: known("ok")},
		}}
}

func (a *API) exampleProviders() providerList {
	resource := providerResource{Name: "mobileBillingStatement", Operations: map[string]providerOperation{}}
	if operation, ok := a.Resources.Operation(resource.Name, "read"); ok {
		resource.Operations["read"] = providerOperation{operation.Description, operation.Arguments, operation.Result}
	}
	return providerList{[]provider{{ID: "demo", Name: "Demo Mobile",
		Health: healthView{catalog.HealthOK, known(0.98), 50, known[int64](exampleMoment)}, Resources: []providerResource{resource}}}}
}
