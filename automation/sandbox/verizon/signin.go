package verizon

import (
	"net/http"
	"slices"
	"strings"

	"passage/automation/sandbox"
)

// stopPage is a page on which a visit ends. Its name is the id of the page's
// main element.
type stopPage struct {
	ID, Title, Text string
	status          int
}

var stops = []stopPage{
	{"refused", "Request refused", "Automated access to this site is not allowed.", http.StatusForbidden},
	{"maintenance", "Back soon", "Copperline is being looked after tonight.", http.StatusServiceUnavailable},
	{"overload", "One at a time", "Too many requests. Please wait before you try again.", http.StatusTooManyRequests},
	{"suspended", "Account locked", "For your safety this account is locked. Call us to open it.", http.StatusOK},
	{"agreement", "New customer agreement", "Please accept the agreement of November 2026 in a shop of ours.", http.StatusOK},
	{"declined", "Sign-in declined", "The request was declined on your phone.", http.StatusOK},
	{"trouble", "That did not work", "An error on our side. Please try again later.", http.StatusInternalServerError},
	{"stale", "This form is too old", "Please load the page again.", http.StatusForbidden},
}

func stop(id string) reply {
	i := slices.IndexFunc(stops, func(s stopPage) bool { return s.ID == id })
	answer := show("stop", stops[i])
	answer.status = stops[i].status
	return answer
}

func (c *Carrier) showSignIn(_ *http.Request, v *visit) reply {
	if v.in {
		return redirect("/overview")
	}
	v.step = ""
	return show("signin", nil)
}

// takePassword is the log-in's only page for most: user and password together.
func (c *Carrier) takePassword(r *http.Request, v *visit) reply {
	v.who = c.account(r.PostFormValue("username"))
	if v.who != nil && v.who.site.refuse != "" {
		return stop(v.who.site.refuse)
	}
	if v.who == nil || !sandbox.Same(r.PostFormValue("password"), Password) {
		v.fault = "The user ID or password is incorrect."
		return redirect("/signin")
	}
	switch site := v.who.site; {
	case site.stop != "":
		return stop(site.stop)
	case site.factor != "":
		v.step, v.approval = site.factor, c.options.Now()
		return redirect("/signin/" + v.step)
	}
	return c.passed(v)
}

// account finds a user, or nil for a name that is in no scenario.
func (c *Carrier) account(username string) *account {
	row, ok := scenarios.User(username)
	if !ok {
		return nil
	}
	if a, ok := c.accounts.Get(row.Username); ok {
		return a
	}
	a := newAccount(row)
	c.accounts.Put(row.Username, a)
	return a
}

// showStep shows the page of a step, if it is the open one.
func showStep(step string) handler {
	return func(_ *http.Request, v *visit) reply {
		if v.step != step {
			return redirect("/signin")
		}
		return show(step, nil)
	}
}

func (c *Carrier) takeCode(r *http.Request, v *visit) reply {
	switch code := strings.TrimSpace(r.PostFormValue("code")); {
	case v.step != "code":
		return redirect("/signin")
	case sandbox.Same(code, Code):
		return c.passed(v)
	case sandbox.Same(code, ExpiredCode):
		v.fault = "This code has expired."
	default:
		v.fault = "This code is not correct."
	}
	return redirect("/signin/code")
}

func (c *Carrier) resendCode(_ *http.Request, v *visit) reply {
	if v.step != "code" {
		return redirect("/signin")
	}
	v.notice = "We sent another code."
	return redirect("/signin/code")
}

// approved says whether the push request was answered on the phone.
func (c *Carrier) approved(v *visit) bool {
	return v.step == "approve" && c.options.Now().Sub(v.approval) >= c.options.Approval
}

// approvalState answers the approval page's own polling.
func (c *Carrier) approvalState(_ *http.Request, v *visit) reply {
	if v.step == "approve" && !c.approved(v) {
		return reply{status: http.StatusOK, json: `{"waiting":true}`}
	}
	return reply{status: http.StatusOK, json: `{"waiting":false}`}
}

func (c *Carrier) afterApproval(_ *http.Request, v *visit) reply {
	switch {
	case !c.approved(v):
		return redirect("/signin")
	case v.who.site.denies:
		v.step = ""
		return stop("declined")
	}
	return c.passed(v)
}

// passed goes on after the last secret: to the choice of a line where there
// are several, and in where there is one.
func (c *Carrier) passed(v *visit) reply {
	if len(v.who.lines) > 1 {
		v.step = "line"
		return redirect("/signin/line")
	}
	return c.enter(v, v.who.lines[0].ID)
}

func (c *Carrier) showLines(_ *http.Request, v *visit) reply {
	if v.step != "line" {
		return redirect("/signin")
	}
	return show("line", v.who.lines)
}

func (c *Carrier) takeLine(r *http.Request, v *visit) reply {
	chosen := r.PostFormValue("line")
	if v.step != "line" || !slices.ContainsFunc(v.who.lines, func(l line) bool { return l.ID == chosen }) {
		return redirect("/signin")
	}
	return c.enter(v, chosen)
}

// enter gives the browser a new cookie, so that one from before the log-in is
// worth nothing after it.
func (c *Carrier) enter(v *visit, chosen string) reply {
	c.visits.Drop(v.id)
	in := c.begin()
	in.who, in.in, in.line = v.who, true, chosen
	in.lame = v.who.site.broken
	answer := redirect("/overview")
	answer.cookie = in.id
	return answer
}

// signedIn lets only those in who have logged in, and fails for those whose
// visit the site cannot serve.
func signedIn(decide handler) handler {
	return func(r *http.Request, v *visit) reply {
		switch {
		case !v.in:
			return redirect("/signin")
		case v.lame && r.URL.Path != "/overview":
			return stop("trouble")
		}
		return decide(r, v)
	}
}
