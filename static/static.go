// Package static owns the files that pages load: style sheets, scripts, icons.
//
// It embeds them and serves each under a name with a hash of its content, so
// that browsers may keep it for ever. It does not own any page. Its invariant:
// the content of a hashed name never changes. The files for merchants' own
// pages, connect.js and its types, also have addresses without a hash.
//
// htmx.min.js is htmx.org 2.0.11 and htmx-sse.min.js is htmx-ext-sse 2.2.4,
// both as published on the npm registry; their licences lie beside them.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Prefix is where Handler expects to be mounted.
const Prefix = "/static/"

//go:embed *.css *.js *.ts *.svg *.LICENSE
var files embed.FS

type asset struct {
	name    string // as in this folder
	content []byte
}

var (
	hashed = map[string]string{} // name → path with the hash
	assets = load(hashed)        // path with the hash → content
)

func load(hashed map[string]string) map[string]asset {
	assets := map[string]asset{}
	// The files are in the binary, so reading them cannot fail. If it did, tests
	// would find files missing.
	entries, _ := files.ReadDir(".")
	for _, entry := range entries {
		content, _ := files.ReadFile(entry.Name())
		sum := sha256.Sum256(content)
		extension := path.Ext(entry.Name())
		at := Prefix + strings.TrimSuffix(entry.Name(), extension) + "." + hex.EncodeToString(sum[:8]) + extension
		hashed[entry.Name()] = at
		assets[at] = asset{entry.Name(), content}
	}
	return assets
}

// Path returns where a file of this folder is served: "app.css" is at
// "/static/app.3f9c….css". The path of an unknown name is not served; a test of
// the gallery requests every file that a page names.
func Path(name string) string {
	if at, ok := hashed[name]; ok {
		return at
	}
	return Prefix + name
}

// Dir serves the files of a folder at the addresses of Handler, with whatever
// hash, and forbids caching. It is for development.
func Dir(folder string) http.Handler {
	named := map[string]string{}
	for name, at := range hashed {
		named[at] = name
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := named[r.URL.Path]
		if !ok {
			name, ok = forMerchants[r.URL.Path]
		}
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		http.ServeFile(w, r, filepath.Join(folder, name))
	})
}

// forMerchants are the files that merchants' own pages load, by their addresses
// without a hash.
var forMerchants = map[string]string{"/connect.js": "connect.js", "/connect.d.ts": "connect.d.ts"}

// Handler serves the files by their hashed names, and those for merchants at
// their own addresses.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at, control := r.URL.Path, "public, max-age=31536000, immutable"
		header := w.Header()
		if name, ok := forMerchants[at]; ok {
			at, control = Path(name), "public, max-age=3600"
			header.Set("ETag", `"`+at+`"`)
			header.Set("Access-Control-Allow-Origin", "*") // an integrity attribute needs it
			header.Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
		found, ok := assets[at]
		if !ok {
			http.NotFound(w, r)
			return
		}
		header.Set("Cache-Control", control)
		header.Set("X-Content-Type-Options", "nosniff")
		if path.Ext(found.name) == ".ts" { // by default it would be a video
			header.Set("Content-Type", "text/plain; charset=utf-8")
		}
		http.ServeContent(w, r, found.name, time.Time{}, bytes.NewReader(found.content))
	})
}
