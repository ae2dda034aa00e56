package script

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/loopback"
)

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

// IsRead reports whether an operation, "resource.action", only reads. The word
// page.submit, which marks the point of no return of a change, is refused in it.
func IsRead(operation string) bool {
	_, action, _ := strings.Cut(operation, ".")
	return action == "read"
}

// Globals returns the values of the script's top level. They are frozen.
func (i *Integration) Globals() starlark.StringDict { return i.login.Globals() }

// Function returns the function of one of the integration's operations. It is
// nil if there is no such operation.
func (i *Integration) Function(operation string) *starlark.Function { return i.operations[operation] }

// At returns a copy that works on another origin, such as a staging system or a
// sandbox site. The new host replaces the old one in Hosts; more hosts can be
// allowed beside it.
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
	moved.Hosts = []string{fresh}
	for _, host := range slices.Concat(i.Hosts, hosts) {
		if host != old && !slices.Contains(moved.Hosts, host) {
			moved.Hosts = append(moved.Hosts, host)
		}
	}
	return &moved, nil
}

// AllowPrivate reports whether the site's own name is a loopback or private
// address. Then the browser's proxy must let such addresses through.
func (i *Integration) AllowPrivate() bool {
	parsed, err := url.Parse(i.Site)
	return err == nil && (loopback.IsHost(parsed.Hostname()) || isPrivate(parsed.Hostname()))
}

// address returns the address of a path on the site. An absolute address must be
// on one of the hosts.
func (i *Integration) address(text string) (string, error) {
	if strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//") {
		return i.Site + text, nil
	}
	parsed, err := absoluteAddress(text)
	if err != nil {
		return "", err
	}
	if !i.Allows(parsed.Scheme + "://" + parsed.Host) {
		return "", fmt.Errorf("%s is not one of the integration's hosts (%s): add it to hosts", parsed.Host, strings.Join(i.Hosts, ", "))
	}
	return text, nil
}

// absoluteAddress reads an absolute address, of any host.
func absoluteAddress(text string) (*url.URL, error) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" {
		return nil, fmt.Errorf("%q is neither a path that starts with / nor an absolute address", text)
	}
	if parsed.Scheme != "https" && (parsed.Scheme != "http" || !loopback.IsHost(parsed.Hostname())) {
		return nil, fmt.Errorf("%q must be https: http is for loopback only", text)
	}
	if parsed.User != nil {
		return nil, errors.New("an address must not hold a user name or a password")
	}
	return parsed, nil
}
