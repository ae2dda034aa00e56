package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// trustProxies makes RemoteAddr the address of the caller where a trusted proxy
// forwarded the request: the last address in X-Forwarded-For that is not a
// trusted proxy's. What comes from elsewhere is not believed.
func trustProxies(trusted []netip.Prefix) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if caller, ok := forwardedFor(r, trusted); ok {
				r.RemoteAddr = net.JoinHostPort(caller.String(), "0")
			}
			next.ServeHTTP(w, r)
		})
	}
}

func forwardedFor(r *http.Request, trusted []netip.Prefix) (netip.Addr, bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !within(peer.Addr(), trusted) {
		return netip.Addr{}, false
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for n := len(hops) - 1; n >= 0; n-- {
		address, err := netip.ParseAddr(strings.TrimSpace(hops[n]))
		if err != nil {
			return netip.Addr{}, false
		}
		if !within(address, trusted) {
			return address.Unmap(), true
		}
	}
	return netip.Addr{}, false
}

func within(address netip.Addr, prefixes []netip.Prefix) bool {
	address = address.Unmap().WithZone("") // no prefix contains an address with a zone
	for _, prefix := range prefixes {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}
