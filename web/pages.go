package web

import (
	"maps"
	"net/http"
	"path"
	"strings"

	"github.com/go-chi/chi/v5"

	"passage/web/problem"
)

// action is the handler of a page. Its error becomes a page too.
type action func(http.ResponseWriter, *http.Request) error

// errorPages renders the page of an error, which tells the status and nothing
// of the cause.
type errorPages interface {
	ShowError(w http.ResponseWriter, r *http.Request, status int) error
}

// pageRoutes registers pages. Errors become pages of the same part of the site.
type pageRoutes struct {
	chi.Router
	errors errorPages
}

func (p pageRoutes) get(pattern string, show action) { p.Get(pattern, p.handler(show)) }

func (p pageRoutes) post(pattern string, submit action) { p.Post(pattern, p.handler(submit)) }

// form registers a page whose form posts to the page's own path.
func (p pageRoutes) form(pattern string, show, submit action) {
	p.get(pattern, show)
	p.post(pattern, submit)
}

// submit registers a form that is on the page of the parent path. A form with a
// mistake is shown again at its own path, so loading that anew leads to the
// parent.
func (p pageRoutes) submit(pattern string, submit action) {
	p.post(pattern, submit)
	p.Get(pattern, redirectToParent)
}

func redirectToParent(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, path.Dir(r.URL.EscapedPath()), http.StatusSeeOther)
}

func (p pageRoutes) handler(do action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := problem.RecoverToError(func() error { return do(w, r) }); err != nil {
			showError(p.errors, w, r, err)
		}
	}
}

// showError tells a person that something is wrong. An internal cause is logged
// here, once.
func showError(pages errorPages, w http.ResponseWriter, r *http.Request, err error) {
	shown := problem.Report(r.Context(), err)
	maps.Copy(w.Header(), shown.Headers())
	if err := pages.ShowError(w, r, shown.Status); err != nil {
		_ = problem.Report(r.Context(), err)
	}
}

// refuse answers every request with the same error: people get a page, programs
// get JSON.
func refuse(pages errorPages, why *problem.Problem) http.HandlerFunc {
	page := pagePolicy(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		showError(pages, w, r, why)
	}))
	return func(w http.ResponseWriter, r *http.Request) {
		if wantsPage(r) {
			page.ServeHTTP(w, r)
			return
		}
		problem.WriteJSON(w, r, why)
	}
}

// wantsPage reports whether the request comes from a browser that shows a page.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// methodNotAllowed names the methods that a path has.
func methodNotAllowed(routes chi.Routes) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
				w.Header().Add("Allow", method)
			}
		}
		problem.WriteJSON(w, r, problem.MethodNotAllowed())
	}
}
