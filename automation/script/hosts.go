package script

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"passage/automation/loopback"
)

var hostPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?$`)

// checkSite reports what is wrong with the origin of a site.
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

// checkHost reports what is wrong with an item of hosts.
func checkHost(host string) error {
	if !hostPattern.MatchString(host) {
		return fmt.Errorf("host %q must be a lower-case name, or a name and a port; no scheme, path or wildcard", host)
	}
	if name, port, err := net.SplitHostPort(host); err == nil {
		if _, err := net.LookupPort("tcp", port); err != nil || name == "" {
			return fmt.Errorf("host %q has an invalid port", host)
		}
	}
	return nil
}

// hostOf returns the host of an origin in the form of Manifest.Hosts: the port
// is left out if it is the default of the scheme.
func hostOf(origin string) string {
	parsed, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(parsed.Host, map[string]string{"https": ":443", "http": ":80"}[parsed.Scheme])
}

func isPrivate(name string) bool {
	address, err := netip.ParseAddr(name)
	return err == nil && (address.Unmap().IsPrivate() || address.Unmap().IsLinkLocalUnicast())
}
