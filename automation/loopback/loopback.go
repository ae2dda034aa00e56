// Package loopback owns the question whether a host is this machine itself. It
// looks at names and addresses only, and resolves nothing: what a name leads to
// is checked where it is dialed.
//
// Its invariant: whatever it reports as loopback never leaves the machine, as
// RFC 6761, section 6.3, has it.
package loopback

import (
	"net/netip"
	"strings"
)

// IsHost reports whether a host, without port or brackets, is a loopback
// address, localhost or a name below it.
func IsHost(host string) bool {
	host = strings.ToLower(host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
