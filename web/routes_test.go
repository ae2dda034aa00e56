package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// publicRoutes is all of the dashboard's listener that answers without an operator's
// cookie.
var publicRoutes = []string{"/login", "/static/*", "/healthz", "/readyz", "/metrics"}

func TestAdmin_RequiresAnOperatorOnEveryRoute(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	closed := 0
	for _, route := range s.routes(s.Admin) {
		if slices.Contains(publicRoutes, route.pattern) {
			continue
		}
		closed++
		for _, cookie := range []string{"", "passage_operator=", "passage_operator=forged", "passage_browser=x"} {
			reply := s.Request(s.Admin, route.method, route.path, "", "Cookie", cookie)
			to := reply.Header().Get("Location")
			if reply.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/login") || strings.Contains(reply.Body.String(), "<h1") {
				t.Errorf("%s with cookie %q: %d to %q", route, cookie, reply.Code, to)
			}
		}
	}
	if closed < 5 {
		t.Errorf("the walk found only %d closed addresses", closed)
	}
}

// A post is not made again by a redirect: who logs in after one must not be sent
// to where only posts go.
func TestAdmin_LogInReturnsOnlyToPagesThatCanBeOpened(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for _, test := range []struct{ method, path, to string }{
		{"GET", "/", "/login?next=%2F"},
		{"GET", "/sessions?status=failed&q=a%26b", "/login?next=%2Fsessions%3Fstatus%3Dfailed%26q%3Da%2526b"},
		{"GET", "/sessions/sess_1", "/login?next=%2Fsessions%2Fsess_1"},
		{"POST", "/logout", "/login"},
	} {
		if to := s.Request(s.Admin, test.method, test.path, "").Header().Get("Location"); to != test.to {
			t.Errorf("%s %s leads to %s", test.method, test.path, to)
		}
	}
}

// forms are the routes of a listener that change something for a person.
func (s *testServer) forms(listener http.Handler) (found []route) {
	for _, route := range s.routes(listener) {
		safe := route.method == "GET" || route.method == "HEAD" || route.method == "OPTIONS"
		if !safe && !route.below(apiRoutes...) && !route.below("/static", "/metrics") {
			found = append(found, route)
		}
	}
	return found
}

func TestForms_RefuseCrossSitePosts(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	s.Change(withGallery)
	for name, listener := range map[string]http.Handler{"public": s.Public, "admin": s.Admin} {
		forms := s.forms(listener)
		if least := map[string]int{"public": 11, "admin": 2}[name]; len(forms) < least {
			t.Errorf("%s: the walk found only %v", name, forms)
		}
		for _, route := range forms {
			for _, headers := range [][]string{
				{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
				{"Sec-Fetch-Site", "same-site", "Origin", "http://other.passage.example"},
				{"Sec-Fetch-Site", "cross-site"},
				{"Origin", "https://evil.example"},
				{"Origin", "http://passage.example.evil.example"},
				{"Origin", "null"},
			} {
				reply := s.Request(listener, route.method, route.path, "", headers...)
				if reply.Code != http.StatusForbidden {
					t.Errorf("%s %s from %v: %d", name, route, headers, reply.Code)
				}
				wantPage(t, reply.Result(), reply.Body.String())
			}
			for _, headers := range [][]string{
				{"Sec-Fetch-Site", "same-origin", "Origin", "http://passage.example"}, {"Origin", "http://passage.example"}, nil,
			} {
				if reply := s.Request(listener, route.method, route.path, "", headers...); reply.Code == http.StatusForbidden {
					t.Errorf("%s %s from %v is refused", name, route, headers)
				}
			}
		}
	}
}

func TestForms_WorkBehindProxiesThatChangeTheHost(t *testing.T) {
	t.Parallel()
	s := newTestServerAt(t, "https://connect.acme.example")
	for origin, want := range map[string]int{"https://connect.acme.example": http.StatusNotFound,
		"http://connect.acme.example": http.StatusForbidden, "https://acme.example": http.StatusForbidden} {
		if reply := s.Request(s.Public, "POST", "/c/clm_x", "", "Origin", origin); reply.Code != want {
			t.Errorf("from %s: %d", origin, reply.Code)
		}
	}
	if reply := s.Request(s.Admin, "POST", "/login", "", "Origin", "https://connect.acme.example"); reply.Code != http.StatusForbidden {
		t.Errorf("the public pages can post to the dashboard: %d", reply.Code)
	}
}

// A form that has to be mended is shown at the address that it posts to; loaded
// anew, that address has to lead somewhere.
func TestForms_RedirectGetsToTheirPage(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for _, route := range s.forms(s.Public) {
		if !route.below("/s/") {
			continue
		}
		reply := s.Request(s.Public, "GET", route.path, "")
		if to := reply.Header().Get("Location"); strings.HasSuffix(route.path, "/password") {
			wantPage(t, reply.Result(), reply.Body.String())
		} else if reply.Code != http.StatusSeeOther || to != "/s/sess_canarysession.secret" {
			t.Errorf("GET %s: %d to %q", route.path, reply.Code, to)
		}
	}
	if reply := s.Request(s.Public, "GET", "/s/sess_canarysession/nothing", ""); reply.Code != http.StatusNotFound {
		t.Errorf("an address that is none: %d", reply.Code)
	}
}

func TestMethodNotAllowed_NamesTheAllowedMethods(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for address, allow := range map[string]string{
		"DELETE /c/clm_x": "GET, POST", "PUT /s/sess_x": "GET", "POST /healthz": "GET", "POST /s/sess_x/events": "GET",
		"DELETE /v1/links": "GET, POST", // the API's own
	} {
		method, path, _ := strings.Cut(address, " ")
		reply := s.Request(s.Public, method, path, "")
		if got := strings.Join(reply.Header().Values("Allow"), ", "); reply.Code != http.StatusMethodNotAllowed || got != allow {
			t.Errorf("%s: %d, Allow %q", address, reply.Code, got)
		}
		if !strings.Contains(reply.Body.String(), `"code":"method_not_allowed"`) {
			t.Errorf("%s: %s", address, reply.Body)
		}
	}
	if reply := s.Request(s.Admin, "DELETE", "/login", ""); reply.Code != http.StatusMethodNotAllowed || reply.Header().Get("Allow") == "" {
		t.Errorf("%d %v", reply.Code, reply.Header())
	}
}

// RFC 9110, section 9.1: GET and HEAD are what every server answers.
func TestHead_AnswersWhereGetDoes(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/c/" + s.Link().ClaimCode: 200, "/c/clm_x": 404, "/nothing": 404} {
		if reply := s.Request(s.Public, "HEAD", path, ""); reply.Code != want {
			t.Errorf("HEAD %s: %d", path, reply.Code)
		}
	}
	if reply := s.Request(s.Admin, "HEAD", "/sessions", ""); reply.Code != http.StatusSeeOther {
		t.Errorf("HEAD of a closed page: %d", reply.Code)
	}
}
