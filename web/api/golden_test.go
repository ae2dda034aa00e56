package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-chi/chi/v5"

	"passage/automation/resources"
	"passage/web/api"
)

var update = flag.Bool("update", false, "write testdata/openapi.json from what is served")

// Clients are generated from the document. Every change of it shows in the
// golden file; to accept one: go test ./web/api -run TestDocument -update.
func TestDocument_EqualsGoldenFile(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	if err := json.Indent(&text, serveDocument(t), "", "  "); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.WriteFile(golden, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text.Bytes(), want) {
		t.Error("the document differs from testdata/openapi.json; see the difference with -update and git diff")
	}
}

func serveDocument(t *testing.T) []byte {
	t.Helper()
	set, err := resources.Load()
	if err != nil {
		t.Fatal(err)
	}
	public, err := url.Parse(publicURL)
	if err != nil {
		t.Fatal(err)
	}
	router := chi.NewRouter()
	if err := api.New(api.Options{Resources: set, PublicURL: public}).Mount(router); err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	router.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/openapi.json", http.NoBody))
	return recorder.Body.Bytes()
}
