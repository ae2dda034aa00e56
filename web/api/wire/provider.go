package wire

import (
	"encoding/json"
	"passage/automation/catalog"
)

type ProviderList struct {
	Providers []Provider `json:"providers"`
}

type Provider struct {
	ID        string             `json:"id"`
	Name      string             `json:"name"`
	Health    Health             `json:"health" doc:"What the latest sessions say, of all merchants of this server."`
	Resources []ProviderResource `json:"resources"`
}

// Health is what is known about a service from its latest sessions.
type Health struct {
	Status      catalog.HealthStatus `json:"status" enum:"ok,degraded,down,unknown" doc:"degraded: less than nine in ten succeed. down: the latest have all failed within the last minutes, and the claim page says so instead of asking for a log-in. unknown: fewer than five sessions."`
	SuccessRate *float64             `json:"successRate" minimum:"0" maximum:"1" doc:"Of the sessions; null where there is none."`
	Sessions    int                  `json:"sessions" doc:"How many ended within the last hour with success, or for something that is the site's or the integration's. One link counts once."`
	Since       *int64               `json:"since" doc:"When the first of them ended; null where there is none."`
}

func NewHealth(health catalog.Health) Health {
	view := Health{Status: health.Status, Sessions: health.Sessions}
	if health.Sessions > 0 {
		view.SuccessRate, view.Since = &health.SuccessRate, &health.Since
	}
	return view
}

type ProviderResource struct {
	Name       string                       `json:"name"`
	Operations map[string]ProviderOperation `json:"operations" doc:"By action: read, write."`
}

type ProviderOperation struct {
	Description string          `json:"description"`
	Arguments   json.RawMessage `json:"arguments" doc:"A JSON Schema (2020-12), or null where there are none."`
	Result      json.RawMessage `json:"result" doc:"A JSON Schema (2020-12)."`
}
