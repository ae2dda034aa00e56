package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

var proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("fe80::/10")}

// caller is the address that a handler sees.
func caller(peer string, trusted []netip.Prefix, forwarded ...string) (seen string) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = peer
	r.Header["X-Forwarded-For"] = forwarded
	trustProxies(trusted)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.RemoteAddr })).
		ServeHTTP(httptest.NewRecorder(), r)
	return seen
}

func TestTrustProxies_BelievesTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	const proxy = "10.0.0.1:4711"
	for name, test := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"no proxy":                        {"203.0.113.9:1234", nil, "203.0.113.9:1234"},
		"a liar":                          {"203.0.113.9:1234", []string{"198.51.100.7"}, "203.0.113.9:1234"},
		"a liar who names a proxy":        {"203.0.113.9:1234", []string{"198.51.100.7, 10.0.0.1"}, "203.0.113.9:1234"},
		"a proxy":                         {proxy, []string{"198.51.100.7"}, "198.51.100.7:0"},
		"a proxy with a port of IPv6":     {"[2001:db8::1]:4711", []string{"198.51.100.7"}, "198.51.100.7:0"},
		"a proxy on the link":             {"[fe80::1%eth0]:4711", []string{"198.51.100.7"}, "198.51.100.7:0"},
		"a proxy, mapped":                 {"[::ffff:10.0.0.1]:4711", []string{"198.51.100.7"}, "198.51.100.7:0"},
		"a caller, mapped":                {proxy, []string{"::ffff:198.51.100.7"}, "198.51.100.7:0"},
		"a caller of IPv6":                {proxy, []string{"2a00:1450::1"}, "[2a00:1450::1]:0"},
		"two proxies":                     {proxy, []string{"198.51.100.7, 10.9.9.9"}, "198.51.100.7:0"},
		"two proxies, two lines":          {proxy, []string{"198.51.100.7", "10.9.9.9"}, "198.51.100.7:0"},
		"what a caller made up before it": {proxy, []string{"1.1.1.1, 198.51.100.7"}, "198.51.100.7:0"},
		"what a caller made up, in lines": {proxy, []string{"1.1.1.1, 10.0.0.1", "198.51.100.7, 10.0.0.2"}, "198.51.100.7:0"},
		"a caller who claims to be proxy": {proxy, []string{"1.1.1.1, 10.0.0.1, 198.51.100.7"}, "198.51.100.7:0"},
		"no address":                      {proxy, []string{"unknown"}, proxy},
		"no address behind a proxy":       {proxy, []string{"1.1.1.1, unknown, 10.0.0.2"}, proxy},
		"nothing":                         {proxy, []string{""}, proxy},
		"only proxies":                    {proxy, []string{"10.1.1.1, 10.0.0.2"}, proxy},
		"no peer":                         {"@", []string{"198.51.100.7"}, "@"},
	} {
		if got := caller(test.peer, proxies, test.forwarded...); got != test.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := caller(proxy, nil, "198.51.100.7"); got != proxy {
		t.Errorf("nobody is trusted unless said: %s", got)
	}
}

func FuzzTrustProxies(f *testing.F) {
	for _, seed := range []string{"", "1.1.1.1", "10.0.0.1", ", ,", "unknown,10.0.0.1", "::ffff:10.0.0.1", "fe80::1%a,b", "\x00"} {
		f.Add(seed)
	}
	const actual = "198.51.100.7"
	f.Fuzz(func(t *testing.T, made string) {
		if got := caller("203.0.113.9:1", proxies, made, made); got != "203.0.113.9:1" {
			t.Errorf("a stranger became %s", got)
		}
		// Whatever a caller sends, the proxy adds the address that it saw.
		for _, forwarded := range [][]string{{made + ", " + actual}, {made, actual}, {made, actual + ", 10.2.2.2"}, {strings.Repeat(made+",", 3) + actual}} {
			if got := caller("10.0.0.1:1", proxies, forwarded...); got != actual+":0" {
				t.Errorf("%q became %s", forwarded, got)
			}
		}
	})
}
