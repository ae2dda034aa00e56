package catalog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"passage/automation/integrations"
	"passage/automation/script"
)

// ErrUnknown reports that no integration with the id is in service.
var ErrUnknown = errors.New("no such integration is in service")

// Site points an integration elsewhere than its script says.
type Site struct {
	URL   string   // an origin
	Hosts []string // further hosts that the browser may talk to there
}

// Entry is what the catalog knows of one integration.
type Entry struct {
	ID          string
	Integration *script.Integration // in service; nil: none is
	Own         bool                // from the operator's folder, not a built-in one
	Since       time.Time           // when this version came into service
	Error       string              // why the newest version is not in service; "" it is, or it waits for a site
}

// LoadError is something that is wrong with the scripts, in a sentence for their
// operator.
type LoadError struct {
	File string
	Text string
}

// Catalog holds the integrations: the built-in ones and, over them, the
// operator's own, whose changes Run takes in. Whoever asks it sees one state or
// the next, never one half made; and an *script.Integration never changes, so that who
// holds one keeps its version.
type Catalog struct {
	options Options
	builtIn map[string]Entry
	own     *overlay
	current atomic.Pointer[snapshot]
}

// snapshot is one state of the catalog. It does not change.
type snapshot struct {
	entries map[string]Entry
	fault   string // of the operator's folder as a whole
}

// Options say which scripts are put in service.
type Options struct {
	Folder fs.FS           // the operator's own, over the built-in ones; may be nil
	Sites  map[string]Site // by integration id
	Logger *slog.Logger    // told by Run what comes into service and what does not; nil: nobody is
}

// Load loads every script. One that does not load is a Fault and keeps
// no other from service; a site for an integration that does not exist is an
// error, as it is the operator's slip. An integration whose own site is a
// loopback address exists only where a site is named for it.
func Load(options Options) (*Catalog, error) {
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Catalog{options: options, builtIn: map[string]Entry{}}
	built := newOverlay(integrations.FS(), c.load)
	built.look()
	for id, file := range built.files {
		c.builtIn[id] = Entry{ID: id, Integration: file.good, Error: file.fault}
		if errors.Is(file.cause, errNoSite) {
			c.builtIn[id] = Entry{ID: id} // only where an operator wants it: the demo
		}
	}
	if options.Folder != nil {
		c.own = newOverlay(options.Folder, c.load)
		c.own.look()
	}
	c.publish()
	return c, c.checkSites()
}

// errNoSite is the fault of a script whose own site is an address of this
// machine or network, which nobody has named.
var errNoSite = errors.New("its site is an address of this machine or network")

// load makes an integration of a script, pointed to where it works.
func (c *Catalog) load(id, file, source string) (*script.Integration, error) {
	integration, err := script.Load(file, []byte(source))
	if err != nil {
		return nil, err
	}
	if integration.ID != id {
		return nil, fmt.Errorf("%s: the folder of integration %q must have its name", file, integration.ID)
	}
	if site, pointed := c.options.Sites[id]; pointed {
		return integration.At(site.URL, site.Hosts...)
	}
	if integration.AllowPrivate() {
		return nil, fmt.Errorf("%s: %w (%s): name it with --site %s=URL", file, errNoSite, integration.Site, id)
	}
	return integration, nil
}

