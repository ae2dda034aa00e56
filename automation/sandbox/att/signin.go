package att

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// lockout is how many wrong passwords lock an account.
const lockout = 3

// stops are what the log-in's application says where a visit ends.
var stops = map[string]string{
	"902":         "We can't sign you in with this browser. It may be controlled by software. Error 902.",
	"920":         "We can't send you a code right now. errorCode=920",
	"locked":      "Your account is locked. Wait 30 minutes, then try again.",
	"reset":       "It's time to reset your password. Choose a new one in our app.",
	"maintenance": "Sign-in is down for maintenance.",
	"busy":        "Too many requests. Slow down and try again later.",
}

// state is what the application is told to show.
type state struct {
	Step     string    `json:"step"`
	Fault    string    `json:"fault,omitempty"`
	Saved    string    `json:"saved,omitempty"`
	To       string    `json:"to,omitempty"`
	Keeps    bool      `json:"keeps,omitempty"`
	Older    bool      `json:"older,omitempty"`
	Resent   bool      `json:"resent,omitempty"`
	Channels []channel `json:"channels,omitempty"`
	Go       string    `json:"go,omitempty"` // leave for this address
}

// channel is a way to send a code.
type channel struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

var channels = []channel{{"text", "Text to ***-***-2041"}, {"email", "Email to h***@harborline.example"}}

func (v *visit) state() reply {
	now := state{Step: v.step, Fault: v.fault, To: v.to, Older: v.older, Resent: v.resent, Go: v.grant}
	v.fault, v.grant = "", ""
	switch v.step {
	case "user":
		now.Saved = v.saved
	case "password":
		now.Keeps = v.who != nil && v.who.site.keeps
	case "tiles", "delivery":
		now.Channels = channels
	}
	return answer(now)
}

// ends shows the application's page without a way on.
func (v *visit) ends(why string) reply {
	v.step, v.fault = "stop", stops[why]
	return v.state()
}

func (c *Carrier) startSignIn(_ *http.Request, v *visit) reply {
	if v.user != nil {
		return redirect("/acctmgmt/overview")
	}
	return redirect(c.options.SignIn() + "/dynamic/iamLRR/LrrController?" + url.Values{
		"IAM_OP": {"login"}, "returnURL": {c.options.Account() + "/acctmgmt/callback"},
	}.Encode())
}

// openSignIn starts over, but for a code that is still awaited.
func (c *Carrier) openSignIn(_ *http.Request, v *visit) reply {
	if v.step != "code" {
		*v = visit{step: "user", saved: v.saved}
	}
	return reply{status: http.StatusOK, file: "pages/signin.html"}
}

func (c *Carrier) takeUser(r *http.Request, v *visit) reply {
	if v.step != "user" {
		return v.state()
	}
	v.name = strings.ToLower(strings.TrimSpace(r.PostFormValue("userID")))
	if v.name == "" || len(v.name) > 200 {
		v.fault = "Enter your user ID."
		return v.state()
	}
	// Somebody unknown gets the password page as well: who has an account
	// here is nobody's business.
	v.who, v.step = c.user(v.name), "password"
	switch {
	case v.who == nil:
	case v.who.site.refuse != "":
		return v.ends(v.who.site.refuse)
	case v.who.site.pending:
		v.step, v.to = "code", channels[0].Label
	}
	return v.state()
}

func (c *Carrier) takePassword(r *http.Request, v *visit) reply {
	if v.step != "password" {
		return v.state()
	}
	v.saved = masked(v.name)
	switch right := r.PostFormValue("password") == Password; {
	case v.who == nil:
		v.fault = "The user ID or password is wrong."
		return v.state()
	case v.who.wrong >= lockout:
		return v.ends("locked")
	case !right:
		v.who.wrong++
		v.fault = "The user ID or password is wrong."
		return v.state()
	}
	v.who.wrong = 0
	site := v.who.site
	switch {
	case site.stop != "":
		return v.ends(site.stop)
	case site.factor == "":
		return c.authorized(v)
	}
	v.step, v.older, v.to = site.factor, site.factor == "tiles", channels[0].Label
	return v.state()
}

// masked is how a saved user name is shown.
func masked(name string) string { return string([]rune(name)[:1]) + "***" }

func (c *Carrier) takeChannel(r *http.Request, v *visit) reply {
	i := slices.IndexFunc(channels, func(ch channel) bool { return ch.ID == r.PostFormValue("to") })
	if i >= 0 && (v.step == "tiles" || v.step == "delivery") {
		v.step, v.to = "code", channels[i].Label
	}
	return v.state()
}

func (c *Carrier) takeCode(r *http.Request, v *visit) reply {
	if v.step != "code" {
		return v.state()
	}
	v.who.trusts = v.who.trusts || r.PostFormValue("trusted") != ""
	switch {
	case v.who.site.expires && !v.resent:
		v.fault = "This code has expired."
	case strings.TrimSpace(r.PostFormValue("code")) == Code:
		return c.authorized(v)
	default:
		v.fault = "This code is wrong."
	}
	return v.state()
}

func (c *Carrier) resendCode(_ *http.Request, v *visit) reply {
	v.resent = true
	return v.state()
}

func (c *Carrier) takeAnswer(r *http.Request, v *visit) reply {
	switch {
	case v.step != "question":
	case strings.EqualFold(strings.TrimSpace(r.PostFormValue("answer")), Answer):
		return c.authorized(v)
	default:
		v.fault = "This is not the answer we have."
	}
	return v.state()
}

// authorized sends the browser back to the account's host with a grant.
func (c *Carrier) authorized(v *visit) reply {
	code := rand.Text()
	c.grants.Put(code, v.who)
	v.step = ""
	v.grant = c.options.Account() + "/acctmgmt/callback?code=" + code
	return v.state()
}

// finishSignIn redeems the grant, once.
func (c *Carrier) finishSignIn(r *http.Request, v *visit) reply {
	code := r.URL.Query().Get("code")
	who, ok := c.grants.Get(code)
	c.grants.Drop(code)
	if !ok {
		return redirect("/acctmgmt/login")
	}
	*v = visit{user: who, lame: who.site.flaky && !who.visited}
	who.visited = true
	return redirect("/acctmgmt/overview")
}
