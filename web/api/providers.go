package api

import (
	"context"
	"encoding/json"
	"strings"

	"passage/automation"
)

type providerList struct {
	Providers []provider `json:"providers"`
}

type provider struct {
	ID        string             `json:"id"`
	Name      string             `json:"name"`
	Resources []providerResource `json:"resources"`
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
		list.Providers = append(list.Providers, provider{ID: integration.ID, Name: integration.Name,
			Resources: a.resourcesOf(integration)})
	}
	return &reply[providerList]{list}, nil
}

// resourcesOf groups an integration's operations, which are sorted by name.
func (a *API) resourcesOf(integration *automation.Integration) []providerResource {
	found := []providerResource{}
	for _, name := range integration.Operations {
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
