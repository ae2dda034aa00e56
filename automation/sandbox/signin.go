package sandbox

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// stopPage is a page on which a visit ends. Its name is the id of the page's
// main element.
type stopPage struct {
	ID, Title, Text string
	status          int
}

var stops = []stopPage{
	{"blocked", "Access denied", "Our security service thinks that this request was sent by an automated tool.", http.StatusForbidden},
	{"maintenance", "We’ll be right back", "My Demo is down for planned maintenance. Your phone service is not affected.", http.StatusServiceUnavailable},
	{"busy", "Too many requests", "We get more requests from you than we can take. Please wait a while and try again.", http.StatusTooManyRequests},
	{"locked", "Your account is locked", "For your safety we locked your account. Visit a Demo Mobile shop with an ID to unlock it.", http.StatusOK},
	{"terms", "Our terms have changed", "Before you go on, please read and accept the terms of November 2026.", http.StatusOK},
	{"passkey", "Use your passkey", "This account can only be opened with a passkey on one of your devices.", http.StatusOK},
	{"denied", "Request turned down", "You turned down the sign-in request in the Demo Mobile app.", http.StatusOK},
	{"trouble", "Something went wrong on our side", "We could not load this page. Please try again later.", http.StatusInternalServerError},
	{"stale", "This form is too old", "Please go back, load the page again and send the form once more.", http.StatusForbidden},
}

func stop(id string) reply {
	i := slices.IndexFunc(stops, func(s stopPage) bool { return s.ID == id })
	return show("stop", stops[i]).with(stops[i].status)
}

func (c *Carrier) showFront(*http.Request, *visit) reply { return show("front", nil) }

// startSignIn sends the browser to the authorization page, as the asking side
// of an OAuth flow does.
func (c *Carrier) startSignIn(_ *http.Request, v *visit) reply {
	if v.account != nil {
		return redirect("/account")
	}
	v.state = rand.Text()
	return redirect("/authorize?" + url.Values{
		"client_id": {"MYDEMO"}, "response_type": {"code"}, "redirect_uri": {"/account/callback"}, "state": {v.state},
	}.Encode())
}

// authorize is the answering side: it starts the log-in's pages over.
func (c *Carrier) authorize(r *http.Request, v *visit) reply {
	if query := r.URL.Query(); query.Get("client_id") != "MYDEMO" || v.state == "" || !Same(query.Get("state"), v.state) {
		return redirect("/")
	}
	v.step, v.username, v.who, v.grant, v.sent = "user", "", nil, "", 0
	return redirect("/signin/user")
}

func (c *Carrier) showUser(_ *http.Request, v *visit) reply {
	if v.state == "" {
		return redirect("/signin")
	}
	v.step = "user"
	return show("user", nil)
}

// userName is what the page's button waits for too: an address or ten digits.
var userName = regexp.MustCompile(`^([^@\s]+@[^@\s]+|[0-9]{10})$`)

func (c *Carrier) takeUser(r *http.Request, v *visit) reply {
	if v.step != "user" {
		return redirect(v.path())
	}
	v.username = strings.ToLower(strings.TrimSpace(r.PostFormValue("username")))
	if len(v.username) > 200 || !userName.MatchString(v.username) {
		v.fault = "Enter an email address or a 10-digit phone number."
		return redirect("/signin/user")
	}
	// Somebody unknown gets the password page as well: who has an account
	// here is nobody's business.
	v.who, v.step = c.account(v.username), "password"
	if v.who != nil && v.who.site.refuse != "" {
		v.step = ""
		return stop(v.who.site.refuse)
	}
	return redirect(v.path())
}

// account finds a user, or nil for a name that is in no scenario.
func (c *Carrier) account(username string) *account {
	if a, ok := c.accounts.Get(username); ok {
		return a
	}
	row, ok := scenarios.Find(username)
	if !ok {
		return nil
	}
	a := newAccount(username, row.Site, c.options.Now())
	c.accounts.Put(username, a)
	return a
}

