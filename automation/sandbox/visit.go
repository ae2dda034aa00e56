package sandbox

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// visit is what the site knows of one browser: the cookie's other end.
type visit struct {
	id   string
	csrf string // must come back with every POST

	state, grant string // of the authorization, as in OAuth: the asker's and the answerer's secret
	step         string // the one page of the log-in that is open; "" outside
	username     string // as typed; not yet proved
	who          *account
	channel      string    // where the code went
	sent         int       // how often a code was sent
	approval     time.Time // when the push request was sent
	fault        string    // what the open step has to say

	account *account // logged in
	notice  string   // shown once, on the next page
}

// reply is what a page's handler wants to be sent. Handlers run under the
// carrier's lock and write nothing themselves.
type reply struct {
	status int
	page   string // a template, shown with data
	data   any
	to     string // a redirect
	json   string // a literal body for the pages' own scripts
	cookie string // a new visit's id
}

func redirect(to string) reply         { return reply{status: http.StatusSeeOther, to: to} }
func show(page string, data any) reply { return reply{status: http.StatusOK, page: page, data: data} }
func (r reply) with(status int) reply  { r.status = status; return r }

// handler decides, under the lock, what a request is answered with.
type handler func(r *http.Request, v *visit) reply

const cookieName = "demo_visit"

// page makes an HTTP handler: it finds the visit, refuses a POST without the
// visit's token, waits where the user is the slow one, and renders.
func (c *Carrier) page(decide handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ReadForm(w, r) || !c.linger(r) {
			return
		}
		answer, body := c.answer(r, decide)
		head := w.Header()
		head.Set("Cache-Control", "no-store")
		head.Set("Referrer-Policy", "same-origin")
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Content-Security-Policy", "default-src 'self'; form-action 'self'; frame-ancestors 'none'; frame-src "+c.frameOrigin())
		SetCookie(w, cookieName, answer.cookie)
		Response{answer.status, answer.to, answer.json, body}.Write(w, r)
	})
}

// answer runs the handler and the template under the lock.
func (c *Carrier) answer(r *http.Request, decide handler) (reply, []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, fresh := c.visitOf(r)
	answer := stop("stale")
	if r.Method != http.MethodPost || Same(r.PostFormValue("csrf"), v.csrf) {
		answer = decide(r, v)
	}
	if fresh && answer.cookie == "" {
		answer.cookie = v.id
	}
	if answer.page == "" {
		return answer, nil
	}
	return answer, c.render(answer, v)
}

// view is what every page is filled with.
type view struct {
	Page       string
	CSRF       string
	Person     string // "" when not logged in
	Username   string
	Notice     string
	Fault      string
	Redesigned bool
	FrameURL   string
	Data       any
}

func (c *Carrier) render(answer reply, v *visit) []byte {
	page := view{Page: answer.page, CSRF: v.csrf, Username: v.username, Notice: v.notice, Fault: v.fault, FrameURL: c.frameOrigin(), Data: answer.data}
	v.notice, v.fault = "", ""
	if v.account != nil {
		page.Person, page.Username = v.account.person, v.account.username
		page.Redesigned = v.account.site.redesigned
	}
	return Render(c.pages[answer.page], page)
}

// visitOf finds the browser's visit, or begins one.
func (c *Carrier) visitOf(r *http.Request) (v *visit, fresh bool) {
	if v := c.find(r); v != nil {
		return v, false
	}
	return c.begin(), true
}

// find gives the browser's visit, or nil.
func (c *Carrier) find(r *http.Request) *visit {
	v, _ := c.visits.Get(CookieOf(r, cookieName))
	return v
}

func (c *Carrier) begin() *visit {
	v := &visit{id: rand.Text(), csrf: rand.Text()}
	c.visits.Put(v.id, v)
	return v
}

// linger makes the slow user wait for every page. It says whether the browser
// is still there.
func (c *Carrier) linger(r *http.Request) bool {
	if r.Method != http.MethodGet || strings.HasSuffix(r.URL.Path, "/state") {
		return true
	}
	if !c.isSlow(r) {
		return true
	}
	return Linger(r.Context(), c.options.Slow)
}

func (c *Carrier) isSlow(r *http.Request) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.find(r)
	if v == nil {
		return false
	}
	who := v.account
	if who == nil {
		who = v.who
	}
	// A page, not the hops between two.
	return who != nil && who.site.slow && r.URL.Path != "/account/callback" && r.URL.Path != "/signin/continue"
}

// frameOrigin is where the card frame lives, without a slash at the end.
func (c *Carrier) frameOrigin() string {
	if c.options.FrameURL == nil {
		return "'none'"
	}
	u, err := url.Parse(c.options.FrameURL())
	if err != nil {
		return "'none'"
	}
	return u.Scheme + "://" + u.Host
}
