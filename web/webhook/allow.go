package webhook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"
)

// Allow holds the hosts and networks that webhooks may be sent to besides public
// addresses over https. Those may be reached over http too. The zero value allows
// no others.
type Allow struct {
	hosts    []string
	networks []netip.Prefix
}

// ParseAllow reads the operator's list: each entry is a host's name, an address
// or a network in CIDR form. A name allows whatever it resolves to; an address
// or a network allows every name that resolves into it. All errors are reported
// together.
func ParseAllow(entries []string) (Allow, error) {
	var allow Allow
	var errs []error
	for _, entry := range entries {
		if err := allow.add(entry); err != nil {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return Allow{}, err
	}
	return allow, nil
}

func (a *Allow) add(entry string) error {
	entry = strings.TrimSpace(entry)
	if network, err := netip.ParsePrefix(entry); err == nil {
		if network.Addr().Is4In6() {
			return fmt.Errorf("%q: write the network in its IPv4 form", entry)
		}
		a.networks = append(a.networks, network.Masked())
		return nil
	}
	if address, err := netip.ParseAddr(strings.Trim(entry, "[]")); err == nil {
		address = address.Unmap().WithZone("")
		a.networks = append(a.networks, netip.PrefixFrom(address, address.BitLen()))
		return nil
	}
	name := canonical(entry)
	switch {
	case strings.Contains(entry, "://"), strings.ContainsAny(entry, "/:"):
		return fmt.Errorf("%q: give a host name, an address or a network such as 10.0.0.0/8, without scheme, port and path", entry)
	case strings.Contains(entry, "*"):
		return fmt.Errorf("%q: names are taken as they are; there are no wildcards", entry)
	case !isName(name):
		return fmt.Errorf("%q is not a host name, an address or a network (a name with other letters is given in its xn-- form)", entry)
	}
	a.hosts = append(a.hosts, name)
	return nil
}

// isName reports whether DNS, or a hosts file, may hold a name.
func isName(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' {
				return false
			}
		}
	}
	return len(name) <= 253
}

func canonical(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

// dialer dials hosts that are allowed by name, and addresses that pass the check.
// The check gets the address that is connected to, not one that was looked up
// before: a name that changes its address in between cannot evade it.
func (a Allow) dialer(resolver *net.Resolver, check func(netip.Addr) error) dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, errAddress
		}
		dialer := net.Dialer{Resolver: resolver}
		if !slices.Contains(a.hosts, canonical(host)) {
			dialer.Control = func(_, address string, _ syscall.RawConn) error {
				parsed, err := netip.ParseAddrPort(address)
				if err != nil {
					return errReserved
				}
				return check(parsed.Addr().Unmap().WithZone(""))
			}
		}
		return dialer.DialContext(ctx, network, address)
	}
}

// checkPlain is the rule for http.
func (a Allow) checkPlain(address netip.Addr) error {
	if a.contains(address) {
		return nil
	}
	return errPlain
}

// checkSecure is the rule for https: any port of a public address.
func (a Allow) checkSecure(address netip.Addr) error {
	if a.contains(address) || ssrf.New().SafeAddr(address) == nil {
		return nil
	}
	return errReserved
}

// Plain reports whether a webhook may go over http to this host: a name or an
// address that the operator listed. Where a listed network is meant, the dial
// decides.
func (a Allow) Plain(host string) bool {
	if address, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return a.contains(address)
	}
	return slices.Contains(a.hosts, canonical(host))
}

func (a Allow) contains(address netip.Addr) bool {
	return slices.ContainsFunc(a.networks, func(network netip.Prefix) bool { return network.Contains(address) })
}
