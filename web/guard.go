package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"passage/automation/loopback"
	"passage/web/problem"
)

// Guard is who may reach what of the admin listener.
type Guard struct {
	// Hosts are the names and addresses, in lower case and without a port, under
	// which the listener answers, beside loopback and the address that a request
	// was sent to.
	Hosts []string
	// Token is asked for by metrics and profiles, as a bearer token.
	Token string
	// Open lets everybody see metrics and profiles as long as there is no token:
	// only this machine reaches the listener.
	Open bool
}

// knownHosts refuses requests for another host. A page of another site can make a
// browser send them, by having the name of its own host lead here (DNS rebinding),
// and could read the replies.
func (g Guard) knownHosts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host := hostOf(r); loopback.IsHost(host) || slices.Contains(g.Hosts, host) || isLocalAddress(r, host) {
			next.ServeHTTP(w, r)
			return
		}
		http.Error(w, "This host is not known here. Start the server with --admin-host to allow it.", http.StatusMisdirectedRequest)
	})
}

// hostOf is the host that a request is for, without port and brackets, as Guard
// has it.
func hostOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(r.Host, "["), "]")
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// isLocalAddress reports whether a host is the address at which the request
// arrived. Behind such a host there is no name that could lead elsewhere.
func isLocalAddress(r *http.Request, host string) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	arrived, err := netip.ParseAddrPort(local.String())
	if err != nil {
		return false
	}
	asked, err := netip.ParseAddr(host)
	return err == nil && asked.Unmap() == arrived.Addr().Unmap().WithZone("")
}

// withToken serves only requests with the token.
func (g Guard) withToken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.Token == "" && g.Open || g.Token != "" && g.isToken(r) {
			next.ServeHTTP(w, r)
			return
		}
		problem.WriteJSON(w, r, problem.NoMetricsToken())
	})
}

func (g Guard) isToken(r *http.Request) bool {
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	want, got := sha256.Sum256([]byte(g.Token)), sha256.Sum256([]byte(strings.TrimSpace(given)))
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

// isolate keeps the windows of other sites apart from the dashboard's. The hosted flow
// must not have that: connect.js opens it in a pop-up, which reports to its opener.
func isolate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		w.Header().Set("Permissions-Policy", adminPermissions)
		next.ServeHTTP(w, r)
	})
}

// Permissions switch off what a page could ask a browser for. None of ours needs any
// of it, in a frame or out of it, but for the dashboard, which copies ids. Browsers
// warn of names that they do not know, so only established ones are here.
const (
	noPermissions    = otherPermissions + ", clipboard-write=()"
	adminPermissions = otherPermissions + ", clipboard-write=(self)"

	otherPermissions = "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), clipboard-read=(), compute-pressure=(), " +
		"display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), " +
		"identity-credentials-get=(), idle-detection=(), keyboard-map=(), local-fonts=(), magnetometer=(), microphone=(), " +
		"midi=(), otp-credentials=(), payment=(), picture-in-picture=(), publickey-credentials-create=(), " +
		"publickey-credentials-get=(), screen-wake-lock=(), serial=(), storage-access=(), sync-xhr=(), usb=(), " +
		"window-management=(), xr-spatial-tracking=()"
)
