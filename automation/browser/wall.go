package browser

import (
	"slices"
	"strings"

	"passage/automation/outcome"
)

// place is where a frame or a script of a page comes from, without its query.
type place struct {
	Host string `json:"host"`
	Path string `json:"path"`
}

// signs is what a page has by which captchas and walls can be known. It is gathered
// only when something failed.
type signs struct {
	Title   string  `json:"title"`
	Frames  []place `json:"frames"` // of a size that a user sees
	Hidden  []place `json:"hidden"` // other frames
	Scripts []place `json:"scripts"`
}

// guard is a provider of captchas and of walls against programs.
type guard struct {
	name  string
	hosts []string // names, and what is under them
	path  string   // with which a path on such a host begins; on any host if there are no hosts
}

var guards = []guard{
	{"reCAPTCHA", []string{"google.com", "recaptcha.net", "gstatic.com"}, "/recaptcha/"},
	{"hCaptcha", []string{"hcaptcha.com"}, ""},
	{"Cloudflare", []string{"challenges.cloudflare.com"}, ""},
	{"Cloudflare", nil, "/cdn-cgi/challenge-platform/"},
	{"DataDome", []string{"captcha-delivery.com", "datadome.co"}, ""},
	{"HUMAN", []string{"perimeterx.net", "px-cdn.net", "px-cloud.net", "px-client.net", "pxchk.net"}, ""},
	{"Arkose Labs", []string{"arkoselabs.com", "funcaptcha.com"}, ""},
	{"Akamai", nil, "/_sec/cp_challenge/"},
	{"AWS WAF", []string{"awswaf.com"}, ""},
	{"Imperva", nil, "/_Incapsula_Resource"},
}

// guardAt returns the provider that a frame or a script comes from. Of a host alone
// the path is empty: then hosts that serve much else tell nothing.
func guardAt(at place) (string, bool) {
	for _, g := range guards {
		onHost := slices.ContainsFunc(g.hosts, func(host string) bool {
			return at.Host == host || strings.HasSuffix(at.Host, "."+host)
		})
		if (onHost || g.hosts == nil) && strings.HasPrefix(at.Path, g.path) {
			return g.name, true
		}
	}
	return "", false
}

// wallTitles are beginnings of the titles of walls, in lower case.
var wallTitles = []string{
	"just a moment", "access denied", "access to this page has been denied", "attention required", "pardon our interruption",
	"checking your browser", "please verify you are a human", "verify you are human", "are you a robot", "robot or human",
	"human verification", "security check", "request unsuccessful. incapsula", "ddos-guard", "you have been blocked",
}

// withSigns adds to an error what the page has that may be a captcha or a wall. That
// is for the operator to judge: the code stays, because pages that work have such
// scripts too.
func withSigns(err *outcome.Error, found *signs, refused []string) *outcome.Error {
	if err == nil {
		return nil
	}
	list := signList{seen: map[string]bool{}}
	if found != nil {
		title := strings.ToLower(strings.TrimSpace(found.Title))
		for _, known := range wallTitles {
			if strings.HasPrefix(title, known) {
				list.clear = append(list.clear, `a title that begins with "`+known+`"`)
				break
			}
		}
		list.clear = append(list.clear, list.of("a frame of", found.Frames)...)
		list.faint = append(list.faint, list.of("a frame that nobody sees of", found.Hidden)...)
		list.faint = append(list.faint, list.of("a script of", found.Scripts)...)
	}
	hosts := make([]place, len(refused))
	for i, host := range refused {
		name, _, _ := strings.Cut(host, ":")
		hosts[i] = place{Host: name}
	}
	list.faint = append(list.faint, list.of("a request, which was refused, to", hosts)...)
	err.Detail += list.String()
	return err
}

// signList collects signs. Each provider is named once, by its clearest sign.
type signList struct {
	seen         map[string]bool
	clear, faint []string
}

func (l *signList) of(what string, places []place) (texts []string) {
	for _, at := range places {
		if name, ok := guardAt(at); ok && !l.seen[name] {
			l.seen[name] = true
			texts = append(texts, what+" "+shorten(at.Host)+" ("+name+")")
		}
	}
	return texts
}

func (l *signList) String() string {
	switch {
	case len(l.clear) > 0:
		return "; the page has " + strings.Join(append(l.clear, l.faint...), ", ") +
			`: if this is a captcha or a wall, give it an outcome and fail("SITE_BLOCKED")`
	case len(l.faint) > 0:
		return "; the page has " + strings.Join(l.faint, ", ") +
			`, as many pages have that work: if the picture shows a captcha or a wall, give it an outcome and fail("SITE_BLOCKED")`
	}
	return ""
}
