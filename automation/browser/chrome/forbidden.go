package chrome

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
)

// forbidden are the addresses on which this program listens. One that listens
// on all addresses, or on loopback, is refused on every address of this machine.
type forbidden []netip.AddrPort

func parseForbidden(addresses []string) (forbidden, error) {
	var list forbidden
	var errs []error
	for _, address := range addresses {
		host, port, err := net.SplitHostPort(address)
		number, portErr := strconv.ParseUint(port, 10, 16)
		if err != nil || portErr != nil {
			errs = append(errs, fmt.Errorf("forbidden address %q is not host:port", address))
			continue
		}
		ip, err := netip.ParseAddr(host)
		if err != nil {
			ip = netip.IPv4Unspecified() // a name, or nothing: any address of this machine
		}
		list = append(list, netip.AddrPortFrom(ip.Unmap(), uint16(number)))
	}
	return list, errors.Join(errs...)
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
		anyAddress := own.Addr().IsUnspecified() || own.Addr().IsLoopback()
		if ip == own.Addr() || anyAddress && isOwn(ip) {
			return fmt.Errorf("%w: a listener of our own", errRefused)
		}
	}
	return nil
}

// isOwn reports whether an address is one of this machine's.
func isOwn(ip netip.Addr) bool {
	if ip.IsLoopback() || ip.IsUnspecified() {
		return true
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return true // not known: refuse it
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
