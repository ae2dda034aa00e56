package static

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestEveryAssetIsServedByItsHashedName(t *testing.T) {
	t.Parallel()
	types := map[string]string{
		"app.css": "text/css", "admin.css": "text/css", "docs.css": "text/css",
		"app.js": "text/javascript", "admin.js": "text/javascript",
		"htmx.min.js": "text/javascript", "htmx-sse.min.js": "text/javascript",
		"icon.svg": "image/svg+xml",
	}
	for name, want := range types {
		reply := httptest.NewRecorder()
		Handler().ServeHTTP(reply, httptest.NewRequest(http.MethodGet, Path(name), nil))
		if reply.Code != http.StatusOK || reply.Body.Len() == 0 {
			t.Errorf("%s: status %d, %d bytes", name, reply.Code, reply.Body.Len())
		}
		if got := reply.Header().Get("Content-Type"); !strings.HasPrefix(got, want) {
			t.Errorf("%s: content type %q, want %s", name, got, want)
		}
		if got := reply.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
	}
}

func TestNamesWithoutOrWithAnotherHashAreNotServed(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/static/app.css", "/static/app.0000000000000000.css", "/static/", "/static/static.go", "/static/../static.go"} {
		reply := httptest.NewRecorder()
		Handler().ServeHTTP(reply, httptest.NewRequest(http.MethodGet, target, nil))
		if reply.Code != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", target, reply.Code)
		}
	}
}

func TestAnUnknownNameLeadsToNothing(t *testing.T) {
	t.Parallel()
	reply := httptest.NewRecorder()
	Handler().ServeHTTP(reply, httptest.NewRequest(http.MethodGet, Path("nothing.css"), nil))
	if reply.Code != http.StatusNotFound {
		t.Errorf("status %d, want 404", reply.Code)
	}
}

// The pages forbid everything from elsewhere, so an address in a file of ours
// would be a request that never works.
func TestOwnAssetsNameNoOtherHost(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"app.css", "admin.css", "docs.css", "app.js", "admin.js"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"http://", "https://", "@import", "eval(", "innerHTML"} {
			if strings.Contains(string(content), word) {
				t.Errorf("%s holds %q", name, word)
			}
		}
	}
}
