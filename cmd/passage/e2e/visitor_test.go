package e2e

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"passage/automation/sandbox"
)

// visitor is a person's browser in which no script runs: a cookie jar, links,
// forms, and a refresh where the page asks for one.
type visitor struct {
	t       *testing.T
	stack   *stack
	link    created
	client  *http.Client
	speaks  string          // the language that the browser asks for; "" is English
	changes <-chan struct{} // when the page may have changed: the refresh, without its two seconds
	observe func(string)    // sees every page; may be nil
}

// visitor opens a new browser for the person of a link.
func (s *stack) visitor(t *testing.T, link created) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	changes, stop := s.DB.Subscribe(link.LinkID)
	t.Cleanup(stop)
	return &visitor{t: t, stack: s, link: link, changes: changes, client: &http.Client{Jar: jar, Timeout: patience}}
}

// get opens an address, absolute or of this server.
func (v *visitor) get(address string) *screen {
	v.t.Helper()
	return v.do(v.request(http.MethodGet, address, nil))
}

// post sends a form to an address.
func (v *visitor) post(address string, values url.Values) *screen {
	v.t.Helper()
	return v.do(v.request(http.MethodPost, address, values))
}

// request is a request as a browser makes it from a page of ours.
func (v *visitor) request(method, address string, values url.Values) *http.Request {
	v.t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(values.Encode())
	}
	if strings.HasPrefix(address, "/") {
		address = v.stack.PublicURL.String() + address
	}
	request, err := http.NewRequestWithContext(v.t.Context(), method, address, body)
	if err != nil {
		v.t.Fatal(err)
	}
	request.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	request.Header.Set("Accept-Language", cmp.Or(v.speaks, "en"))
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", v.stack.PublicURL.String())
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return request
}

func (v *visitor) do(request *http.Request) *screen {
	v.t.Helper()
	reply, err := v.client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	s := parseScreen(v.t, reply, body)
	s.check(v.t)
	if v.observe != nil {
		v.observe(s.body)
	}
	return s
}

// submit fills a form in and sends it with its first button.
func (v *visitor) submit(f *form, values map[string]string) *screen {
	v.t.Helper()
	filled := url.Values{}
	for name, value := range f.values {
		filled.Set(name, value)
	}
	for name, value := range values {
		if !f.takes[name] {
			v.t.Fatalf("the form at %s has no field %q", f.action, name)
		}
		filled.Set(name, value)
	}
	return v.post(f.action, filled)
}

// claim goes from the claim URL to the first question.
func (v *visitor) claim() *screen {
	v.t.Helper()
	shown := v.get(v.link.ClaimURL)
	return v.submit(shown.form(v.t, "/c/"+v.link.ClaimCode), nil)
}

// next waits, as the page's refresh does, for a screen that asks or ends.
func (v *visitor) next(s *screen) *screen {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.t.Context(), patience)
	defer cancel()
	for s.asks() == nil && s.end() == "" {
		if !s.refreshes() {
			v.t.Fatalf("%q neither asks nor ends, and does not load itself again", s.title())
		}
		select {
		case <-v.changes:
			if !v.stack.atTurn(v.t, s.url) {
				continue
			}
		case <-time.After(2 * time.Second): // the page's own refresh
		case <-ctx.Done():
			v.t.Fatalf("%q goes on for ever", s.title())
		}
		s = v.get(s.url)
	}
	return s
}

// walk answers whatever is asked, as the scenario's person does, until the end.
func (v *visitor) walk(s *screen, person *sandbox.Person) *screen {
	v.t.Helper()
	if s.status != http.StatusOK {
		v.t.Fatalf("%s: %d, %q", s.url, s.status, s.title())
	}
	for s = v.next(s); s.end() == ""; s = v.next(s) {
		s = v.submit(s.asks(), person.Answer(s.asks().kind()))
	}
	return s
}

// screen is a page as a person sees it.
type screen struct {
	status int
	url    string // after redirects, without the host
	header http.Header
	body   string
	root   *html.Node
}

func parseScreen(t *testing.T, reply *http.Response, body []byte) *screen {
	t.Helper()
	root, err := html.ParseWithOptions(strings.NewReader(string(body)), html.ParseOptionEnableScripting(false))
	if err != nil {
		t.Fatal(err)
	}
	return &screen{reply.StatusCode, reply.Request.URL.RequestURI(), reply.Header, string(body), root}
}

