package sandbox

import "net/http"

// Response is what a site sends: a redirect where To is given, JSON for its own
// scripts where that is, and else a page.
type Response struct {
	Status int
	To     string
	JSON   string
	Page   []byte
}

// Write writes it. Headers of the site's own are set before.
func (s Response) Write(w http.ResponseWriter, r *http.Request) {
	if s.To != "" {
		http.Redirect(w, r, s.To, s.Status)
		return
	}
	kind, body := "text/html; charset=utf-8", s.Page
	if s.JSON != "" {
		kind, body = "application/json", []byte(s.JSON)
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(s.Status)
	_, _ = w.Write(body) // the browser may have left
}
