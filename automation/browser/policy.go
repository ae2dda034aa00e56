package browser

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"
)

// Policy is what one session's browser may do.
type Policy struct {
	Hosts        []string  // "name" (ports 80 and 443) or "name:port": the only ones it may reach
	AllowPrivate bool      // also where such a name stands for a loopback or private address
	Redactor     *Redactor // its secrets are masked in pictures too; may be nil
}

// rules is a Policy ready to be asked.
type rules struct {
	hosts    map[string]struct{} // "name:port"
	guardian *ssrf.Guardian
}

func newRules(policy Policy) *rules {
	r := &rules{hosts: map[string]struct{}{}}
	for _, host := range policy.Hosts {
		if _, _, err := net.SplitHostPort(host); err == nil {
			r.hosts[canonical(host)] = struct{}{}
			continue
		}
		for _, port := range []string{"80", "443"} {
			r.hosts[canonical(withPort(host, port))] = struct{}{}
		}
	}
	options := []ssrf.Option{ssrf.WithAnyPort()} // ports are the list's business
	if policy.AllowPrivate {
		options = append(options,
			ssrf.WithAllowedV4Prefixes(prefixes("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")...),
			ssrf.WithAllowedV6Prefixes(prefixes("::1/128", "fc00::/7")...))
	}
	r.guardian = ssrf.New(options...)
	return r
}

// listed reports whether "name:port" is on the list; nothing is before there is a policy.
func (r *rules) listed(hostport string) bool {
	if r == nil {
		return false
	}
	_, ok := r.hosts[canonical(hostport)]
	return ok
}

// check refuses an address that the policy does not let through.
func (r *rules) check(network, address string, c syscall.RawConn) error {
	if r == nil {
		return errRefused
	}
	if err := r.guardian.Safe(network, address, c); err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	return nil
}

// reaches reports whether the browser may go to an absolute address.
func (r *rules) reaches(u *url.URL) bool {
	switch u.Scheme {
	case "http":
		return r.listed(withPort(u.Host, "80"))
	case "https":
		return r.listed(withPort(u.Host, "443"))
	}
	return false
}

// mayType reports whether something may be typed into a document of an origin:
// one of a listed host, over https, or over http on loopback.
func (r *rules) mayType(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && r.reaches(u) && (u.Scheme == "https" || loopback(u.Hostname()))
}

func loopback(name string) bool {
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.Unmap().IsLoopback()
}

// withPort adds a port to a host that has none.
func withPort(host, port string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), port)
}

// canonical makes equal hosts equal strings.
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

// forbidden are our own listeners. One that is bound to every address, or to
// loopback, is refused on every address of this machine.
type forbidden []netip.AddrPort

func parseForbidden(addresses []string) (forbidden, error) {
	var list forbidden
	var faults []error
	for _, address := range addresses {
		host, port, err := net.SplitHostPort(address)
		number, portErr := strconv.ParseUint(port, 10, 16)
		if err != nil || portErr != nil {
			faults = append(faults, fmt.Errorf("forbidden address %q is not host:port", address))
			continue
		}
		ip, err := netip.ParseAddr(host)
		if err != nil {
			ip = netip.IPv4Unspecified() // a name, or nothing: it may be any address of ours
		}
		list = append(list, netip.AddrPortFrom(ip.Unmap(), uint16(number)))
	}
	return list, errors.Join(faults...)
}

func (f forbidden) check(address string) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	ip := target.Addr().Unmap().WithZone("")
	for _, own := range f {
		if own.Port() != target.Port() {
			continue
		}
		everywhere := own.Addr().IsUnspecified() || own.Addr().IsLoopback()
		if ip == own.Addr() || everywhere && ours(ip) {
			return fmt.Errorf("%w: a listener of our own", errRefused)
		}
	}
	return nil
}

// ours reports whether an address leads to this machine.
func ours(ip netip.Addr) bool {
	if ip.IsLoopback() || ip.IsUnspecified() {
		return true
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return true // not known: better refused
	}
	return slices.ContainsFunc(addresses, func(a net.Addr) bool {
		network, ok := a.(*net.IPNet)
		if !ok {
			return false
		}
		own, ok := netip.AddrFromSlice(network.IP)
		return ok && own.Unmap() == ip
	})
}
