//go:build interop

package e2e

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"passage/automation/sandbox"
	"passage/cmd/passage/demo"
)

// The hosted flow within a merchant's page, from another site, in the browsers
// that people have: testdata/embed.

var embedFolder = filepath.Join("testdata", "embed")

// embedBrowser is a browser, and what becomes of a third party's cookies in it.
type embedBrowser struct {
	Browser        string         `json:"browser"`
	ExecutablePath string         `json:"executablePath"`
	Headless       any            `json:"headless"`
	Args           []string       `json:"args,omitempty"`
	Preferences    map[string]any `json:"extraPrefsFirefox,omitempty"`

	control string // which of the control's cookies come back: “third” is an ordinary one, “parted” a partitioned one
	framed  bool   // our cookie is kept in a frame
}

func embedBrowsers(t *testing.T) map[string]embedBrowser {
	t.Helper()
	chromium := embedBrowser{Browser: "chrome", ExecutablePath: testBrowser(1).Browser, Headless: "shell",
		Args: []string{"--test-third-party-cookie-phaseout"}, control: "parted", framed: true}
	if chromium.ExecutablePath == "" {
		chromium.ExecutablePath = lookUp(t, "chromium-headless-shell")
	}
	if testBrowser(1).BrowserNoSandbox {
		chromium.Args = append(chromium.Args, "--no-sandbox")
	}
	firefox := embedBrowser{Browser: "firefox", ExecutablePath: lookUp(t, "firefox-esr"), Headless: true}
	blocking, asShipped := firefox, firefox
	blocking.Preferences, blocking.control = map[string]any{"network.cookie.cookieBehavior": 1}, "none"
	// Firefox lets a frame navigate the whole page within five seconds of a click
	// only. On a slow machine, what follows the click takes longer.
	asShipped.Preferences = map[string]any{"dom.user_activation.transient.timeout": 60_000}
	asShipped.control, asShipped.framed = "third parted", true // each site that frames it has a jar of its own
	return map[string]embedBrowser{"Chromium without third-party cookies": chromium,
		"Firefox without third-party cookies": blocking, "Firefox as it ships": asShipped}
}

