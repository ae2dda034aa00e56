package wire

// LinkRequest describes the body of POST /v1/links in the OpenAPI document.
// readLink is what reads it.
type LinkRequest struct {
	IntegrationID  string             `json:"integrationId" example:"demo" doc:"Which service; see GET /v1/providers."`
	Operations     []OperationRequest `json:"operations,omitempty" doc:"What to do, in running order. Either this, or resource and action."`
	Resource       string             `json:"resource,omitempty" example:"paymentMethod" doc:"The resource of a single operation."`
	Action         string             `json:"action,omitempty" enum:"read,write" doc:"The action of a single operation."`
	Arguments      map[string]any     `json:"arguments,omitempty" doc:"The arguments of a single operation; their schema is in GET /v1/providers. Never echoed."`
	ReturnURL      string             `json:"returnUrl,omitempty" example:"https://your-app.com/done" doc:"Where the person goes back to: https, http on loopback, or a scheme of your app's own. linkId is appended to its query, in place of a linkId and a returnCode that are in it already. An organization may be held to some hosts and schemes; the 400 names them."`
	WebhookURL     string             `json:"webhookUrl,omitempty" example:"https://your-app.com/webhooks" doc:"Where events are sent: an absolute https URL."`
	ExternalUserID string             `json:"externalUserId,omitempty" doc:"Your own id of the person."`
	Metadata       map[string]string  `json:"metadata,omitempty"`
	Debug          bool               `json:"debug,omitempty" doc:"Record everything of this link's sessions, successes too."`
	ExpiresIn      int64              `json:"expiresIn,omitempty"`
	Reusable       bool               `json:"reusable,omitempty" doc:"A complete link may be claimed again until it expires; not with sensitive arguments."`
	UserLabel      string             `json:"userLabel,omitempty" doc:"Who you believe the person is; shown to them."`
	RequireReturn  bool               `json:"requireReturn,omitempty" doc:"Release the result only once your server redeems the returnCode that comes back with the person (POST /v1/links/{id}/redeem); needs returnUrl."`
	Locale         string             `json:"locale,omitempty" example:"en-US" doc:"The language of the pages, BCP 47; else the browser's."`
}

// OperationRequest is one operation of a request for a link.
type OperationRequest struct {
	Resource  string         `json:"resource" example:"paymentMethod"`
	Action    string         `json:"action" enum:"read,write"`
	Arguments map[string]any `json:"arguments,omitempty" doc:"Their schema is in GET /v1/providers. Never echoed."`
}
