package tmobile

import (
	"crypto/rand"
	"net/http"
	"regexp"
	"strings"
	"time"

	"passage/automation/sandbox"
)

// visit is what one of the two hosts knows of one browser.
type visit struct {
	state string // of the authorization: the asker's secret

	// On the log-in's host.
	step   string // the one page that is open
	name   string // as typed; not yet proved
	who    *user  // nil for a name that is in no scenario
	to     string // where the code went
	resent bool
	pushed time.Time
	fault  string // shown once, on the next page
	notice string

	user *user // logged in, on My
	lame bool  // payment methods and bills answer 500 in this visit
}

// reply is what a handler wants to be sent. Handlers run under the carrier's
// lock and write nothing themselves.
type reply struct {
	status int
	page   string // a template, shown with data
	data   any
	to     string // a redirect
	json   string
}

func redirect(to string) reply         { return reply{status: http.StatusSeeOther, to: to} }
func show(page string, data any) reply { return reply{status: http.StatusOK, page: page, data: data} }

type handler func(r *http.Request, v *visit) reply

// page makes an HTTP handler: it finds the visit by one host's cookie, waits
// where the user is the slow one, and renders.
func (c *Carrier) page(cookie string, decide handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !sandbox.ReadForm(w, r) {
			return
		}
		id := sandbox.CookieOf(r, cookie)
		if !c.linger(r, id) {
			return
		}
		answer, body, fresh := c.answer(r, id, decide)
		w.Header().Set("Cache-Control", "no-store")
		sandbox.SetCookie(w, cookie, fresh)
		sandbox.Response{Status: answer.status, To: answer.to, JSON: answer.json, Page: body}.Write(w, r)
	})
}

// answer runs the handler and the template under the lock.
func (c *Carrier) answer(r *http.Request, id string, decide handler) (answer reply, body []byte, fresh string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.visits.Get(id)
	if !ok {
		v, fresh = &visit{}, rand.Text()
		c.visits.Put(fresh, v)
	}
	answer = decide(r, v)
	if answer.page == "" {
		return answer, nil, fresh
	}
	return answer, c.render(answer, v), fresh
}

// view is what every page is filled with.
type view struct {
	Page, Name, Fault, Notice string
	Covers, SignedIn          bool
	Data                      any
}

func (c *Carrier) render(answer reply, v *visit) []byte {
	page := view{Page: answer.page, Name: v.name, Fault: v.fault, Notice: v.notice, SignedIn: v.user != nil, Data: answer.data}
	v.fault, v.notice = "", ""
	body := sandbox.Render(c.pages[answer.page], page)
	if v.user != nil && v.user.site.redesigned && answer.page != "dashboard" {
		return redesigned.ReplaceAll(body, []byte(`$1="v2-$2"`))
	}
	return body
}

// redesigned finds what selectors go by.
var redesigned = regexp.MustCompile(`\b(id|class|name|data-testid|aria-label)="([^"]*)"`)

// linger makes the slow user wait for every page. It says whether the browser
// is still there.
func (c *Carrier) linger(r *http.Request, id string) bool {
	if r.Method != http.MethodGet || strings.HasSuffix(r.URL.Path, "/state") || !c.isSlow(id) {
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
