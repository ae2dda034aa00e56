// Package static owns the files that pages load: style sheets, scripts, icons.
//
// It embeds them and serves each under a name that holds a hash of its bytes,
// so that browsers may keep it for ever. It does not own any page. Its
// invariant: what a hashed name answers never changes.
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
	"strings"
	"time"
)

// Prefix is where Handler expects to be mounted.
const Prefix = "/static/"

//go:embed *.css *.js *.svg *.LICENSE
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
	// The files are in the binary: reading them cannot fail, and what the tests
	// ask for would be missing if it did.
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
// "/static/app.3f9c….css". A name that does not exist leads to nothing; a test
// of the gallery asks for every file that a page names.
func Path(name string) string {
	if at, ok := hashed[name]; ok {
		return at
	}
	return Prefix + name
}

// Handler serves the files by their hashed names and nothing else.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found, ok := assets[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		header := w.Header()
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
		header.Set("X-Content-Type-Options", "nosniff")
		http.ServeContent(w, r, found.name, time.Time{}, bytes.NewReader(found.content))
	})
}
