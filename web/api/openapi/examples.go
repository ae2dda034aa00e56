package openapi

import (
	"encoding/json"

	"passage/automation/catalog"
	"passage/automation/event"
	"passage/automation/outcome"
	"passage/db"
	"passage/web/api/wire"
)

// The values in the examples.
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

	exampleEventView = wire.Event{ID: exampleEvent, Event: "link.complete", LinkID: exampleLink, SessionID: known(exampleSession),
		ExternalUserID: known(exampleUser), Metadata: exampleData, Status: "complete", Final: true,
		Operations: []db.EventOperation{{Resource: "paymentMethod", Action: "read", Status: db.OperationComplete}},
		Timestamp:  exampleMoment + 73_000}
	exampleAttempt = wire.Session{ID: exampleSession, Attempt: 1, Status: db.SessionComplete, CreatedAt: exampleMoment + 9_000,
		StartedAt: known[int64](exampleMoment + 31_000), EndedAt: known[int64](exampleMoment + 73_000)}
	exampleReceipt = wire.UserDeletion{ID: "del_Kc0LwRj7Hn4YaZt58Qm2Vx", Links: 3, Cancelled: 1, Sessions: 4,
		Destroyed: wire.Destroyed{Results: 2, Recordings: 1}, CreatedAt: exampleMoment + 900_000, CompletedAt: known[int64](exampleMoment + 900_040)}
)

// known returns a pointer to a value, for fields that may be null.
func known[T any](value T) *T { return &value }

// example is a request and its reply; nil where there is none.
type example struct{ request, reply any }

// examples returns the examples by operation.
func (d *Document) examples() map[string]example {
	link := d.exampleLink()
	delivery := exampleDelivery()
	return map[string]example{
		"createLink": {wire.LinkRequest{IntegrationID: "demo",
			Operations: []wire.OperationRequest{{Resource: "paymentMethod", Action: "read"}},
			ReturnURL:  "https://your-app.com/done", WebhookURL: "https://your-app.com/webhooks", ExternalUserID: exampleUser, Metadata: exampleData},
			wire.CreatedLink{LinkID: exampleLink, ClaimCode: exampleCode, IntegrationID: "demo",
				Operations: []wire.OperationName{{Resource: "paymentMethod", Action: "read"}}, Resource: "paymentMethod", Action: "read", Status: db.LinkPending,
				ClaimURL: *link.ClaimURL, AppClipURL: *link.ClaimURL, ReturnURL: exampleReturn, ExternalID: exampleUser, Metadata: exampleData,
				ExpiresAt: link.ExpiresAt, CreatedAt: exampleMoment}},
		"listLinks":      {nil, wire.LinkList{Links: []wire.LinkSummary{link.LinkSummary}}},
		"getLink":        {nil, link},
		"cancelLink":     {nil, d.exampleCancelled()},
		"redeemReturn":   {wire.RedeemRequest{ReturnCode: "rtn_m2Kd8Vq0Xw5LhT6kQy1VbN8sDz4Rp3Xw"}, link},
		"exportUser":     {nil, d.exampleExport()},
		"deleteUser":     {nil, exampleReceipt},
		"listSessions":   {nil, wire.SessionList{Sessions: []wire.Session{exampleAttempt}}},
		"getSession":     {nil, exampleDetail()},
		"listEvents":     {nil, wire.EventList{Events: []wire.Event{exampleEventView}}},
		"listDeliveries": {nil, wire.DeliveryList{Deliveries: []wire.Delivery{delivery}}},
		"resendEvent": {nil, wire.Delivery{ID: "dlv_3Qm2VxKc0LwRj7Hn4YaZt8", EventID: exampleEvent, URL: delivery.URL, Status: db.DeliveryPending,
			CreatedAt: exampleMoment + 90_000, NextTryAt: known[int64](exampleMoment + 90_000), Tries: []wire.DeliveryAttempt{}}},
		"resendEvents":  {wire.ResendRequest{CreatedAfter: exampleMoment}, wire.ResendResult{Resent: 12}},
		"listProviders": {nil, d.exampleProviders()},
		"claimLink": {wire.ClaimRequest{Code: exampleCode}, wire.ClaimedLink{LinkID: exampleLink, SessionID: exampleSession, ClientToken: exampleHolder,
			WebsocketURL: wire.WebsocketURL(d.PublicURL, exampleSession, exampleHolder), ExpiresAt: link.ExpiresAt}},
		"getVerificationKey": {wire.VerificationKeyRequest{KeyID: "whk_0LwRj7Hn4YaZt8Qm2VxKc5"}, wire.VerificationKey{KeyID: "whk_0LwRj7Hn4YaZt8Qm2VxKc5",
			Key: "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n", Algorithm: "ES256", CreatedAt: exampleMoment}},
		"getJWKS": {nil, wire.KeySet{Keys: []wire.PublicKey{{KeyType: "EC", Curve: "P-256", X: "WKn-ZIGevcwGIyyrzFoZNBdaq9_TsqzGl96oc0CWuis",
			Y: "y77t-RvAHRKTsSGdIYUfweuOvwrvDD-Q3Hv5J0fSKbE", KeyID: "whk_0LwRj7Hn4YaZt8Qm2VxKc5", Use: "sig", Algorithm: "ES256"}}}},
	}
}