// check holds for every page that a person can get to.
func (s *screen) check(t *testing.T) {
	t.Helper()
	if mediaType := s.header.Get("Content-Type"); mediaType != "text/html; charset=utf-8" {
		t.Fatalf("%s is no page but %s: %s", s.url, mediaType, s.body)
	}
	leaksNothing(t, s.url, s.body)
	live := 0
	walkNodes(s.root, func(n *html.Node) {
		if attr(n, "id") == "live" {
			live++
		}
	})
	if live != 1 || s.title() == "" {
		t.Errorf("%s has %d live regions and the title %q", s.url, live, s.title())
	}
	if s.asks() != nil && s.refreshes() {
		t.Errorf("%s asks something and loads itself again", s.url)
	}
	ours := strings.HasPrefix(s.url, "/c/") || strings.HasPrefix(s.url, "/s/")
	if policy := s.header.Get("Content-Security-Policy"); ours && !strings.Contains(policy, "form-action 'self'") {
		t.Errorf("%s has the policy %q", s.url, policy)
	}
	if cache := s.header.Get("Cache-Control"); cache != "no-store" {
		t.Errorf("%s may be kept: %q", s.url, cache)
	}
}

func (s *screen) byID(id string) *html.Node {
	return s.first(func(n *html.Node) bool { return attr(n, "id") == id })
}

func (s *screen) first(is func(*html.Node) bool) (found *html.Node) {
	walkNodes(s.root, func(n *html.Node) {
		if found == nil && n.Type == html.ElementNode && is(n) {
			found = n
		}
	})
	return found
}

func (s *screen) title() string          { return text(s.byID("title")) }
func (s *screen) end() string            { return attr(s.byID("live"), "data-end") }
func (s *screen) prompt() string         { return attr(s.byID("live"), "data-prompt") }
func (s *screen) says(t string) bool     { return strings.Contains(text(s.root), t) }
func (s *screen) wayBack() string        { return attr(s.byID("return"), "href") }
func (s *screen) value(id string) string { return attr(s.byID(id), "value") }

// leadsTo reports whether there is a link to an address.
func (s *screen) leadsTo(address string) bool {
	return s.first(func(n *html.Node) bool { return n.Data == "a" && attr(n, "href") == address }) != nil
}

// refreshes reports whether the page loads itself again where no script runs.
func (s *screen) refreshes() bool {
	return s.first(func(n *html.Node) bool {
		return n.Data == "meta" && attr(n, "http-equiv") == "refresh" && n.Parent.Data == "noscript"
	}) != nil
}

// asks is the form of the open question, nil where nothing is asked.
func (s *screen) asks() *form {
	return newForm(s.first(func(n *html.Node) bool { return n.Data == "form" && has(n, "data-ask") }))
}

// form is the one that posts to an address with this end.
func (s *screen) form(t *testing.T, end string) *form {
	t.Helper()
	found := s.first(func(n *html.Node) bool { return n.Data == "form" && strings.HasSuffix(attr(n, "action"), end) })
	if found == nil {
		t.Fatalf("%s (%d, %q) has no form for %s", s.url, s.status, s.title(), end)
	}
	return newForm(found)
}

func (s *screen) hasForm(end string) bool {
	return s.first(func(n *html.Node) bool { return n.Data == "form" && strings.HasSuffix(attr(n, "action"), end) }) != nil
}

// form is a form with what it sends if nobody types anything.
type form struct {
	action string
	values map[string]string
	takes  map[string]bool // the names of its fields
}

func newForm(n *html.Node) *form {
	if n == nil {
		return nil
	}
	f := &form{action: attr(n, "action"), values: map[string]string{}, takes: map[string]bool{}}
	walkNodes(n, func(field *html.Node) {
		name := attr(field, "name")
		if name == "" || (field.Data != "input" && field.Data != "button") {
			return
		}
		f.takes[name] = true
		if field.Data == "input" && attr(field, "type") != "radio" {
			f.values[name] = attr(field, "value")
		}
	})
	return f
}

// kind is what kind of question a form asks, as prompts name them.
func (f *form) kind() string {
	for _, known := range []struct{ field, kind string }{
		{"password", "credentials"}, {"code", "one_time_code"}, {"choice", "choice"}, {"text", "text"}, {"confirm", "confirm"},
	} {
		if f.takes[known.field] {
			return known.kind
		}
	}
	return ""
}

func walkNodes(n *html.Node, visit func(*html.Node)) {
	if n == nil {
		return
	}
	for each := range n.Descendants() {
		visit(each)
	}
}

func attr(n *html.Node, name string) string {
	if n != nil {
		for _, a := range n.Attr {
			if a.Key == name {
				return a.Val
			}
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// text is what is written inside an element, with single spaces.
func text(n *html.Node) string {
	var all strings.Builder
	walkNodes(n, func(each *html.Node) {
		if each.Type == html.TextNode {
			all.WriteString(each.Data)
		}
	})
	return strings.Join(strings.Fields(all.String()), " ")
}

// open reads a page that is not ours.
func (v *visitor) open(address string) string {
	v.t.Helper()
	reply, err := v.client.Do(v.request(http.MethodGet, address, nil))
	if err != nil {
		v.t.Fatal(err)
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return string(body)
}
