package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"passage/web"
)

func withGallery(o *web.Options) {
	o.Gallery = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!DOCTYPE html><title>Gallery</title>")
	})
}

// wantPage checks that a reply is a page, and what holds for each of them.
func wantPage(t *testing.T, reply *http.Response, body string) {
	t.Helper()
	address := fmt.Sprint(reply.StatusCode)
	if kind := reply.Header.Get("Content-Type"); kind != "text/html; charset=utf-8" {
		t.Errorf("%s: a person gets %s: %.200s", address, kind, body)
		return
	}
	policy := reply.Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("%s: the policy %q lacks %s", address, policy, part)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || reply.Header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("%s: the policy is too open: %v", address, reply.Header)
	}
	document, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for node := range document.Descendants() {
		wantInPolicy(t, address, node)
	}
}

// wantInPolicy checks that a browser does not refuse part of a page by our own
// policy, which it would do silently.
func wantInPolicy(t *testing.T, address string, node *html.Node) {
	t.Helper()
	if node.Type != html.ElementNode {
		return
	}
	if (node.Data == "script" || node.Data == "style") && node.FirstChild != nil {
		t.Errorf("%s: inline <%s>", address, node.Data)
	}
	for _, attribute := range node.Attr {
		outside := (attribute.Key == "src" || node.Data == "link" && attribute.Key == "href") && !strings.HasPrefix(attribute.Val, "/")
		if attribute.Key == "style" || strings.HasPrefix(attribute.Key, "on") || strings.HasPrefix(attribute.Key, "hx-on") || outside {
			t.Errorf("%s: <%s %s=%q>", address, node.Data, attribute.Key, attribute.Val)
		}
	}
}

// wantHeaders checks what holds for every reply.
func wantHeaders(t *testing.T, address string, reply *httptest.ResponseRecorder, https bool) {
	t.Helper()
	header := reply.Header()
	opener, clipboard := "", "clipboard-write=()"
	if strings.HasPrefix(address, "admin ") {
		opener, clipboard = "same-origin", "clipboard-write=(self)"
	}
	if got := header.Get("Cross-Origin-Opener-Policy"); got != opener {
		t.Errorf("%s: Cross-Origin-Opener-Policy %q", address, got)
	}
	for _, part := range []string{"camera=()", "geolocation=()", "payment=()", clipboard} {
		if policy := header.Values("Permissions-Policy"); len(policy) != 1 || !strings.Contains(policy[0], part) {
			t.Errorf("%s: Permissions-Policy %q lacks %s", address, policy, part)
		}
	}
	if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Referrer-Policy") != "same-origin" {
		t.Errorf("%s: %v", address, header)
	}
	if id := header.Get("X-Request-Id"); !strings.HasPrefix(id, "req_") {
		t.Errorf("%s: request id %q", address, id)
	}
	if transport := header.Get("Strict-Transport-Security"); (transport != "") != https {
		t.Errorf("%s: Strict-Transport-Security %q", address, transport)
	}
	if strings.HasPrefix(header.Get("Content-Type"), "text/html") && reply.Body.Len() > 0 && reply.Code/100 != 3 {
		wantPage(t, reply.Result(), reply.Body.String())
	}
}

// allPaths is every route of a listener, and what no route answers.
func (s *testServer) allPaths(listener http.Handler) []route {
	return append(s.routes(listener), route{"GET", "/nothing", "/nothing"}, route{"DELETE", "/healthz", "/healthz"},
		route{"GET", "/v1/nothing", "/v1/nothing"}, route{"BREW", "/", "/"}, route{"GET", "", assetPath("app.css")})
}

func TestListeners_SetSecurityHeadersOnEveryReply(t *testing.T) {
	t.Parallel()
	for _, publicURL := range []string{"http://passage.example", "https://passage.example"} {
		s := newTestServerAt(t, publicURL)
		s.Change(withGallery)
		cookie := s.LogIn()
		link := s.Link()
		for _, route := range s.allPaths(s.Public) {
			wantHeaders(t, route.String(), s.Request(s.Public, route.method, route.path, ""), strings.HasPrefix(publicURL, "https:"))
		}
		wantHeaders(t, "a claim page", s.Request(s.Public, "GET", "/c/"+link.ClaimCode, ""), strings.HasPrefix(publicURL, "https:"))
		for _, cookie := range []string{cookie, ""} { // the dashboard may well be plain http behind an https site
			for _, route := range s.allPaths(s.Admin) {
				wantHeaders(t, "admin "+route.String(), s.Request(s.Admin, route.method, route.path, "", "Cookie", cookie), false)
			}
		}
	}
}

func TestAdmin_ForbidsCaching(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	cookie := s.LogIn()
	for _, path := range []string{"/", "/sessions", "/sessions/sess_x", "/artifacts/art_x", "/login"} {
		if control := s.Request(s.Admin, "GET", path, "", "Cookie", cookie).Header().Get("Cache-Control"); !strings.Contains(control, "no-store") {
			t.Errorf("%s: Cache-Control %q", path, control)
		}
	}
}

func TestRequestID_IsKeptIfSane(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for given, kept := range map[string]bool{"trace-1_A": true, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false,
		"a b": false, `a"b`: false, "a\tlevel=ERROR": false, "": false} {
		for _, listener := range []http.Handler{s.Public, s.Admin} {
			for _, path := range []string{"/healthz", "/nothing", "/v1/links", "/login"} {
				if got := s.Request(listener, "GET", path, "", "X-Request-Id", given).Header().Get("X-Request-Id"); (got == given) != kept || got == "" {
					t.Errorf("%s: %q became %q", path, given, got)
				}
			}
		}
	}
}
