package att

import (
	"crypto/rand"
	"net/http"
	"strings"

	"passage/automation/sandbox"
)

// visit is what one of the two hosts knows of one browser.
type visit struct {
	// On the log-in's host.
	step   string // what its application shows
	name   string // as typed; not yet proved
	saved  string // the name of the last who typed a password here
	who    *user  // nil for a name that is in no scenario
	to     string // where the code went
	older  bool   // the second factor is of the older kind
	resent bool
	grant  string
	fault  string // shown once

	user *user // logged in, on the account's host
	lame bool  // what the pages load answers 500 in this visit
}

// reply is what a handler wants to be sent. Handlers run under the carrier's
// lock and write nothing themselves.
type reply struct {
	status int
	to     string // a redirect
	file   string // an application's page
	json   any
}

func redirect(to string) reply { return reply{status: http.StatusFound, to: to} }
func answer(body any) reply    { return reply{status: http.StatusOK, json: body} }

type handler func(r *http.Request, v *visit) reply

// on makes an HTTP handler: it finds the visit by one host's cookie, and waits
// where the user is the slow one.
func (c *Carrier) on(cookie string, decide handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !sandbox.ReadForm(w, r) {
			return
		}
		id := sandbox.CookieOf(r, cookie)
		if !c.linger(r, id) {
			return
		}
		given, fresh := c.decide(r, id, decide)
		w.Header().Set("Cache-Control", "no-store")
		sandbox.SetCookie(w, cookie, fresh)
		switch {
		case given.to != "":
			http.Redirect(w, r, given.to, given.status)
		case given.file != "" && given.status == http.StatusOK:
			http.ServeFileFS(w, r, files, given.file)
		case given.file != "":
			http.Error(w, "Something went wrong on our side.", given.status)
		default:
			sandbox.WriteJSON(w, given.status, given.json)
		}
	})
}

// decide runs the handler under the lock.
func (c *Carrier) decide(r *http.Request, id string, decide handler) (given reply, fresh string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.visits.Get(id)
	if !ok {
		v, fresh = &visit{}, rand.Text()
		c.visits.Put(fresh, v)
	}
	return decide(r, v), fresh
}

// linger makes the slow user wait. It says whether the browser is still there.
func (c *Carrier) linger(r *http.Request, id string) bool {
	if !c.isSlow(id) || strings.HasSuffix(r.URL.Path, "/callback") {
		return true
	}
	return sandbox.Linger(r.Context(), c.options.Slow)
}

func (c *Carrier) isSlow(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.visits.Get(id)
	if !ok {
		return false
	}
	return v.user != nil && v.user.site.slow || v.who != nil && v.who.site.slow
}
