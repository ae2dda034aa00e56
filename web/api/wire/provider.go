package wire

import (
	"encoding/json"

	"passage/automation/catalog"
	"passage/automation/resources"
)

// ProviderList is the reply of GET /v1/providers.
type ProviderList struct {
	Providers []Provider `json:"providers"`
}

// Provider is an integration in service.
type Provider struct {
	ID        string             `json:"id"`
	Name      string             `json:"name"`
	Health    Health             `json:"health" doc:"What the latest sessions say, of all merchants of this server."`
	Resources []ProviderResource `json:"resources"`
}

// Health is what is known about a service from its latest sessions.
type Health struct {
	Status      catalog.HealthStatus `json:"status" enum:"ok,degraded,down,unknown" doc:"degraded: less than nine in ten succeed, or the latest three read nothing where sessions before them read something. down: the latest have all failed within the last minutes, and the claim page says so instead of asking for a log-in. unknown: fewer than five sessions."`
	SuccessRate *float64             `json:"successRate" minimum:"0" maximum:"1" doc:"Of the sessions; null where there is none."`
	Sessions    int                  `json:"sessions" doc:"How many ended within the last hour with success, or for something that is the site's or the integration's. One link counts once."`
	Since       *int64               `json:"since" doc:"When the first of them ended; null where there is none."`
}

// NewHealth shows how well a service can be connected.
func NewHealth(health catalog.Health) Health {
	view := Health{Status: health.Status, Sessions: health.Sessions}
	if health.Sessions > 0 {
		view.SuccessRate, view.Since = &health.SuccessRate, &health.Since
	}
	return view
}

// ProviderResource is a resource that an integration offers, with its operations
// by action.
type ProviderResource struct {
	Name       string                       `json:"name"`
	Operations map[string]ProviderOperation `json:"operations" doc:"By action: read, write."`
}

// ProviderOperation is one operation, with the JSON Schemas of its arguments and
// result.
type ProviderOperation struct {
	Description string          `json:"description"`
	Arguments   json.RawMessage `json:"arguments" doc:"A JSON Schema (2020-12). An operation without arguments has maxProperties 0, and arguments may be left out."`
	Sensitive   []string        `json:"sensitive" doc:"The arguments that are secrets, such as a card's number: they are encrypted, shown nowhere and destroyed after use."`
	Result      json.RawMessage `json:"result" doc:"A JSON Schema (2020-12)."`
}

// NewProviderOperation shows an operation.
func NewProviderOperation(operation *resources.Operation) ProviderOperation {
	published := operation.Published()
	return ProviderOperation{Description: operation.Description, Arguments: published.Arguments,
		Sensitive: append([]string{}, operation.Sensitive...), Result: published.Result}
}
