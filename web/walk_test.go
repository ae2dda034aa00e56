package web_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"go.uber.org/goleak"

	"passage/static"
	"passage/web/webtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testServer is both listeners, and what the tests of all routes ask of them.
type testServer struct{ *webtest.Server }

func newTestServer(t testing.TB) *testServer {
	t.Helper()
	return &testServer{webtest.New(t)}
}

func newTestServerAt(t testing.TB, publicURL string) *testServer {
	t.Helper()
	return &testServer{webtest.NewAt(t, publicURL)}
}

// route is one address as the router lists it, and with ids in it.
type route struct{ method, pattern, path string }

// routes lists every route of a listener.
func (s *testServer) routes(listener http.Handler) (found []route) {
	s.Helper()
	s.Must(chi.Walk(listener.(chi.Routes), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		path := strings.NewReplacer("{claimCode}", "clm_canaryclaim", "{sessionID}", "sess_canarysession", "{sessionCode}", "sess_canarysession.secret", "{phoneCode}", "hnd_canaryphone", "{phoneID}", "phn_canaryphone", "{artifactID}", "art_canaryartifact",
			"{id}", "canaryid", "{logo}", "00ff", "{accent}", "12594a", "{organizationID}", "org_canary", "{keyID}", "key_canary", "{eventID}", "evt_canary", "{operatorSessionID}", "ops_canary",
			"*", "canarypath").Replace(pattern)
		found = append(found, route{method, pattern, path})
		return nil
	}))
	return found
}

func (r route) String() string { return r.method + " " + r.pattern }

// ours reports whether a route is below one of these.
func (r route) below(prefixes ...string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(r.pattern, prefix) {
			return true
		}
	}
	return false
}

// apiRoutes are the addresses of the API.
var apiRoutes = []string{"/v1", "/link/", "/webhook_verification_key", "/.well-known", "/openapi.json", "/sessions/*", "/sessions/{id}/ws"}

func assetPath(name string) string { return filepath.ToSlash(static.Path(name)) }
