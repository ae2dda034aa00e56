package catalog_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"passage/automation/catalog"
)

// watched is a catalog over a real folder while Run takes in what changes
// there. It is used inside of synctest, where its seconds cost nothing.
type watched struct {
	*testing.T
	*catalog.Catalog
	folder string
	log    bytes.Buffer
}

// watch puts files into a new folder and loads it.
func watch(t *testing.T, sites map[string]catalog.Site, files map[string]string) *watched {
	t.Helper()
	w := &watched{T: t, folder: t.TempDir()}
	for id, text := range files {
		w.write(id, text)
	}
	w.Catalog = load(t, catalog.Options{Folder: os.DirFS(w.folder), Sites: sites,
		Logger: slog.New(slog.NewTextHandler(&w.log, nil))})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Catalog.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	synctest.Wait()
	return w
}

func (w *watched) path(id string) string { return filepath.Join(w.folder, id, "integration.star") }

func (w *watched) write(id, text string) {
	w.Helper()
	if err := os.MkdirAll(filepath.Dir(w.path(id)), 0o700); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(w.path(id), []byte(text), 0o600); err != nil {
		w.Fatal(err)
	}
}

func (w *watched) remove(path string) {
	w.Helper()
	if err := os.RemoveAll(path); err != nil {
		w.Fatal(err)
	}
}

// looks lets so many looks at the folder pass.
func (w *watched) looks(count int) {
	<-time.After(time.Duration(count) * time.Second)
	synctest.Wait()
}

// entry is what the catalog knows of an integration.
func (w *watched) entry(id string) catalog.Entry {
	w.Helper()
	for _, entry := range w.Entries() {
		if entry.ID == id {
			return entry
		}
	}
	return catalog.Entry{}
}

// says wants a line in the log, once.
func (w *watched) says(parts ...string) {
	w.Helper()
	found := 0
	for line := range strings.Lines(w.log.String()) {
		fits := true
		for _, part := range parts {
			fits = fits && strings.Contains(line, part)
		}
		if fits {
			found++
		}
	}
	if found != 1 {
		w.Errorf("%q is in %d lines of the log, not in one:\n%s", parts, found, w.log.String())
	}
}

// named is the script of the City Library under another name.
func named(name string) string { return strings.ReplaceAll(library, "City Library", name) }

func TestOverlay_LoadsAChangedScriptAndLeavesTheOldOneToItsHolders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, nil, map[string]string{"library": library})
		before := w.entry("library")
		w.looks(10)
		w.write("library", named("Town Library"))
		w.write("second", strings.ReplaceAll(library, `"library"`, `"second"`))
		w.looks(2)
		after := w.entry("library")
		if after.Integration.Name != "Town Library" || !after.Own || after.Since.Sub(before.Since) < 10*time.Second {
			t.Errorf("%+v", after)
		}
		if before.Integration.Name != "City Library" || before.Integration.Hash == after.Integration.Hash {
			t.Errorf("the old version changed: %+v", before.Integration.Manifest)
		}
		if _, ok := w.Get("second"); !ok {
			t.Errorf("a script that came later is not in service; there are %s", ids(w.Catalog))
		}
		w.looks(10)
		w.says("is in service", "integration=library", after.Integration.Hash)
		w.says("is in service", "integration=second")
	})
}

// Editors cut a file to nothing and then write it, or rename it away; what is
// seen in between must do nothing.
func TestOverlay_IgnoresAFileBeingWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, nil, map[string]string{"library": library})
		in := w.entry("library")
		whole := named("Town Library")
		for _, half := range []string{"", whole[:len(whole)/2], strings.TrimSuffix(whole, "operations = {\"readHistory.read\": read}\n")} {
			w.write("library", half)
			w.looks(1)
		}
		w.remove(w.path("library"))
		w.looks(1)
		if now := w.entry("library"); now != in || w.Err() != nil {
			t.Errorf("%+v, %v", now, w.Err())
		}
		w.write("library", whole)
		w.looks(2)
		if now := w.entry("library"); now.Integration.Name != "Town Library" || w.Err() != nil {
			t.Errorf("%+v, %v", now, w.Err())
		}
	})
}

func TestOverlay_KeepsTheLastScriptThatLoaded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, nil, map[string]string{"library": library, "verizon": "fail(", "new": "fail("})
		builtIn, ok := w.Get("verizon")
		if _, there := w.Get("new"); there || !ok || w.entry("verizon").Own {
			t.Fatalf("in service: %s", ids(w.Catalog))
		}
		good := w.entry("library").Integration
		w.write("library", library+"\nload()")
		w.looks(20)
		if now, _ := w.Get("library"); now != good || w.entry("library").Error == "" {
			t.Errorf("%+v", w.entry("library"))
		}
		for id, inService := range map[string]string{
			"library": "version " + good.Hash[:8] + " of the file stays in service",
			"verizon": "the built-in one stays in service", "new": "it is out of service",
		} {
			if err := w.Err().Error(); !strings.Contains(err, id+"/integration.star:") || !strings.Contains(err, inService) {
				t.Errorf("%s: %s", id, err)
			}
			w.says("did not load", "integration="+id, inService)
		}

		w.write("library", library) // as it was
		w.write("verizon", string(builtIn.Source)+"\n# mended\n")
		w.remove(filepath.Join(w.folder, "new"))
		w.looks(2)
		if now := w.entry("verizon"); !now.Own || w.Err() != nil || w.entry("library").Integration.Hash != good.Hash {
			t.Errorf("%+v, %v", now, w.Err())
		}
		w.says("is in service", "integration=library", "00:00:22") // said again, as it was wrong in between
	})
}

