package openapi

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"passage/automation/outcome"
	"passage/web/api/wire"
)

// webhookHeaders are the headers of every delivery.
var webhookHeaders = []struct{ name, about, example string }{
	{"X-Passage-Signature", "An ES256 JWT, header `{alg, typ, kid}`, claims `{iat, request_body_sha256, aud, jti}`: `request_body_sha256` is the lower-case hex SHA-256 of the raw body, `aud` your organization, `jti` the event's id. The key with that `kid` is in GET /.well-known/jwks.json.", "eyJhbGciOiJFUzI1NiIsImtpZCI6IndoayJ9.eyJpYXQiOjE3ODgyNDYwMDB9.c2lnbmF0dXJl"},
	{"X-Passage-Timestamp", "When it was signed, in Unix seconds.", "1788246000"},
	{"webhook-id", "The event's id, the same at every try: keep it, and take no event twice.", exampleEvent},
	{"webhook-timestamp", "When it was signed, in Unix seconds.", "1788246000"},
	{"webhook-signature", "Standard Webhooks: “v1,” and the base64 HMAC-SHA256 of `webhook-id.webhook-timestamp.body` with your `whsec_…` secret. While a secret is being changed there are two, with a space between.", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="},
}

// webhookEvents say when each event is sent.
var webhookEvents = map[string]string{
	"link.complete": "Every operation succeeded. A link with `requireReturn` is complete once its return was redeemed.",
	"link.failed":   "An attempt ended without success. `final` says whether the person can try again.",
	"link.expired":  "The link's time is over, or it was cancelled (`LINK_CANCELLED`).",
}

func (d *Document) describeWebhooks() {
	openAPI := d.api
	openAPI.Webhooks = map[string]*huma.PathItem{}
	payload := d.schemaOf(wire.WebhookPayload{})
	for _, name := range slices.Sorted(maps.Keys(webhookEvents)) {
		operation := &huma.Operation{
			OperationID: "on" + pascal(string(name[0]-'a'+'A')+name[1:4]+"_"+name[5:]), Tags: []string{"Webhooks"},
			Security: NoKey, Summary: "Tell you that a link is " + name[5:], Description: webhookEvents[name] + "\n\n" + aboutDeliveries,
			RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
				"application/json": {Schema: payload, Example: exampleWebhook(name)}}},
			Responses: map[string]*huma.Response{
				"2XX":     {Description: "You have taken it; nothing is sent again."},
				"default": {Description: "You have not: it is sent again later."},
			},
		}
		for _, header := range webhookHeaders {
			operation.Parameters = append(operation.Parameters, &huma.Param{Name: header.name, In: "header", Required: true,
				Description: header.about, Schema: &huma.Schema{Type: huma.TypeString}, Example: header.example})
		}
		openAPI.Webhooks[name] = &huma.PathItem{Post: operation}
	}
}

func exampleWebhook(name string) wire.WebhookPayload {
	payload := wire.WebhookPayload{Event: exampleEventView, Result: exampleResult}
	payload.Event.Event, payload.Status = name, name[len("link."):]
	code := outcome.Code("")
	switch name {
	case "link.failed":
		code, payload.Final = outcome.InvalidCredentials, false
	case "link.expired":
		code = outcome.LinkExpired
	}
	if code != "" {
		entry, _ := outcome.Lookup(code)
		payload.Error = &wire.SessionError{Code: string(code), Message: entry.Developer}
		payload.Result = json.RawMessage("null")
		payload.Operations = slices.Clone(payload.Operations)
		payload.Operations[0].Status = "pending"
	}
	return payload
}
