// Package catalog holds the integrations that are in service.
//
// It owns the built-in scripts and the operator's folder over them: loading,
// reloading, which version is current, and how healthy each service is. It does
// not know what a script may say (script) or run one. Its invariants: a script
// that does not load changes nothing; an integration that a session has taken
// never changes.
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

// Site makes an integration use another site than its script names.
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
	Error       string              // why the newest version is not in service; "" if it is, or if it needs a site
}

// LoadError is something wrong with the scripts, in a sentence for operators.
type LoadError struct {
	File string
	Text string
}

// Catalog holds the integrations: the built-in ones and, over them, the
// operator's own, which Run reloads when they change. Readers see one snapshot or
// the next, never a mixture. A *script.Integration never changes, so a session
// that holds one keeps its version.
type Catalog struct {
	options Options
	builtIn map[string]Entry
	own     *overlay
	current atomic.Pointer[snapshot]
}

// snapshot is one state of the catalog. It does not change.
type snapshot struct {
	entries map[string]Entry
	err     string // why the operator's folder can't be read
}

// Options say which scripts are put in service.
type Options struct {
	Folder fs.FS           // the operator's own, over the built-in ones; may be nil
	Sites  map[string]Site // by integration id
	Logger *slog.Logger    // for what Run puts into service and what it can't load; nil for none
}

// Load loads every script. One that does not load is a LoadError and keeps no
// other out of service. A site for an integration that does not exist is an
// error: it is probably misspelt. An integration whose own site is a loopback
// address is in service only if a site is named for it.
func Load(options Options) (*Catalog, error) {
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Catalog{options: options, builtIn: map[string]Entry{}}
	built := newOverlay(integrations.FS(), c.load)
	built.poll()
	for id, file := range built.files {
		c.builtIn[id] = Entry{ID: id, Integration: file.loaded, Error: file.err}
		if errors.Is(file.cause, errNoSite) {
			c.builtIn[id] = Entry{ID: id} // such as the demo: only if an operator names a site
		}
	}
	if options.Folder != nil {
		c.own = newOverlay(options.Folder, c.load)
		c.own.poll()
	}
	c.publish()
	return c, c.checkSites()
}

// errNoSite is the error of a script whose own site is an address of this
// machine or network, which nobody has named.
var errNoSite = errors.New("its site is an address of this machine or network")

// load makes an integration of a script, with the site that it works on.
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

// checkSites reports all sites that are invalid or that no integration uses.
func (c *Catalog) checkSites() error {
	entries := c.current.Load().entries
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(c.options.Sites)) {
		site := c.options.Sites[id]
		if _, ok := entries[id]; !ok {
			errs = append(errs, fmt.Errorf("point %s to %s: there is no such integration; there are %v", id, site.URL,
				slices.Sorted(maps.Keys(entries))))
			continue
		}
		probe := script.Integration{Manifest: script.Manifest{ID: id}} // whether a site is valid does not depend on the script
		if _, err := probe.At(site.URL, site.Hosts...); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// pollEvery is how often the operator's folder is read. Reading a few small files
// costs next to nothing, and unlike notifications of changes it works on network
// mounts, through links, and with whatever an editor does to the files.
const pollEvery = time.Second

// Run reloads what changes in the operator's folder until the context ends. A
// change counts once two polls in a row have read the same, so that a file that
// is being written is not loaded half.
func (c *Catalog) Run(ctx context.Context) error {
	c.report(&snapshot{entries: c.builtIn}, c.current.Load())
	if c.own == nil {
		return nil
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if c.own.poll() {
				before := c.current.Load()
				c.publish()
				c.report(before, c.current.Load())
			}
		}
	}
}

// publish makes a snapshot of the present state the current one.
func (c *Catalog) publish() {
	before := c.current.Load()
	next := &snapshot{entries: maps.Clone(c.builtIn)}
	if c.own != nil {
		next.err = c.own.err
		for id, file := range c.own.files {
			entry := next.entries[id]
			entry.ID, entry.Error = id, file.err
			if file.loaded != nil {
				entry.Integration, entry.Own = file.loaded, true
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
	if now.err != "" && now.err != before.err {
		c.options.Logger.Error("the folder of integrations cannot be read", "error", now.err)
	}
	all := maps.Clone(before.entries)
	maps.Copy(all, now.entries)
	for _, id := range slices.Sorted(maps.Keys(all)) {
		old, entry := before.entries[id], now.entries[id]
		switch same := entry.sameVersion(old); {
		case entry.Error != "" && entry.Error != old.Error:
			c.options.Logger.Error("an integration did not load", "integration", id, "error", entry.Error, "meanwhile", entry.fallback())
		case entry.Error == "" && entry.Integration != nil && (!same || old.Error != ""):
			c.options.Logger.Info("an integration is in service", "integration", id, "version", entry.Integration.Hash, "own", entry.Own)
		case entry.Integration == nil && !same:
			c.options.Logger.Warn("an integration went out of service", "integration", id)
		}
	}
}

// fallback says what is in service instead of the newest version.
func (e Entry) fallback() string {
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

// LoadErrors returns what is wrong now: the folder first, then each script that
// did not load.
func (c *Catalog) LoadErrors() (errs []LoadError) {
	if err := c.current.Load().err; err != "" {
		errs = append(errs, LoadError{File: ".", Text: "The folder of integrations cannot be read: " + err +
			"; what was loaded from it stays in service."})
	}
	for _, entry := range c.Entries() {
		if entry.Error != "" {
			errs = append(errs, LoadError{File: scriptFile(entry.ID),
				Text: "An integration did not load: " + entry.Error + "; " + entry.fallback() + "."})
		}
	}
	return errs
}

// Err joins the load errors into one; nil if there are none.
func (c *Catalog) Err() error {
	var errs []error
	for _, loadError := range c.LoadErrors() {
		errs = append(errs, errors.New(loadError.Text))
	}
	return errors.Join(errs...)
}
