package demo

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"passage/views/gallery"
)

const galleryPath = "/gallery"

// showGallery shows every screen of the product with fixture data.
func showGallery(w http.ResponseWriter, r *http.Request) {
	page := gallery.Index(galleryPath)
	if slug := strings.Trim(strings.TrimPrefix(r.URL.Path, galleryPath), "/"); slug != "" {
		screen, ok := gallery.Find(slug)
		if !ok {
			http.NotFound(w, r)
			return
		}
		page = screen.Component
	}
	writePage(w, r, page)
}

func writePage(w http.ResponseWriter, r *http.Request, page templ.Component) {
	var buffer bytes.Buffer
	if err := page.Render(r.Context(), &buffer); err != nil {
		http.Error(w, "The page could not be rendered.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if _, err := buffer.WriteTo(w); err != nil {
		return // the reader is gone
	}
}
