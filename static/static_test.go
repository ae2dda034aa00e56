package static

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHandler_ServesAssetsByTheirHashedNames(t *testing.T) {
	t.Parallel()
	types := map[string]string{
		"app.css": "text/css", "admin.css": "text/css", "docs.css": "text/css",
		"app.js": "text/javascript", "connect.js": "text/javascript", "connect.d.ts": "text/plain", "admin.js": "text/javascript",
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

func TestHandler_RefusesNamesWithoutTheirHash(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/static/app.css", "/static/app.0000000000000000.css", "/static/", "/static/static.go", "/static/../static.go"} {
		reply := httptest.NewRecorder()
		Handler().ServeHTTP(reply, httptest.NewRequest(http.MethodGet, target, nil))
		if reply.Code != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", target, reply.Code)
		}
	}
}

func TestPath_OfUnknownNameIsNotFound(t *testing.T) {
	t.Parallel()
	reply := httptest.NewRecorder()
	Handler().ServeHTTP(reply, httptest.NewRequest(http.MethodGet, Path("nothing.css"), nil))
	if reply.Code != http.StatusNotFound {
		t.Errorf("status %d, want 404", reply.Code)
	}
}

// The pages forbid everything from elsewhere, so an address in a file of ours
// would be a request that never works.
func TestAssets_NameNoOtherHost(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"app.css", "admin.css", "docs.css", "app.js", "connect.js", "admin.js"} {
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

// What a merchant's page names in a script element stays at its address, and
// works with crossorigin, an integrity attribute and a strict embedder policy.
func TestHandler_ServesMerchantScriptsAtStableAddresses(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"connect.js", "connect.d.ts"} {
		request := httptest.NewRequest(http.MethodGet, "/"+name, nil)
		reply := httptest.NewRecorder()
		Handler().ServeHTTP(reply, request)
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if reply.Code != http.StatusOK || reply.Body.String() != string(content) {
			t.Errorf("%s: %d, %d bytes", name, reply.Code, reply.Body.Len())
		}
		for header, want := range map[string]string{"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin",
			"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"} {
			if got := reply.Header().Get(header); got != want {
				t.Errorf("%s: %s is %q", name, header, got)
			}
		}
		request.Header.Set("If-None-Match", reply.Header().Get("ETag"))
		again := httptest.NewRecorder()
		Handler().ServeHTTP(again, request)
		if again.Code != http.StatusNotModified {
			t.Errorf("%s, unchanged: %d", name, again.Code)
		}
	}
}

func TestConnectScript_IsUnderFiveKilobytes(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("connect.js")
	if err != nil {
		t.Fatal(err)
	}
	if len(content) >= 5000 {
		t.Errorf("it has %d bytes", len(content))
	}
}

func TestDir_ServesWhatIsInTheFolderNow(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	handler := Dir(folder)
	for _, content := range []string{"before", "after"} {
		if err := os.WriteFile(filepath.Join(folder, "app.css"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		reply := httptest.NewRecorder()
		handler.ServeHTTP(reply, httptest.NewRequest(http.MethodGet, Path("app.css"), nil))
		if reply.Code != http.StatusOK || reply.Body.String() != content || reply.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("status %d, %q, %q", reply.Code, reply.Body, reply.Header())
		}
	}
	for _, target := range []string{"/static/app.css", "/static/static.go", Path("app.js")} {
		reply := httptest.NewRecorder()
		handler.ServeHTTP(reply, httptest.NewRequest(http.MethodGet, target, nil))
		if reply.Code != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", target, reply.Code)
		}
	}
}
