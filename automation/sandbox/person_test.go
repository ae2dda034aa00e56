package sandbox_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"passage/automation/sandbox"
)

// today is in the middle of everything: no stored card has expired.
var today = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// site is a carrier on two origins.
type site struct {
	*sandbox.Carrier
	url, frame string
}

func open(t *testing.T, o sandbox.CarrierOptions) *site {
	t.Helper()
	s := &site{}
	if o.Now == nil {
		o.Now = func() time.Time { return today }
	}
	o.FrameURL = func() string { return s.frame }
	s.Carrier = sandbox.NewCarrier(o)
	own, frame := httptest.NewServer(s.Site()), httptest.NewServer(s.CardFrame())
	t.Cleanup(own.Close)
	t.Cleanup(frame.Close)
	s.url, s.frame = own.URL, strings.Replace(frame.URL, "127.0.0.1", "localhost", 1)
	return s
}

// browser is a person's browser without a screen: cookies, redirects, forms.
type browser struct {
	t      *testing.T
	site   *site
	client *http.Client
	path   string // where it is
	status int
	page   string
}

func (s *site) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, site: s, client: &http.Client{Jar: jar}}
}

func (b *browser) take(reply *http.Response, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.path, b.status, b.page = reply.Request.URL.Path, reply.StatusCode, string(body)
}

func (b *browser) get(path string) { b.t.Helper(); b.take(b.client.Get(b.site.url + path)) }

var tokenField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// send posts a form of the open page, with its token, as a browser would.
func (b *browser) send(path string, pairs ...string) {
	b.t.Helper()
	token := tokenField.FindStringSubmatch(b.page)
	if token == nil {
		b.t.Fatalf("%s has no form: %s", b.path, b.page)
	}
	b.post(path, append(pairs, "csrf", token[1])...)
}

func (b *browser) post(path string, pairs ...string) {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	b.take(b.client.PostForm(b.site.url+path, form))
}

func (b *browser) signIn(username, password string) {
	b.t.Helper()
	b.get("/signin")
	b.send("/signin/user", "username", username)
	b.send("/signin/password", "password", password)
}

func (b *browser) at(path string) {
	b.t.Helper()
	if b.path != path || b.status != http.StatusOK {
		b.t.Fatalf("at %s (%d), want %s: %s", b.path, b.status, path, b.page)
	}
}

func (b *browser) has(text string) {
	b.t.Helper()
	if !strings.Contains(html.UnescapeString(b.page), text) {
		b.t.Fatalf("%s does not have %q: %s", b.path, text, b.page)
	}
}

func (b *browser) count(text string, want int) {
	b.t.Helper()
	if got := strings.Count(b.page, text); got != want {
		b.t.Fatalf("%s has %q %d times, want %d: %s", b.path, text, got, want, b.page)
	}
}

// token has the card frame's origin turn a card into a token.
func (b *browser) token(number, expires string) string {
	b.t.Helper()
	body := `{"number":"` + number + `","expires":"` + expires + `","cvv":"737"}`
	reply, err := http.Post(b.site.frame+"/tokens", "application/json", strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	defer reply.Body.Close()
	answer, err := io.ReadAll(reply.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	token := regexp.MustCompile(`tok_[A-Z0-9]+`).FindString(string(answer))
	if (token != "") != (reply.StatusCode == http.StatusOK) {
		b.t.Fatalf("%d: %s", reply.StatusCode, answer)
	}
	return token
}

func (b *browser) addCard(number, expires string) {
	b.t.Helper()
	b.get("/account/payment-methods/new")
	b.send("/account/payment-methods", "token", b.token(number, expires), "name", "Ada Example", "zip", "98101")
}
