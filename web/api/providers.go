package api

import (
	"context"
	"strings"

	"passage/automation/catalog"
	"passage/web/api/wire"
)

// listProviders lists those that links of the request's key can go to.
func (a *API) listProviders(ctx context.Context, _ *struct{}) (*reply[wire.ProviderList], error) {
	list := wire.ProviderList{Providers: []wire.Provider{}}
	for _, integration := range a.Catalog.List() {
		if !a.reachesIntegration(keyOf(ctx), integration.ID) {
			continue
		}
		health, err := catalog.ReadHealth(ctx, a.DB, integration)
		if err != nil {
			return nil, err
		}
		list.Providers = append(list.Providers, wire.Provider{ID: integration.ID, Name: integration.Name, Health: wire.NewHealth(health),
			Resources: a.resourcesOf(integration.Operations)})
	}
	return &reply[wire.ProviderList]{list}, nil
}

// resourcesOf groups operations by their resource. They are sorted by name.
func (a *API) resourcesOf(operations []string) []wire.ProviderResource {
	found := []wire.ProviderResource{}
	for _, name := range operations {
		resource, action, _ := strings.Cut(name, ".")
		operation, ok := a.Resources.Operation(resource, action)
		if !ok { // a script may offer what this version has no schema for; nobody can ask for it
			continue
		}
		if len(found) == 0 || found[len(found)-1].Name != resource {
			found = append(found, wire.ProviderResource{Name: resource, Operations: map[string]wire.ProviderOperation{}})
		}
		found[len(found)-1].Operations[action] = wire.NewProviderOperation(operation)
	}
	return found
}