func (c *Carrier) takePassword(r *http.Request, v *visit) reply {
	if v.step != "password" {
		return redirect(v.path())
	}
	if v.who == nil || !Same(r.PostFormValue("password"), Password) {
		v.fault = "The user name or password is not right."
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
		return v.authorized()
	default:
		v.step, v.channel = site.factor, "sms"
		v.approval = c.options.Now()
		return redirect(v.path())
	}
}

// path is the page of the step that is open.
func (v *visit) path() string {
	if v.step == "" {
		return "/signin"
	}
	return "/signin/" + v.step
}

// channel is a way to send a code.
type channel struct{ ID, Label, Destination string }

var channels = []channel{
	{"sms", "Text message to (•••) •••-4410", "(•••) •••-4410"},
	{"email", "Email to a•••@demo.example", "a•••@demo.example"},
	{"call", "Call to (•••) •••-4410", "(•••) •••-4410"},
}

// showStep shows the page of a step, if it is the open one.
func (c *Carrier) showStep(step string) handler {
	return func(_ *http.Request, v *visit) reply {
		if v.step != step {
			return redirect(v.path())
		}
		switch step {
		case "choose":
			return show("choose", channels)
		case "code":
			i := slices.IndexFunc(channels, func(ch channel) bool { return ch.ID == v.channel })
			return show("code", channels[i].Destination)
		default:
			return show(step, nil)
		}
	}
}

func (c *Carrier) takeChoice(r *http.Request, v *visit) reply {
	chosen := r.PostFormValue("channel")
	if v.step != "choose" || !slices.ContainsFunc(channels, func(ch channel) bool { return ch.ID == chosen }) {
		return redirect(v.path())
	}
	v.step, v.channel = "code", chosen
	return redirect(v.path())
}

func (c *Carrier) takeCode(r *http.Request, v *visit) reply {
	switch {
	case v.step != "code":
		return redirect(v.path())
	case Same(strings.TrimSpace(r.PostFormValue("code")), Code):
		return v.authorized()
	default:
		v.fault = "That code is not right. Check it and try again."
		return redirect(v.path())
	}
}

func (c *Carrier) resendCode(_ *http.Request, v *visit) reply {
	if v.step == "code" {
		v.sent++
		v.notice = "We sent you another code."
	}
	return redirect(v.path())
}

func (c *Carrier) takeAnswer(r *http.Request, v *visit) reply {
	switch {
	case v.step != "question":
		return redirect(v.path())
	case strings.EqualFold(strings.TrimSpace(r.PostFormValue("answer")), Answer):
		return v.authorized()
	default:
		v.fault = "That is not the answer we have."
		return redirect(v.path())
	}
}

// approved says whether the push request was answered in the app.
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
		return redirect(v.path())
	case v.who.site.deny:
		v.step = ""
		return stop("denied")
	default:
		return v.authorized()
	}
}

// authorized sends the browser back to the asking side with a grant.
func (v *visit) authorized() reply {
	v.step, v.grant = "", rand.Text()
	return redirect("/account/callback?" + url.Values{"code": {v.grant}, "state": {v.state}}.Encode())
}

// finishSignIn redeems the grant and gives the browser a new cookie, so that
// a cookie from before the log-in is worth nothing after it.
func (c *Carrier) finishSignIn(r *http.Request, v *visit) reply {
	query := r.URL.Query()
	if v.grant == "" || v.who == nil || !Same(query.Get("code"), v.grant) || !Same(query.Get("state"), v.state) {
		return redirect("/signin")
	}
	c.visits.Drop(v.id)
	in := c.begin()
	in.account = v.who
	if in.account.site.flaky && !in.account.visited {
		in.account.lame = in.id
	}
	if in.account.site.stumbles && !in.account.visited {
		in.account.stumbling = in.id
	}
	in.account.visited = true
	answer := redirect("/account")
	answer.cookie = in.id
	return answer
}

func (c *Carrier) signOut(_ *http.Request, v *visit) reply {
	c.visits.Drop(v.id)
	answer := redirect("/")
	answer.cookie = c.begin().id
	return answer
}
