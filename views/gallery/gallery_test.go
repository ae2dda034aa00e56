package gallery

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"passage/static"
)

var update = flag.Bool("update", false, "write the golden files anew")

// hash is the part of an asset's address that changes with its bytes; golden
// files leave it out, so that a change of a style sheet is not a change of every page.
var hash = regexp.MustCompile(`(/static/[a-z.-]+?)\.[0-9a-f]{16}\.`)

func render(t *testing.T, screen Screen) string {
	t.Helper()
	var page strings.Builder
	if err := screen.Component.Render(t.Context(), &page); err != nil {
		t.Fatalf("render %s: %v", screen.Slug(), err)
	}
	return page.String()
}

func TestScreens_MatchTheirGoldenFiles(t *testing.T) {
	t.Parallel()
	kept := map[string]bool{}
	for _, screen := range Screens() {
		name := filepath.Join("testdata", screen.Slug()+".html")
		kept[name] = true
		// One element a line, so that a difference can be read.
		got := strings.ReplaceAll(hash.ReplaceAllString(render(t, screen), "$1.HASH."), "><", ">\n<") + "\n"
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Errorf("%v (run the test with -update and look at what is new)", err)
			continue
		}
		if got != string(want) {
			t.Errorf("%s is not as in %s: look at it, then run the test with -update", screen.Slug(), name)
		}
	}
	files, err := filepath.Glob("testdata/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if kept[name] {
			continue
		}
		if !*update {
			t.Errorf("%s belongs to no screen", name)
		} else if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestScreens_HaveUniqueSlugs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, screen := range Screens() {
		if seen[screen.Slug()] {
			t.Errorf("two screens are at %s", screen.Slug())
		}
		seen[screen.Slug()] = true
		if _, ok := Find(screen.Slug()); !ok {
			t.Errorf("%s is not found", screen.Slug())
		}
	}
}

// What a strict Content-Security-Policy would block, and what a person must not meet.
func TestScreens_HoldNothingInlineForeignOrRaw(t *testing.T) {
	t.Parallel()
	forbidden := map[string]*regexp.Regexp{
		"an inline style":               regexp.MustCompile(`(?i)<style|\sstyle=`),
		"an inline script":              regexp.MustCompile(`(?i)<script(?:>|[^>]*>[^<])|\son[a-z]+=`),
		"a resource from elsewhere":     regexp.MustCompile(`(?i)<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?//`),
		"an unfilled placeholder":       regexp.MustCompile(`\{[a-z0-9]+\}`),
		"an address that was rewritten": regexp.MustCompile(`about:invalid`),
		"a label key":                   regexp.MustCompile(`>[^<]*\b[a-z]+_[a-z_]+\b[^<]*<`),
	}
	for _, screen := range Screens() {
		page := render(t, screen)
		for what, pattern := range forbidden {
			if what == "a label key" && screen.Group == "Dashboard" {
				continue // operators see keys
			}
			if found := pattern.FindString(page); found != "" {
				t.Errorf("%s holds %s: %.120s", screen.Slug(), what, found)
			}
		}
	}
}

func TestScreens_HaveOneLiveRegionAndOneTitle(t *testing.T) {
	t.Parallel()
	for _, screen := range Screens() {
		page := render(t, screen)
		if !strings.Contains(page, `class="connect"`) {
			continue
		}
		for _, once := range []string{`id="live"`, `id="stream"`, `id="said"`, "<h1", "<main", "<title>"} {
			if n := strings.Count(page, once); n != 1 {
				t.Errorf("%s holds %s %d times", screen.Slug(), once, n)
			}
		}
		typing := strings.Contains(page, "<form") && strings.Contains(page, "data-ask")
		if typing && strings.Contains(page, "http-equiv") {
			t.Errorf("%s has a form and refreshes itself", screen.Slug())
		}
	}
}

func TestScreens_NameOnlyAssetsThatAreServed(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`"(/static/[^"]+)"`)
	seen := map[string]bool{}
	for _, screen := range Screens() {
		for _, match := range named.FindAllStringSubmatch(render(t, screen), -1) {
			seen[match[1]] = true
		}
	}
	for address := range seen {
		reply := httptest.NewRecorder()
		static.Handler().ServeHTTP(reply, httptest.NewRequest(http.MethodGet, address, nil))
		if reply.Code != http.StatusOK {
			t.Errorf("%s answers %d", address, reply.Code)
		}
	}
	if len(seen) < 6 {
		t.Errorf("the pages name only %d files", len(seen))
	}
}

func TestIndex_LinksEveryScreen(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	if err := Index("/gallery").Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	for _, screen := range Screens() {
		if !strings.Contains(page.String(), `href="/gallery/`+screen.Slug()+`"`) {
			t.Errorf("the index does not lead to %s", screen.Slug())
		}
	}
}
