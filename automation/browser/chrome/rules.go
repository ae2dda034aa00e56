package chrome

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"

	"passage/automation/loopback"
)

// Rules say which hosts a browser may reach, and into which documents it may
// type. Nil Rules allow nothing.
type Rules struct {
	hosts    map[string]struct{} // "name:port"
	guardian *ssrf.Guardian
}

// NewRules returns rules that allow some hosts, each "name" (ports 80 and 443)
// or "name:port". With allowPrivate, such a name may lead to a loopback or
// private address.
func NewRules(hosts []string, allowPrivate bool) *Rules {
	r := &Rules{hosts: map[string]struct{}{}}
	for _, host := range hosts {
		if _, _, err := net.SplitHostPort(host); err == nil {
			r.hosts[canonical(host)] = struct{}{}
			continue
		}
		for _, port := range []string{"80", "443"} {
			r.hosts[canonical(withPort(host, port))] = struct{}{}
		}
	}
	options := []ssrf.Option{ssrf.WithAnyPort()} // the list names the ports
	if allowPrivate {
		options = append(options,
			ssrf.WithAllowedV4Prefixes(prefixes("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")...),
			ssrf.WithAllowedV6Prefixes(prefixes("::1/128", "fc00::/7")...))
	}
	r.guardian = ssrf.New(options...)
	return r
}

// listed reports whether "name:port" is on the list.
func (r *Rules) listed(hostport string) bool {
	if r == nil {
		return false
	}
	_, ok := r.hosts[canonical(hostport)]
	return ok
}

// check returns an error if an address must not be dialed.
func (r *Rules) check(network, address string, c syscall.RawConn) error {
	if r == nil {
		return errRefused
	}
	if err := r.guardian.Safe(network, address, c); err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	return nil
}

// Reaches reports whether the browser may open an absolute address.
func (r *Rules) Reaches(u *url.URL) bool {
	switch u.Scheme {
	case "http":
		return r.listed(withPort(u.Host, "80"))
	case "https":
		return r.listed(withPort(u.Host, "443"))
	}
	return false
}

// MayType reports whether something may be typed into a document of an origin:
// one of a listed host over https, or over http on loopback.
func (r *Rules) MayType(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && r.Reaches(u) && (u.Scheme == "https" || loopback.IsHost(u.Hostname()))
}

// SameOrigin reports whether two addresses have the same scheme, host and port.
func SameOrigin(one, other string) bool {
	a, err := url.Parse(one)
	b, also := url.Parse(other)
	ports := map[string]string{"http": "80", "https": "443"}
	return err == nil && also == nil && a.Host != "" && a.Scheme == b.Scheme &&
		canonical(withPort(a.Host, ports[a.Scheme])) == canonical(withPort(b.Host, ports[b.Scheme]))
}

// withPort adds a port to a host that has none.
func withPort(host, port string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), port)
}

// canonical returns the same string for all spellings of a host and port.
func canonical(hostport string) string {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return ""
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.Unmap().WithZone("").String()
	}
	return net.JoinHostPort(host, port)
}

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}