func lookUp(t *testing.T, program string) string {
	t.Helper()
	found, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestInteropEmbedding_WorksInAMerchantsPage(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range []string{"drive.mjs", "types.ts", "package.json", "package-lock.json"} {
		copyFile(t, filepath.Join(embedFolder, name), filepath.Join(folder, name))
	}
	copyFile(t, filepath.Join(repository, "static", "connect.d.ts"), filepath.Join(folder, "connect.d.ts"))
	runIn(t, folder, nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	runIn(t, folder, nil, filepath.Join("node_modules", ".bin", "tsc"), "--strict", "--noEmit", "--lib", "es2022,dom", "types.ts", "connect.d.ts")
	s := ownStack(t)
	for name, browser := range embedBrowsers(t) {
		t.Run(name, func(t *testing.T) { // one after another: each is several processes
			site := newEmbedSite(t, s)
			var results []struct{ Name, Error string }
			text, err := json.Marshal(site.configure(t, browser))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(runIn(t, folder, text, "node", "drive.mjs"), &results); err != nil {
				t.Fatal(err)
			}
			for _, result := range results {
				if result.Error != "" {
					t.Errorf("%s: %s", result.Name, result.Error)
				}
			}
			expect(t, "scenarios", len(results), embedScenarios)
		})
	}
}

const embedScenarios = 22

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// embedSite is a merchant's site, of which the browser sees two: our server is
// at 127.0.0.1, so at localhost it is another one's, and at the stranger's port
// it is that of nobody whom the organization allows to embed.
type embedSite struct {
	stack          *stack
	host, stranger *httptest.Server
}

func newEmbedSite(t *testing.T, s *stack) *embedSite {
	t.Helper()
	site := &embedSite{stack: s, host: serve(t, s), stranger: serve(t, s)}
	shop, err := s.DB.EnsureOrganization(t.Context(), demo.Merchant)
	if err != nil {
		t.Fatal(err)
	}
	branding := shop.Branding
	branding.EmbedOrigins = []string{atLocalhost(site.host.URL), atLocalhost("http://" + s.Shop.Addr().String())}
	if err := s.DB.SetBranding(t.Context(), shop.ID, branding, "test"); err != nil {
		t.Fatal(err)
	}
	return site
}

func atLocalhost(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }

func (e *embedSite) configure(t *testing.T, browser embedBrowser) map[string]any {
	t.Helper()
	return map[string]any{
		"launch": browser, "control": browser.control, "framed": browser.framed,
		"passage": e.stack.PublicURL.String(), "host": atLocalhost(e.host.URL), "stranger": atLocalhost(e.stranger.URL),
		"passageSite": e.host.URL, "shop": atLocalhost("http://" + e.stack.Shop.Addr().String()), "visits": e.visits(t),
	}
}

// visits are links with somebody who opens them.
func (e *embedSite) visits(t *testing.T) (visits []map[string]string) {
	t.Helper()
	for range embedScenarios {
		request := ask(readBills())
		request["returnUrl"] = atLocalhost(e.host.URL) + "/done"
		request["userLabel"] = "ada@customers.example"
		link := e.stack.newLink(t, request)
		request["requireReturn"] = true
		returning := e.stack.newLink(t, request)
		visits = append(visits, map[string]string{"claimUrl": link.ClaimURL, "linkId": link.LinkID, "returning": returning.ClaimURL, "password": sandbox.Password,
			"user": someone(t, "good").Username, "flaky": someone(t, "flaky").Username})
	}
	return visits
}

// serve serves the pages of a merchant, and those of a third party's to see
// what becomes of its cookies.
func serve(t *testing.T, s *stack) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	script, err := os.ReadFile(filepath.Join(repository, "static", "connect.js"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum384(script)
	host, err := os.ReadFile(filepath.Join(embedFolder, "host.html"))
	if err != nil {
		t.Fatal(err)
	}
	page(mux, "GET /host", strings.NewReplacer("PASSAGE", s.PublicURL.String(),
		"INTEGRITY", "sha384-"+base64.StdEncoding.EncodeToString(sum[:])).Replace(string(host)))
	page(mux, "GET /readme", "<!doctype html>"+strings.ReplaceAll(readmePage(t), "https://connect.example.com", s.PublicURL.String()))
	page(mux, "GET /done", "<!doctype html><title>Welcome back</title>")
	mux.HandleFunc("POST /links", func(w http.ResponseWriter, r *http.Request) {
		from, _ := url.Parse(r.Referer())
		_ = json.NewEncoder(w).Encode(map[string]string{"claimUrl": from.Query().Get("claimUrl")})
	})
	page(mux, "GET /control", `<!doctype html><iframe src="`+server.URL+`/third"></iframe>`)
	mux.HandleFunc("GET /third", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Set-Cookie", "third=1; SameSite=None; Secure")
		w.Header().Add("Set-Cookie", "parted=1; SameSite=None; Secure; Partitioned")
		http.Redirect(w, r, "/seen", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /seen", func(w http.ResponseWriter, r *http.Request) {
		seen := []string{}
		for _, cookie := range r.Cookies() {
			seen = append(seen, cookie.Name)
		}
		if len(seen) == 0 {
			seen = []string{"none"}
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<!doctype html><p id="seen">`+strings.Join(seen, " ")+`</p>`)
	})
	return server
}

func page(mux *http.ServeMux, route, html string) {
	mux.HandleFunc(route, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, html)
	})
}

var readmeHTML = regexp.MustCompile("(?s)```html\n(.*?)```")

// readmePage is the page that the README has merchants copy.
func readmePage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := readmeHTML.FindSubmatch(text)
	if found == nil {
		t.Fatal("the README has no page")
	}
	return string(found[1])
}
