package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// debugPaths are what --debug-endpoints adds to the admin listener.
var debugPaths = []string{"/debug/pprof/", "/debug/pprof/goroutine?debug=1", "/debug/pprof/cmdline", "/debug/vars"}

func TestDebugEndpoints_AreOnTheAdminListenerOnlyWhenEnabled(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		flags []string
		admin int
	}{
		{"off", nil, http.StatusNotFound},
		{"on", []string{"--debug-endpoints"}, http.StatusOK},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := startServer(t, t.TempDir(), append(test.flags, "--browser-spares", "0")...)
			for _, path := range debugPaths {
				expect(t, "the admin listener at "+path, statusOf(t, s.admin+path), test.admin)
				expect(t, "the public listener at "+path, statusOf(t, s.url+path), http.StatusNotFound)
			}
		})
	}
}

func TestMetrics_NeedATokenOffLoopback(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		environment []string
		token       string
		want        int
	}{
		{"no token is set", nil, "", http.StatusUnauthorized},
		{"none is sent", []string{"PASSAGE_METRICS_TOKEN=a-token-of-the-scraper"}, "", http.StatusUnauthorized},
		{"it is sent", []string{"PASSAGE_METRICS_TOKEN=a-token-of-the-scraper"}, "a-token-of-the-scraper", http.StatusOK},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			s := startServerWith(t, test.environment, folder, "serve", "--data", folder, "--addr", "127.0.0.1:0", "--admin-addr", "0.0.0.0:0",
				"--debug-endpoints", "--browser-spares", "0")
			port := s.admin[strings.LastIndex(s.admin, ":")+1:]
			for _, path := range append(debugPaths, "/metrics") {
				expect(t, path, statusOf(t, "http://127.0.0.1:"+port+path, "Authorization", "Bearer "+test.token), test.want)
			}
		})
	}
}

func statusOf(t *testing.T, address string, headers ...string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(headers); n += 2 {
		request.Header.Set(headers[n], headers[n+1])
	}
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := reply.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode
}

func TestLog_IsInTheFormatOfTheFlag(t *testing.T) {
	t.Parallel()
	for format, isJSON := range map[string]bool{"text": false, "json": true} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			s := startServer(t, t.TempDir(), "--log-format", format, "--browser-spares", "0")
			statusOf(t, s.url+"/healthz")
			if code, _ := s.stop(); code != 0 {
				t.Fatalf("the server ended with %d", code)
			}
			lines := strings.Split(strings.TrimSpace(s.log.String()), "\n")
			for _, line := range lines {
				var entry struct{ Time, Level, Msg string }
				err := json.Unmarshal([]byte(line), &entry)
				if whole := err == nil && entry.Time != "" && entry.Level != "" && entry.Msg != ""; whole != isJSON {
					t.Errorf("%q: JSON is %t", line, whole)
				}
			}
		})
	}
}