func TestOverlay_FallsBackToTheBuiltInScript(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		builtIn, _ := load(t, catalog.Options{}).Get("att")
		w := watch(t, nil, map[string]string{"library": library, "att": string(builtIn.Source) + "\n# ours\n"})
		if now := w.entry("att"); !now.Own || now.Integration.Hash == builtIn.Hash {
			t.Fatalf("%+v", now)
		}
		w.remove(w.path("att"))
		w.remove(w.path("library"))
		w.looks(2)
		if now := w.entry("att"); now.Own || now.Integration.Hash != builtIn.Hash {
			t.Errorf("%+v", now)
		}
		if _, ok := w.Get("library"); ok || w.Err() != nil {
			t.Errorf("a script that is gone is in service; %v", w.Err())
		}
		w.says("went out of service", "integration=library")
		w.says("is in service", "integration=att", builtIn.Hash)
	})
}

func TestOverlay_IgnoresAMissingFolder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, nil, map[string]string{"library": library})
		away := w.folder + ".away"
		if err := os.Rename(w.folder, away); err != nil {
			t.Fatal(err)
		}
		w.looks(20)
		if _, ok := w.Get("library"); !ok || w.Err() == nil || !strings.Contains(w.Err().Error(), "stays in service") {
			t.Errorf("%s, %v", ids(w.Catalog), w.Err())
		}
		w.says("cannot be read")
		if err := os.Rename(away, w.folder); err != nil {
			t.Fatal(err)
		}
		w.looks(2)
		if _, ok := w.Get("library"); !ok || w.Err() != nil {
			t.Errorf("%s, %v", ids(w.Catalog), w.Err())
		}
	})
}

// A site that is named holds for every version; one that is missing is said,
// and keeps the version with a site in service.
func TestOverlay_PointsAReloadedScriptToTheSameSite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		local := strings.ReplaceAll(library, "library.example", "127.0.0.1:9")
		local = strings.ReplaceAll(local, "https://127", "http://127")
		w := watch(t, map[string]catalog.Site{"library": {URL: "http://127.0.0.1:4001"}},
			map[string]string{"library": library, "other": strings.ReplaceAll(library, `"library"`, `"other"`)})
		w.write("library", named("Town Library"))
		w.write("other", strings.ReplaceAll(local, `"library"`, `"other"`))
		w.looks(2)
		if now, _ := w.Get("library"); now.Name != "Town Library" || now.Site != "http://127.0.0.1:4001" {
			t.Errorf("%+v", now.Manifest)
		}
		if now := w.entry("other"); now.Integration.Site != "https://library.example" || !strings.Contains(now.Error, "--site other=URL") {
			t.Errorf("%+v", now)
		}
	})
}

func TestOverlay_SkipsOtherFiles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, nil, map[string]string{"library": library, ".git": "fail(", "pipe/integration.star": "",
			"film": strings.Repeat("x", 5<<20)})
		if err := os.Symlink(w.path("library"), filepath.Join(w.folder, "link")); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(w.folder, "nowhere"), filepath.Join(w.folder, "dangling")); err != nil {
			t.Fatal(err)
		}
		w.looks(2)
		// A folder in the script's place is an error, and so is what cannot be a script; the rest is nothing.
		if _, ok := w.Get("library"); !ok || len(w.LoadErrors()) != 2 || w.LoadErrors()[0].File != "film/integration.star" ||
			w.LoadErrors()[1].File != "pipe/integration.star" {
			t.Errorf("%v", w.LoadErrors())
		}
	})
}

func TestCatalog_CanBeReadWhileItChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, nil, map[string]string{"library": library})
		ctx, stop := context.WithCancel(t.Context())
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				for ctx.Err() == nil {
					if now, ok := w.Get("library"); !ok || !strings.HasSuffix(now.Name, "Library") || len(w.List()) == 0 || w.Err() != nil {
						t.Errorf("%v", w.Err())
					}
					<-time.After(time.Millisecond)
				}
			})
		}
		for range 5 {
			w.write("library", named("Town Library"))
			w.looks(2)
			w.write("library", library)
			w.looks(2)
		}
		stop()
		readers.Wait()
	})
}
