package browser

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// download is a text that a page tries to leave on the disk.
const download = "canary-download-7Gh2"

func TestBrowser_DeniesDownloads(t *testing.T) {
	t.Setenv("HOME", t.TempDir()) // where a browser downloads to unless it is told
	var sent atomic.Int32
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/file" {
			sent.Add(1)
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Header().Set("Content-Disposition", "attachment; filename=../../"+download+".bin")
			_, _ = fmt.Fprint(w, strings.Repeat(download, 1000))
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<p id=here>here</p><iframe src="/file"></iframe>
			<a id=link href="/file" download="%[1]s.txt">link</a><a id=blob download="%[1]s.txt">blob</a>
			<a id=data href="data:application/octet-stream,%[1]s" download="%[1]s.txt">data</a>
			<button id=popup onclick="window.open('/file')">window</button>
			<script>blob.href = URL.createObjectURL(new Blob(["%[1]s".repeat(1000)]))</script>`, download)
	}))
	b := open(t, address)
	page := visit(t, b, address+"/")
	for _, selector := range []string{"#link", "#blob", "#data", "#popup"} {
		must[int](t)(page.Click(t.Context(), selector))
	}
	eventually(t, "all files were asked for", func() bool { return sent.Load() >= 3 })
	_ = page.Goto(t.Context(), address+"/file") // an error or the page that was there: either is as good
	visit(t, b, address+"/")
	// Chromium begins a file before it has asked whether it may, and takes it back.
	for _, root := range []string{b.process.Profile(), os.Getenv("HOME"), filepath.Dir(b.process.Profile())} {
		eventually(t, "nothing of a download is left below "+root, func() bool { return len(search(t, root, download)) == 0 })
	}
}

// search finds the files below a folder whose name or content holds a text.
func search(t *testing.T, root, text string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil //nolint:nilerr // the browser removes files meanwhile
		}
		content, _ := os.ReadFile(path)
		if strings.Contains(path, text) || strings.Contains(string(content), text) {
			found = append(found, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// What a page stores is in memory, and is gone with the browser.
func TestBrowser_KeepsStorageOffTheDisk(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<p id=stored></p><script>
		const much = new Uint8Array(16 << 20);
		for (let at = 0; at < much.length; at += 65536) crypto.getRandomValues(much.subarray(at, at + 65536));
		const kept = new Blob([much]);
		(async () => {
			await (await caches.open("much")).put("/much", new Response(much));
			const file = await (await navigator.storage.getDirectory()).getFileHandle("much", {create: true});
			const out = await file.createWritable();
			await out.write(much);
			await out.close();
			stored.textContent = (await file.getFile()).size;
		})().catch(e => stored.textContent = e);
	</script>`})
	b := open(t, address)
	if err := waitText(t, visit(t, b, address+"/"), "#stored", "16777216"); err != nil {
		t.Fatal(err)
	}
	var size int64
	err := filepath.WalkDir(b.process.Profile(), func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // the browser removes files meanwhile
		}
		if info, err := entry.Info(); err == nil {
			size += info.Size()
		}
		return nil
	})
	if err != nil || size > 4<<20 {
		t.Errorf("the profile takes %d bytes of disk, %v", size, err)
	}
}

// storagePage is a page that stores something in every kind of storage that a
// browser has, and shows where it finds something.
const storagePage = `<p id=found></p><script src="/cached.js"></script><script>
	const channel = new BroadcastChannel("kept");
	channel.onmessage = e => found.dataset.heard = e.data;
	const open = new Promise((done, fail) => {
		const request = indexedDB.open("kept", 1);
		request.onupgradeneeded = () => request.result.createObjectStore("kept");
		request.onsuccess = () => done(request.result);
		request.onerror = fail;
	});
	const ask = request => new Promise((done, fail) => { request.onsuccess = () => done(request.result); request.onerror = fail; });
	const places = {
		cookie: [() => document.cookie, v => document.cookie = "kept=" + v + "; max-age=9999"],
		local: [() => localStorage.kept, v => localStorage.kept = v],
		session: [() => sessionStorage.kept, v => sessionStorage.kept = v],
		database: [async () => ask((await open).transaction("kept").objectStore("kept").get("kept")),
			async v => ask((await open).transaction("kept", "readwrite").objectStore("kept").put(v, "kept"))],
		cache: [async () => (await caches.match("/kept")) && "a response", async v => (await caches.open("kept")).put("/kept", new Response(v))],
		files: [async () => { for await (const name of (await navigator.storage.getDirectory()).keys()) return name },
			async v => (await navigator.storage.getDirectory()).getFileHandle(v, {create: true})],
		worker: [async () => (await navigator.serviceWorker.getRegistrations()).length || "", () => navigator.serviceWorker.register("/worker.js")],
	};
	(async () => {
		const mine = location.search.slice(1), all = [];
		for (const [name, [get, put]] of Object.entries(places)) {
			let before = await get();
			if (mine) await put(mine);
			if (before) all.push(name);
		}
		channel.postMessage("somebody is there");
		found.textContent = "found: " + all.join(" ");
	})().catch(e => found.textContent = "failed: " + e);
</script>`

