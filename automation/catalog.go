package automation

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"passage/automation/integrations"
	"passage/automation/script"
)

// Site points an integration elsewhere than its script says.
type Site struct {
	URL   string   // an origin
	Hosts []string // further hosts that the browser may talk to there
}

// Fault is a script that did not load.
type Fault struct {
	File string
	Text string
}

// Catalog holds the integrations that are in service. It does not change.
type Catalog struct {
	integrations map[string]*Integration
	faults       []Fault
}

// CatalogOptions say which scripts are put in service.
type CatalogOptions struct {
	Folder fs.FS           // the operator's own, over the built-in ones; may be nil
	Sites  map[string]Site // by integration id
}

// LoadCatalog loads every script. One that does not load is a Fault and keeps
// no other from service; a site for an integration that does not exist is an
// error, as it is the operator's slip. An integration whose own site is a
// loopback address exists only where a site is named for it.
func LoadCatalog(options CatalogOptions) (*Catalog, error) {
	catalog := &Catalog{integrations: map[string]*Integration{}}
	for _, folder := range []fs.FS{integrations.FS(), options.Folder} {
		if folder == nil {
			continue
		}
		if err := catalog.load(folder); err != nil {
			return nil, err
		}
	}
	if err := catalog.point(options.Sites); err != nil {
		return nil, err
	}
	maps.DeleteFunc(catalog.integrations, func(id string, integration *Integration) bool {
		_, pointed := options.Sites[id]
		return !pointed && integration.AllowPrivate()
	})
	return catalog, nil
}

// point moves integrations to other sites, and reports all faults together.
func (c *Catalog) point(sites map[string]Site) error {
	var faults []error
	for _, id := range slices.Sorted(maps.Keys(sites)) {
		integration, ok := c.integrations[id]
		if !ok {
			faults = append(faults, fmt.Errorf("point %s to %s: there is no such integration; there are %v", id, sites[id].URL,
				slices.Sorted(maps.Keys(c.integrations))))
			continue
		}
		moved, err := integration.At(sites[id].URL, sites[id].Hosts...)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		c.integrations[id] = moved
	}
	return errors.Join(faults...)
}

func (c *Catalog) load(folder fs.FS) error {
	files, err := fs.Glob(folder, "*/integration.star")
	if err != nil {
		return fmt.Errorf("list integrations: %w", err)
	}
	for _, file := range files {
		source, err := fs.ReadFile(folder, file)
		if err != nil {
			return fmt.Errorf("read integration: %w", err)
		}
		integration, err := script.Load(file, source)
		if err == nil && integration.ID != path.Dir(file) {
			err = fmt.Errorf("%s: the folder of integration %q must have its name", file, integration.ID)
		}
		if err != nil {
			c.faults = append(c.faults, Fault{File: file, Text: err.Error()})
			continue
		}
		c.integrations[integration.ID] = integration
	}
	return nil
}

// Get finds an integration in service.
func (c *Catalog) Get(id string) (*Integration, bool) {
	integration, ok := c.integrations[id]
	return integration, ok
}

// List returns what is in service, by id.
func (c *Catalog) List() []*Integration {
	list := make([]*Integration, 0, len(c.integrations))
	for _, id := range slices.Sorted(maps.Keys(c.integrations)) {
		list = append(list, c.integrations[id])
	}
	return list
}

// Faults returns the scripts that did not load.
func (c *Catalog) Faults() []Fault { return slices.Clone(c.faults) }

// Err joins the faults into one error, nil where there is none.
func (c *Catalog) Err() error {
	var errs []error
	for _, fault := range c.faults {
		errs = append(errs, errors.New(fault.Text))
	}
	return errors.Join(errs...)
}
