package sandbox

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
)

//go:embed pages
var files embed.FS

// Pages are a site's embedded files without the name of their folder, "pages".
func Pages(files embed.FS) fs.FS {
	sub, err := fs.Sub(files, "pages")
	if err != nil {
		panic(err) //nolint:forbidigo // the name is a constant and valid
	}
	return sub
}

// Parse reads each page together with the layout that it fills.
func Parse(pages fs.FS, layout string, names ...string) map[string]*template.Template {
	set := make(map[string]*template.Template, len(names))
	for _, name := range names {
		set[name] = template.Must(template.ParseFS(pages, layout, name+".html"))
	}
	return set
}

// Render fills a page's layout.
func Render(page *template.Template, data any) []byte {
	var out bytes.Buffer
	if err := page.ExecuteTemplate(&out, "layout", data); err != nil {
		// Only a faulty template fails, and every one is rendered by a test.
		return []byte(template.HTMLEscapeString(err.Error()))
	}
	return out.Bytes()
}

// Crash serves the script that ends the renderer of the page it is on.
func Crash(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, files, "pages/crash.js")
}

// Assets serves the pages' own styles and scripts below a path, and nothing
// else.
func Assets(path string, pages fs.FS) http.Handler {
	server := http.StripPrefix(path, http.FileServerFS(pages))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name := r.URL.Path; !strings.HasSuffix(name, ".css") && !strings.HasSuffix(name, ".js") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "max-age=300")
		server.ServeHTTP(w, r)
	})
}