func TestBrowser_SeesNothingOfOtherSessions(t *testing.T) {
	t.Parallel()
	var scripts atomic.Int32
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/cached.js":
			scripts.Add(1)
			w.Header().Set("Cache-Control", "max-age=9999, immutable")
			w.Header().Set("Content-Type", "text/javascript")
		case "/worker.js":
			w.Header().Set("Content-Type", "text/javascript")
		default:
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(w, storagePage)
		}
	}))
	l := newLauncher(t)
	policy := Policy{AllowPrivate: true, Hosts: hosts(t, address)}
	finds := func(b *Browser, path, want string) {
		t.Helper()
		if err := waitText(t, visit(t, b, address+path), "#found", want); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	first := launch(t, l, policy)
	finds(first, "/?first", "found:")
	finds(first, "/", "found: cookie local session database cache files worker") // the test sees what there is
	if got := scripts.Load(); got != 1 {
		t.Errorf("the first session loaded a script %d times that may be kept", got)
	}
	beside := launch(t, l, policy)
	finds(beside, "/?beside", "found:")
	hearsNothing(t, first)
	first.Close()
	after := launch(t, l, policy)
	finds(after, "/", "found:")
	if got := scripts.Load(); got != 3 {
		t.Errorf("three sessions loaded a script %d times, one of them from another's cache", got)
	}
	hearsNothing(t, beside)
	for _, b := range []*Browser{beside, after} {
		about, err := os.Stat(b.process.Profile())
		if err != nil || about.Mode().Perm() != 0o700 {
			t.Errorf("profile: %v, %v", about.Mode(), err)
		}
		if b.PID() == first.PID() || filepath.Dir(b.process.Profile()) != filepath.Dir(first.process.Profile()) || b.process.Profile() == first.process.Profile() {
			t.Error("two sessions share a browser")
		}
	}
}

func hearsNothing(t *testing.T, b *Browser) {
	t.Helper()
	if heard, _, _, err := b.Page().Attr(t.Context(), "#found", "data-heard"); heard != "" || err != nil {
		t.Errorf("a session heard from another: %q, %v", heard, err)
	}
}

func TestPage_ReachesNoFilesAndNoInternalPages(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret.html")
	if err := os.WriteFile(secret, []byte("<title>canary-file</title>canary-file"), 0o600); err != nil {
		t.Fatal(err)
	}
	address := site(t, map[string]string{"/": `<p id=tried></p><script>
		const tries = ["file://` + secret + `", "file:///proc/self/environ", "chrome://version/", "devtools://devtools/bundled/inspector.html", "view-source:file://` + secret + `", "filesystem:file:///temporary/x"];
		const told = [];
		const frame = url => new Promise(done => { const f = document.createElement("iframe"); f.onload = f.onerror = () => {
			try { if (f.contentDocument.body.textContent) told.push("frame " + url) } catch { } done() }; f.src = url; document.body.append(f); setTimeout(done, 500) });
		(async () => {
			for (const url of tries) {
				await fetch(url).then(() => told.push("fetch " + url), () => {});
				await import(url).then(() => told.push("import " + url), () => {});
				await frame(url);
				try { open(url) } catch { }
				try { location.href = url } catch { }
			}
			tried.textContent = "tried " + told.join(", ");
		})();
	</script>`})
	b := open(t, address)
	page := visit(t, b, address+"/")
	if err := waitText(t, page, "#tried", "tried"); err != nil {
		t.Error(err)
	}
	if got := page.URL(); got != address+"/" {
		t.Errorf("the page went to %s", got)
	}
	for _, target := range []string{"file://" + secret, "chrome://version/", "devtools://devtools/bundled/inspector.html", "view-source:" + address, "about:blank", "data:text/html,x", "javascript:1"} {
		if err := page.Goto(t.Context(), target); err == nil {
			t.Errorf("goto(%q) works", target)
		}
	}
	if shows(t, b, "canary-file") {
		t.Error("a file is shown")
	}
}

// shows reports whether any window of the browser shows a text.
func shows(t *testing.T, b *Browser, text string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	seen, err := b.evaluate(ctx, "document.documentElement.outerHTML")
	if err != nil {
		t.Fatal(err)
	}
	html, _ := seen.(string)
	return strings.Contains(html, text)
}
