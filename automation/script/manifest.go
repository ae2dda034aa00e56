package script

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"passage/automation/loopback"
	"passage/automation/prompt"

	"go.starlark.net/starlark"
)

// Manifest is what an integration says about itself when it is loaded: enough
// to list it and to show its credentials form without a browser.
type Manifest struct {
	ID          string
	Name        string
	Site        string   // an origin, without a path
	Hosts       []string // "name" (ports 80 and 443) or "name:port"; the browser may talk to no others
	Credentials []prompt.Field
	Lockout     Lockout
	Operations  []string // "resource.action", sorted
}

// Integration is a loaded script. It is immutable and may be run by any number
// of sessions at once.
type Integration struct {
	Manifest
	Filename string // for messages
	Source   []byte
	Hash     string // SHA-256 of Source in lower-case hex

	login      *starlark.Function
	operations map[string]*starlark.Function
}

var (
	idPattern   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	hostPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?$`)
)

// Globals returns the values of the script's top level, which are frozen.
func (i *Integration) Globals() starlark.StringDict { return i.login.Globals() }

// Function returns the function of one of the integration's operations, nil if
// it has no such operation.
func (i *Integration) Function(operation string) *starlark.Function { return i.operations[operation] }

// Allows reports whether the browser may talk to the host of an origin.
func (m *Manifest) Allows(origin string) bool {
	return slices.Contains(m.Hosts, hostOf(strings.ToLower(origin)))
}

// At returns a copy that works on another origin: the demo carrier on the port
// that it got, a staging system, a sandbox site. The new host takes the old one's
// place in Hosts; more hosts can be let through beside it.
func (i *Integration) At(site string, hosts ...string) (*Integration, error) {
	if err := checkSite(site); err != nil {
		return nil, fmt.Errorf("point %s elsewhere: %w", i.ID, err)
	}
	for _, host := range hosts {
		if err := checkHost(host); err != nil {
			return nil, fmt.Errorf("point %s elsewhere: %w", i.ID, err)
		}
	}
	moved := *i
	moved.Site = strings.TrimSuffix(site, "/")
	old, fresh := hostOf(i.Site), hostOf(moved.Site)
	moved.Hosts = nil
	for _, host := range slices.Concat([]string{fresh}, i.Hosts, hosts) {
		if host == old || slices.Contains(moved.Hosts, host) {
			continue
		}
		moved.Hosts = append(moved.Hosts, host)
	}
	if old == fresh {
		moved.Hosts = slices.Insert(moved.Hosts, 0, fresh)
	}
	return &moved, nil
}

// AllowPrivate reports whether the site is, by its own name, a loopback or
// private address, so that the way out must let such addresses through.
func (i *Integration) AllowPrivate() bool {
	parsed, err := url.Parse(i.Site)
	return err == nil && (loopback.IsHost(parsed.Hostname()) || isPrivate(parsed.Hostname()))
}

// faults returns everything that is wrong with what the script says about
// itself, in words for its author.
func (m *Manifest) faults() []error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if !idPattern.MatchString(m.ID) {
		fault("integration: id = %q must be lower-case letters, digits and dashes, starting with a letter", m.ID)
	}
	if m.Name == "" || m.Name != prompt.Quote(m.Name) || len(m.Name) > 64 {
		fault("integration: name = %q must be 1 to 64 printable characters", m.Name)
	}
	if err := checkSite(m.Site); err != nil {
		fault("integration: %w", err)
	} else if !slices.Contains(m.Hosts, hostOf(m.Site)) {
		fault("integration: hosts must contain the site's own host, %q", hostOf(m.Site))
	}
	for _, host := range m.Hosts {
		if err := checkHost(host); err != nil {
			fault("integration: %w", err)
		}
	}
	if len(m.Credentials) == 0 || len(m.Credentials) > 10 {
		fault("integration: credentials must be a list of 1 to 10 field(…)")
	}
	seen := map[string]bool{}
	for _, field := range m.Credentials {
		if seen[field.Name] {
			fault("integration: there are two fields named %q", field.Name)
		}
		seen[field.Name] = true
	}
	return append(faults, m.lockoutFaults()...)
}

func checkSite(site string) error {
	parsed, err := url.Parse(site)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "https" && parsed.Scheme != "http") {
		return fmt.Errorf("site = %q must be an origin like %q", site, "https://www.example.com")
	}
	if parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" || strings.Trim(parsed.Path, "/") != "" {
		return fmt.Errorf("site = %q must be an origin alone, without path, query or user", site)
	}
	if parsed.Scheme == "http" && !loopback.IsHost(parsed.Hostname()) {
		return fmt.Errorf("site = %q must be https: http is for loopback only", site)
	}
	return checkHost(parsed.Host)
}

func checkHost(host string) error {
	if !hostPattern.MatchString(host) {
		return fmt.Errorf("host %q must be a lower-case name, or a name and a port; no scheme, path or wildcard", host)
	}
	if name, port, err := net.SplitHostPort(host); err == nil {
		if _, err := net.LookupPort("tcp", port); err != nil || name == "" {
			return fmt.Errorf("host %q has an impossible port", host)
		}
	}
	return nil
}

// hostOf returns the host of an origin as Hosts writes it: the port only where
// it is not the scheme's own.
func hostOf(site string) string {
	parsed, err := url.Parse(site)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(parsed.Host, map[string]string{"https": ":443", "http": ":80"}[parsed.Scheme])
}

func isPrivate(name string) bool {
	address, err := netip.ParseAddr(name)
	return err == nil && (address.Unmap().IsPrivate() || address.Unmap().IsLinkLocalUnicast())
}

// address makes the absolute address of a page from what the script wrote: a
// path on the site, or an address on one of its hosts.
func (i *Integration) address(text string) (string, error) {
	if strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//") {
		return i.Site + text, nil
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" {
		return "", fmt.Errorf("%q is neither a path that starts with / nor an absolute address", text)
	}
	if parsed.Scheme != "https" && (parsed.Scheme != "http" || !loopback.IsHost(parsed.Hostname())) {
		return "", fmt.Errorf("%q must be https: http is for loopback only", text)
	}
	if parsed.User != nil {
		return "", errors.New("an address must not hold a user name or a password")
	}
	if !i.Allows(parsed.Scheme + "://" + parsed.Host) {
		return "", fmt.Errorf("%s is not one of the integration's hosts (%s): add it to hosts", parsed.Host, strings.Join(i.Hosts, ", "))
	}
	return text, nil
}