// checkSites finds the sites that cannot be pointed to, or nothing can be
// pointed at, and reports all together.
func (c *Catalog) checkSites() error {
	entries := c.current.Load().entries
	var faults []error
	for _, id := range slices.Sorted(maps.Keys(c.options.Sites)) {
		site := c.options.Sites[id]
		if _, ok := entries[id]; !ok {
			faults = append(faults, fmt.Errorf("point %s to %s: there is no such integration; there are %v", id, site.URL,
				slices.Sorted(maps.Keys(entries))))
			continue
		}
		probe := script.Integration{Manifest: script.Manifest{ID: id}} // whether a site can be one does not depend on the script
		if _, err := probe.At(site.URL, site.Hosts...); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// lookEvery is how often the operator's folder is read. To read a few small
// files costs next to nothing, and it works where notifications of changes do
// not: on network mounts, through links, whatever an editor does to the files.
const lookEvery = time.Second

// Run takes in what changes in the operator's folder until the context ends. A
// change is taken in once two looks in a row have seen the same, so that a file
// which is just being written counts for nothing.
func (c *Catalog) Run(ctx context.Context) error {
	c.report(&snapshot{entries: c.builtIn}, c.current.Load())
	if c.own == nil {
		return nil
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if c.own.look() {
				before := c.current.Load()
				c.publish()
				c.report(before, c.current.Load())
			}
		}
	}
}

// publish puts the present state on the shelf.
func (c *Catalog) publish() {
	before := c.current.Load()
	next := &snapshot{entries: maps.Clone(c.builtIn)}
	if c.own != nil {
		next.fault = c.own.fault
		for id, file := range c.own.files {
			entry := next.entries[id]
			entry.ID, entry.Error = id, file.fault
			if file.good != nil {
				entry.Integration, entry.Own = file.good, true
			}
			next.entries[id] = entry
		}
	}
	for id, entry := range next.entries {
		entry.Since = time.Now()
		if before != nil && entry.sameVersion(before.entries[id]) {
			entry.Since = before.entries[id].Since
		}
		next.entries[id] = entry
	}
	c.current.Store(next)
}

func (e Entry) sameVersion(other Entry) bool {
	if e.Integration == nil || other.Integration == nil {
		return e.Integration == other.Integration
	}
	return e.Own == other.Own && e.Integration.Hash == other.Integration.Hash
}

// report logs what differs between two states.
func (c *Catalog) report(before, now *snapshot) {
	if now.fault != "" && now.fault != before.fault {
		c.options.Logger.Error("the folder of integrations cannot be read", "error", now.fault)
	}
	all := maps.Clone(before.entries)
	maps.Copy(all, now.entries)
	for _, id := range slices.Sorted(maps.Keys(all)) {
		old, entry := before.entries[id], now.entries[id]
		switch same := entry.sameVersion(old); {
		case entry.Error != "" && entry.Error != old.Error:
			c.options.Logger.Error("an integration did not load", "integration", id, "error", entry.Error, "meanwhile", entry.standing())
		case entry.Error == "" && entry.Integration != nil && (!same || old.Error != ""):
			c.options.Logger.Info("an integration is in service", "integration", id, "version", entry.Integration.Hash, "own", entry.Own)
		case entry.Integration == nil && !same:
			c.options.Logger.Warn("an integration went out of service", "integration", id)
		}
	}
}

// standing says what serves where the newest version does not.
func (e Entry) standing() string {
	switch {
	case e.Integration == nil:
		return "it is out of service"
	case e.Own:
		return "version " + e.Integration.Hash[:8] + " of the file stays in service"
	default:
		return "the built-in one stays in service"
	}
}

// Get finds an integration in service.
func (c *Catalog) Get(id string) (*script.Integration, bool) {
	entry := c.current.Load().entries[id]
	return entry.Integration, entry.Integration != nil
}

// List returns what is in service, by id.
func (c *Catalog) List() []*script.Integration {
	var list []*script.Integration
	for _, entry := range c.Entries() {
		if entry.Integration != nil {
			list = append(list, entry.Integration)
		}
	}
	return list
}

// Entries returns everything that there is, by id, in service or not.
func (c *Catalog) Entries() []Entry {
	entries := c.current.Load().entries
	list := make([]Entry, 0, len(entries))
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		list = append(list, entries[id])
	}
	return list
}

// LoadErrors returns what is wrong now: the folder first, then the scripts that
// did not load.
func (c *Catalog) LoadErrors() (faults []LoadError) {
	if fault := c.current.Load().fault; fault != "" {
		faults = append(faults, LoadError{File: ".", Text: "The folder of integrations cannot be read: " + fault +
			"; what was loaded from it stays in service."})
	}
	for _, entry := range c.Entries() {
		if entry.Error != "" {
			faults = append(faults, LoadError{File: scriptFile(entry.ID),
				Text: "An integration did not load: " + entry.Error + "; " + entry.standing() + "."})
		}
	}
	return faults
}

// Err joins the faults into one error, nil where there is none.
func (c *Catalog) Err() error {
	var errs []error
	for _, fault := range c.LoadErrors() {
		errs = append(errs, errors.New(fault.Text))
	}
	return errors.Join(errs...)
}