// addExamples adds the examples to the operations.
func (d *Document) addExamples() {
	examples := d.examples()
	for _, operation := range d.operations {
		given := examples[operation.OperationID]
		if operation.RequestBody != nil {
			operation.RequestBody.Content["application/json"].Example = given.request
		}
		if content := d.reply(operation).Content["application/json"]; content != nil {
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
	"/v1/users/{externalUserId} externalUserId": exampleUser, "/v1/users/{externalUserId} limit": 20,
	"/v1/events/{id}/deliveries id": exampleEvent, "/v1/events/{id}/resend id": exampleEvent,
}

func (d *Document) exampleLink() wire.Link {
	return wire.Link{LinkSummary: wire.LinkSummary{ID: exampleLink, IntegrationID: "demo",
		Operations: []wire.Operation{{Resource: "paymentMethod", Action: "read", Status: db.OperationComplete}}, Resource: "paymentMethod", Action: "read",
		ExternalUserID: known(exampleUser), Metadata: exampleData, Status: db.LinkComplete, CurrentSessionID: known(exampleSession),
		ReturnURL: &exampleReturn, ClaimURL: known(d.PublicURL.JoinPath("c", exampleCode).String()),
		ExpiresAt: exampleMoment + wire.DefaultLifetime*1000, CreatedAt: exampleMoment, UpdatedAt: exampleMoment + 73_000,
		CompletedAt: known[int64](exampleMoment + 73_000)}, Result: exampleResult, Sessions: []wire.Session{exampleAttempt}}
}

func (d *Document) exampleExport() wire.UserExport {
	link := wire.ExportedLink{LinkSummary: d.exampleLink().LinkSummary, WebhookURL: known("https://your-app.com/webhooks"), Summaries: []map[string]string{{}}, Result: exampleResult}
	link.Sessions = []wire.ExportedSession{{SessionDetail: exampleDetail(), Consent: wire.Consent{Via: "page", TextVersion: known("1"), Language: known("en"), AgreedAt: exampleMoment + 9_000},
		Prompts: []wire.ExportedPrompt{{Kind: "credentials", Question: map[string]any{"kind": "credentials"}, Status: db.PromptAnswered,
			CreatedAt: exampleMoment + 9_000, ClosedAt: known[int64](exampleMoment + 31_000)}}}}
	link.Events = []wire.ExportedEvent{{Event: exampleEventView, Deliveries: []wire.Delivery{exampleDelivery()}}}
	return wire.UserExport{Links: []wire.ExportedLink{link}, Deletions: []wire.UserDeletion{}}
}

func (d *Document) exampleCancelled() wire.Link {
	link := d.exampleLink()
	link.Status, link.CompletedAt, link.CurrentSessionID, link.Result, link.Sessions = db.LinkExpired, nil, nil, json.RawMessage("null"), []wire.Session{}
	link.Operations = []wire.Operation{{Resource: "paymentMethod", Action: "read", Status: db.OperationPending}}
	link.Error = wire.NewSessionError(&db.Failure{Code: string(outcome.LinkCancelled)})
	return link
}

func exampleDetail() wire.SessionDetail {
	detail := wire.SessionDetail{Session: exampleAttempt, LinkID: exampleLink, Operations: []wire.SessionOperation{{
		Operation: wire.Operation{Resource: "paymentMethod", Action: "read", Status: db.OperationComplete}, StartedAt: known[int64](exampleMoment + 62_000), SubmittedAt: nil, EndedAt: known[int64](exampleMoment + 72_000)}}}
	for n, entry := range []wire.TimelineEvent{
		{Event: string(event.Claimed), Timestamp: 9_000}, {Event: string(event.PromptOpened), Timestamp: 9_000, Prompt: "credentials"},
		{Event: string(event.Queued), Timestamp: 31_000}, {Event: string(event.Started), Timestamp: 31_000},
		{Event: string(event.OperationStarted), Timestamp: 62_000, Operation: known(0)}, {Event: string(event.Completed), Timestamp: 73_000},
	} {
		entry.Seq, entry.Timestamp = n+1, exampleMoment+entry.Timestamp
		detail.Events = append(detail.Events, entry)
	}
	return detail
}

func exampleDelivery() wire.Delivery {
	return wire.Delivery{ID: "dlv_8Qm2VxKc0LwRj7Hn4YaZt5", EventID: exampleEvent, URL: "https://your-app.com/webhooks", Status: db.DeliveryDelivered,
		CreatedAt: exampleMoment + 73_000, EndedAt: known[int64](exampleMoment + 74_200), Tries: []wire.DeliveryAttempt{
			{Number: 1, Timestamp: exampleMoment + 73_100, StatusCode: known(503), Took: 84,
				Error: known("the receiver answered 503: it failed; its own log says why"), Reply: known("upstream is busy")},
			{Number: 2, Timestamp: exampleMoment + 74_200, StatusCode: known(200), Took: 31, Reply: known("ok")},
		}}
}

func (d *Document) exampleProviders() wire.ProviderList {
	resource := wire.ProviderResource{Name: "mobileBillingStatement", Operations: map[string]wire.ProviderOperation{}}
	if operation, ok := d.Resources.Operation(resource.Name, "read"); ok {
		resource.Operations["read"] = wire.NewProviderOperation(operation)
	}
	return wire.ProviderList{Providers: []wire.Provider{{ID: "demo", Name: "Demo Mobile",
		Health: wire.Health{Status: catalog.HealthOK, SuccessRate: known(0.98), Sessions: 50, Since: known[int64](exampleMoment)}, Resources: []wire.ProviderResource{resource}}}}
}
