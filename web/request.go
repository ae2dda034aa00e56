package web

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"passage/web/connect"
	"passage/web/problem"
)

// logRequests logs the pattern of the route, never the path or the query: both
// can hold secrets. Errors of ours are logged by problem, with the same id.
func logRequests(logger *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			begin := time.Now()
			wrapped := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
			next.ServeHTTP(wrapped, r)
			logger.DebugContext(r.Context(), "request", "method", r.Method, "route", route(r), "status", wrapped.Status(),
				"took", time.Since(begin).Round(time.Microsecond), "request", problem.RequestID(r.Context()))
		})
	}
}

func route(r *http.Request) string {
	if pattern := chi.RouteContext(r.Context()); pattern != nil {
		return pattern.RoutePattern()
	}
	return ""
}

// secure sets what holds for every reply.
func secure(publicURL *url.URL) func(http.Handler) http.Handler {
	https := publicURL != nil && publicURL.Scheme == "https"
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			header := w.Header()
			header.Set("X-Content-Type-Options", "nosniff")
			// With no-referrer, forms over plain HTTP come with "Origin: null".
			header.Set("Referrer-Policy", "same-origin")
			if https {
				header.Set("Strict-Transport-Security", "max-age=31536000")
			}
			next.ServeHTTP(w, r)
		})
	}
}

// pageContent is all that a page of ours may load, and that no page may frame it
// unless its handler knows better.
const pageContent = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; " + connect.InNoFrame

func pagePolicy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", pageContent)
		w.Header().Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

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

// wantsPage reports whether it is a person's browser that asks.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }
