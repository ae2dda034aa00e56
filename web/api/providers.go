package api

import (
	"context"
	"encoding/json"
	"strings"

	"passage/automation/catalog"
)

type providerList struct {
	Providers []provider `json:"providers"`
}

type provider struct {
	ID        string             `json:"id"`
	Name      string             `json:"name"`
	Health    healthView         `json:"health" doc:"What the latest sessions say, of all merchants of this server."`
	Resources []providerResource `json:"resources"`
}

// healthView is what is known about a service from its latest sessions.
type healthView struct {
	Status      catalog.HealthStatus `json:"status" enum:"ok,degraded,down,unknown" doc:"degraded: less than nine in ten succeed. down: the latest have all failed within the last minutes, and the claim page says so instead of asking for a log-in. unknown: fewer than five sessions."`
	SuccessRate *float64             `json:"successRate" minimum:"0" maximum:"1" doc:"Of the sessions; null where there is none."`
	Sessions    int                  `json:"sessions" doc:"How many ended within the last hour with success, or for something that is the site's or the integration's. One link counts once."`
	Since       *int64               `json:"since" doc:"When the first of them ended; null where there is none."`
}

func showHealth(health catalog.Health) healthView {
	view := healthView{Status: health.Status, Sessions: health.Sessions}
	if health.Sessions > 0 {
		view.SuccessRate, view.Since = &health.SuccessRate, &health.Since
	}
	return view
}

type providerResource struct {
	Name       string                       `json:"name"`
	Operations map[string]providerOperation `json:"operations" doc:"By action: read, write."`
}

type providerOperation struct {
	Description string          `json:"description"`
	Arguments   json.RawMessage `json:"arguments" doc:"A JSON Schema (2020-12), or null where there are none."`
	Result      json.RawMessage `json:"result" doc:"A JSON Schema (2020-12)."`
}

// listProviders lists those that links of the request's key can go to.
func (a *API) listProviders(ctx context.Context, _ *struct{}) (*reply[providerList], error) {
	list := providerList{Providers: []provider{}}
	for _, integration := range a.Catalog.List() {
		if !a.reachesIntegration(keyOf(ctx), integration.ID) {
			continue
		}
		health, err := catalog.ReadHealth(ctx, a.DB, integration)
		if err != nil {
			return nil, err
		}
		list.Providers = append(list.Providers, provider{ID: integration.ID, Name: integration.Name, Health: showHealth(health),
			Resources: a.resourcesOf(integration.Operations)})
	}
	return &reply[providerList]{list}, nil
}

// resourcesOf groups operations by their resource. They are sorted by name.
func (a *API) resourcesOf(operations []string) []providerResource {
	found := []providerResource{}
	for _, name := range operations {
		resource, action, _ := strings.Cut(name, ".")
		operation, ok := a.Resources.Operation(resource, action)
		if !ok { // a script may offer what this version has no schema for; nobody can ask for it
			continue
		}
		if len(found) == 0 || found[len(found)-1].Name != resource {
			found = append(found, providerResource{Name: resource, Operations: map[string]providerOperation{}})
		}
		found[len(found)-1].Operations[action] = providerOperation{Description: operation.Description,
			Arguments: operation.Arguments, Result: operation.Result}
	}
	return found
}
