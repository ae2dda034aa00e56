package tmobile

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// stopPage is a page on which a visit ends.
type stopPage struct {
	Title, Text string
	status      int
}

var stops = map[string]stopPage{
	"wall":        {"Access Denied", "You don't have permission to access this page on this server. Automated access is not allowed.", http.StatusForbidden},
	"maintenance": {"Be right back", "We are doing planned maintenance.", http.StatusServiceUnavailable},
	"busy":        {"Slow down", "There were too many requests. Try again later.", http.StatusTooManyRequests},
	"trouble":     {"That did not work", "Something went wrong on our side.", http.StatusInternalServerError},
	"locked":      {"Log in", "Your account is locked. Call us from your own phone to unlock it.", http.StatusOK},
	"terms":       {"Log in", "Log in on your phone and accept our new terms and conditions.", http.StatusOK},
	"denied":      {"Log in", "The request was denied in the app.", http.StatusOK},
}

func stop(name string) reply {
	answer := show("stop", stops[name])
	if name == "wall" {
		answer.page = "wall" // not in the carrier's design: another system answers
	}
	answer.status = stops[name].status
	return answer
}

// startSignIn sends the browser to the log-in's host, as the asking side of an
// OAuth flow does.
func (c *Carrier) startSignIn(_ *http.Request, v *visit) reply {
	if v.user != nil {
		return redirect("/account/dashboard")
	}
	v.state = rand.Text()
	return redirect(c.options.Identity() + "/signin/v2/?" + url.Values{
		"client_id": {"MYPINE"}, "response_type": {"code"}, "redirect_uri": {c.options.My() + "/auth/callback"}, "state": {v.state},
	}.Encode())
}

// authorize is the answering side: it starts the log-in's pages over.
func (c *Carrier) authorize(r *http.Request, v *visit) reply {
	query := r.URL.Query()
	if query.Get("client_id") != "MYPINE" || query.Get("redirect_uri") != c.options.My()+"/auth/callback" {
		return redirect(c.options.My() + "/signin")
	}
	*v = visit{state: query.Get("state"), step: "user"}
	return redirect(v.path())
}

// path is the page of the step that is open.
func (v *visit) path() string {
	if v.step == "" {
		return "/signin/v2/"
	}
	return "/signin/v2/" + v.step
}

// step lets a form in only where its page is the open one.
func (c *Carrier) step(name string, take handler) handler {
	return func(r *http.Request, v *visit) reply {
		if v.step != name {
			return redirect(v.path())
		}
		return take(r, v)
	}
}

// channel is a way to send a code.
type channel struct{ ID, Label, Destination string }

var channels = []channel{
	{"sms", "Text a code to (•••) •••-4410", "(•••) •••-4410"},
	{"email", "Email a code to p•••@pinewave.example", "p•••@pinewave.example"},
	{"sms2", "Text a code to (•••) •••-7723", "(•••) •••-7723"},
}

// showStep shows the open page, whichever was asked for.
func (c *Carrier) showStep(r *http.Request, v *visit) reply {
	if v.step == "" || r.PathValue("step") != v.step {
		return redirect(v.path())
	}
	switch v.step {
	case "method":
		return show("method", v.who.site.methods == "both")
	case "channel":
		return show("channel", channels[:max(1, v.who.site.channels)])
	case "code":
		return show("code", v.to)
	default:
		return show(v.step, nil)
	}
}

var userName = regexp.MustCompile(`^([^@\s]+@[^@\s]+\.[^@\s]+|[0-9]{10})$`)

func (c *Carrier) takeUser(r *http.Request, v *visit) reply {
	v.name = strings.ToLower(strings.TrimSpace(r.PostFormValue("username")))
	if len(v.name) > 200 || !userName.MatchString(v.name) {
		v.fault = "Enter an email address or a 10-digit phone number."
		return redirect(v.path())
	}
	// Somebody unknown gets the password page as well: who has an account
	// here is nobody's business.
	v.who, v.step = c.user(v.name), "password"
	switch {
	case v.who != nil && v.who.site.refuse != "":
		v.step = ""
		return stop(v.who.site.refuse)
	case v.who != nil && v.who.site.methods != "":
		v.step = "method"
	}
	return redirect(v.path())
}

// takeMethod goes on with the password; the face cannot be shown here.
func (c *Carrier) takeMethod(_ *http.Request, v *visit) reply {
	if v.who.site.methods == "both" {
		v.step = "password"
	}
	return redirect(v.path())
}

func (c *Carrier) takePassword(r *http.Request, v *visit) reply {
	if v.who == nil || r.PostFormValue("password") != Password {
		v.fault = "The login information you gave doesn't match our records."
		return redirect(v.path())
	}
	switch site := v.who.site; {
	case site.broken:
		v.step = ""
		return stop("trouble")
	case site.stop != "":
		v.step = ""
		return stop(site.stop)
	case site.factor == "":
		return c.authorized(v)
	default:
		v.step, v.to = site.factor, channels[0].Destination
		v.pushed = c.options.Now()
		return redirect(v.path())
	}
}

func (c *Carrier) takeChannel(r *http.Request, v *visit) reply {
	chosen := r.PostFormValue("channel")
	i := slices.IndexFunc(channels, func(ch channel) bool { return ch.ID == chosen })
	if i < 0 {
		v.fault = "Choose how to get your code."
		return redirect(v.path())
	}
	v.step, v.to = "code", channels[i].Destination
	return redirect(v.path())
}

func (c *Carrier) takeCode(r *http.Request, v *visit) reply {
	v.who.trusts = v.who.trusts || r.PostFormValue("remember") != ""
	switch code := strings.TrimSpace(r.PostFormValue("code")); {
	case v.who.site.expires && !v.resent:
		v.fault = "That code has expired. Get a new one."
	case code == Code:
		return c.authorized(v)
	default:
		v.fault = "That code isn't right. Check it and try again."
	}
	return redirect(v.path())
}

func (c *Carrier) resendCode(_ *http.Request, v *visit) reply {
	v.resent, v.notice = true, "We sent a new code."
	return redirect(v.path())
}

// approved says whether the push request was answered in the app.
func (c *Carrier) approved(v *visit) bool {
	return c.options.Now().Sub(v.pushed) >= c.options.Approval
}

// pushState answers the page's own polling.
func (c *Carrier) pushState(_ *http.Request, v *visit) reply {
	if c.approved(v) {
		return reply{status: http.StatusOK, json: `{"answered":true}`}
	}
	return reply{status: http.StatusOK, json: `{"answered":false}`}
}

func (c *Carrier) afterPush(_ *http.Request, v *visit) reply {
	switch {
	case !c.approved(v):
		return redirect(v.path())
	case v.who.site.deny:
		v.step = ""
		return stop("denied")
	default:
		return c.authorized(v)
	}
}

// authorized sends the browser back to the asking host with a grant.
func (c *Carrier) authorized(v *visit) reply {
	grant := rand.Text()
	c.grants.Put(grant, v.who)
	v.step = ""
	return redirect(c.options.My() + "/auth/callback?" + url.Values{"code": {grant}, "state": {v.state}}.Encode())
}

// finishSignIn redeems the grant, once.
func (c *Carrier) finishSignIn(r *http.Request, v *visit) reply {
	query := r.URL.Query()
	who, ok := c.grants.Get(query.Get("code"))
	c.grants.Drop(query.Get("code"))
	if !ok || v.state == "" || query.Get("state") != v.state {
		return redirect("/signin")
	}
	*v = visit{user: who, lame: who.site.flaky && !who.visited}
	who.visited = true
	return redirect("/account/dashboard")
}
