package verizon

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"passage/automation/sandbox"
)

// visit is what the site knows of one browser: the cookie's other end.
type visit struct {
	id, token string // token must come back with every POST

	step     string // the page of the log-in that is open after the password: code, approve, line
	who      *account
	approval time.Time // when the push request was sent
	in       bool      // logged in
	line     string    // the phone that the visit is about
	lame     bool      // the site fails from here on

	fault, notice string // shown once, on the next page
}

// reply is what a page's handler wants to be sent. Handlers run under the
// carrier's lock and write nothing themselves.
type reply struct {
	status int
	page   string // a template, shown with data
	data   any
	to     string // a redirect
	json   string // a literal body for the pages' own scripts
	framed bool   // the site's own pages may hold it in a frame
	cookie string // a new visit's id
}

func redirect(to string) reply         { return reply{status: http.StatusSeeOther, to: to} }
func show(page string, data any) reply { return reply{status: http.StatusOK, page: page, data: data} }

type handler func(r *http.Request, v *visit) reply

const cookieName = "copper_visit"

// page makes an HTTP handler: it finds the visit, refuses a POST without the
// visit's token, has the slow user wait, and renders.
func (c *Carrier) page(decide handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !sandbox.ReadForm(w, r) {
			return
		}
		if c.isSlow(r) {
			sandbox.Linger(r.Context(), c.options.Slow)
		}
		answer, body := c.answer(r, decide)
		head := w.Header()
		head.Set("Cache-Control", "no-store")
		head.Set("X-Content-Type-Options", "nosniff")
		around := "'none'"
		if answer.framed {
			around = "'self'"
		}
		head.Set("Content-Security-Policy", "default-src 'self'; form-action 'self'; frame-ancestors "+around+"; frame-src 'self' "+c.processor())
		sandbox.SetCookie(w, cookieName, answer.cookie)
		sandbox.Response{Status: answer.status, To: answer.to, JSON: answer.json, Page: body}.Write(w, r)
	})
}

// answer runs the handler and the template under the lock.
func (c *Carrier) answer(r *http.Request, decide handler) (reply, []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.find(r)
	cookie := ""
	if v == nil {
		v = c.begin()
		cookie = v.id
	}
	answer := stop("stale")
	if r.Method != http.MethodPost || sandbox.Same(r.PostFormValue("token"), v.token) {
		answer = decide(r, v)
	}
	if answer.cookie == "" {
		answer.cookie = cookie
	}
	if answer.page == "" {
		return answer, nil
	}
	return answer, c.render(answer, v)
}

// view is what every page is filled with.
type view struct {
	Token, Person, Line string
	Notice, Fault       string
	Redesigned          bool
	Data                any
}

func (c *Carrier) render(answer reply, v *visit) []byte {
	page := view{Token: v.token, Notice: v.notice, Fault: v.fault, Data: answer.data}
	if !answer.framed {
		v.notice, v.fault = "", ""
	}
	if v.in {
		page.Person, page.Line, page.Redesigned = v.who.person, v.line, v.who.site.redesigned
	}
	return sandbox.Render(c.pages[answer.page], page)
}

// find gives the browser's visit, or nil.
func (c *Carrier) find(r *http.Request) *visit {
	v, _ := c.visits.Get(sandbox.CookieOf(r, cookieName))
	return v
}

func (c *Carrier) begin() *visit {
	v := &visit{id: rand.Text(), token: rand.Text()}
	c.visits.Put(v.id, v)
	return v
}

func (c *Carrier) isSlow(r *http.Request) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.find(r)
	return r.Method == http.MethodGet && !strings.HasSuffix(r.URL.Path, "/state") && v != nil && v.who != nil && v.who.site.slow
}

// processor is where the card's frame lives, without a slash at the end.
func (c *Carrier) processor() string {
	if c.options.Processor == nil {
		return ""
	}
	return strings.TrimSuffix(c.options.Processor(), "/")
}
