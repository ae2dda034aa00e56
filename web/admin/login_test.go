package admin_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestLogIn_RedirectsToTheRequestedPage(t *testing.T) {
	t.Parallel()
	d := newTestServer(t)
	if reply := d.ask(http.MethodGet, "/sessions?status=failed", ""); reply.Header().Get("Location") != "/login?next=%2Fsessions%3Fstatus%3Dfailed" {
		t.Fatalf("%d %v", reply.Code, reply.Header())
	}
	form := read(t, d.ask(http.MethodGet, "/login?next=%2Fsessions%3Fstatus%3Dfailed", "").Body.String())
	var next string
	for _, input := range form.each("input", "") {
		if attribute(input, "name") == "next" {
			next = attribute(input, "value")
		}
	}
	reply := d.logIn(password, next)
	if reply.Code != http.StatusSeeOther || reply.Header().Get("Location") != "/sessions?status=failed" {
		t.Errorf("%d to %s", reply.Code, reply.Header().Get("Location"))
	}
	d.open("/sessions?status=failed").wantTexts(email, "Log out")
	if to := d.logIn(password, "").Header().Get("Location"); to != "/" {
		t.Errorf("without a wish it leads to %s", to)
	}
}

func TestLogIn_SetsAStrictHTTPOnlyCookie(t *testing.T) {
	t.Parallel()
	d := newTestServer(t)
	cookie := d.logIn(password, "").Result().Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || cookie.Domain != "" ||
		cookie.MaxAge != 12*60*60 || cookie.Secure {
		t.Errorf("%+v", cookie)
	}
	if strings.Contains(cookie.Value, "ada") || strings.Contains(cookie.Value, "op_1") {
		t.Errorf("the cookie tells who: %s", cookie.Value)
	}
	before := d.cookie
	d.logIn(password, "")
	if d.cookie == before {
		t.Error("two log-ins have the same cookie")
	}
}

func TestLogIn_AnswersWrongPasswordAndUnknownEmailAlike(t *testing.T) {
	t.Parallel()
	d := newTestServer(t)
	pages := map[string]bool{}
	for _, try := range []url.Values{
		{"email": {email}, "password": {"wrong"}},
		{"email": {"nobody@passage.example"}, "password": {password}},
		{},
	} {
		reply := d.ask(http.MethodPost, "/login", try.Encode())
		if reply.Code != http.StatusUnprocessableEntity || len(reply.Result().Cookies()) != 0 {
			t.Errorf("%v: %d %v", try, reply.Code, reply.Header())
		}
		page := read(t, reply.Body.String())
		page.wantTexts("This email and password don’t belong together.")
		page.wantNoTexts(password)
		pages[text(page.document)] = true
	}
	if len(pages) != 1 {
		t.Errorf("the pages tell emails apart: %v", pages)
	}
	if reply := d.ask(http.MethodPost, "/login", url.Values{"email": {" ADA@passage.example "}, "password": {password}}.Encode()); reply.Code != http.StatusSeeOther {
		t.Errorf("an email's case counts: %d", reply.Code)
	}
	if reply := d.ask(http.MethodPost, "/login?email="+email+"&password="+url.QueryEscape(password), ""); reply.Code == http.StatusSeeOther {
		t.Error("a password in the address logs in")
	}
}

func TestLogIn_AllowsTenFailuresInAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	d := newTestServer(t)
	for n := range 10 {
		if reply := d.logIn("wrong", ""); reply.Code != http.StatusUnprocessableEntity {
			t.Fatalf("try %d: %d", n+1, reply.Code)
		}
	}
	reply := d.logIn(password, "/sessions")
	if reply.Code != http.StatusTooManyRequests || reply.Header().Get("Retry-After") != "900" || d.cookie != "" {
		t.Errorf("%d %v", reply.Code, reply.Header())
	}
	page := read(t, reply.Body.String())
	page.wantTexts("Too many failed log-ins. Try again in 15 minutes.")
	if !strings.Contains(page.raw, `name="next" value="/sessions"`) {
		t.Error("the wish is lost")
	}
	d.serve(nil)
	if reply := d.logIn(password, ""); reply.Code != http.StatusTooManyRequests {
		t.Errorf("a restart forgets the failures: %d", reply.Code)
	}
}

// refused reports whether the desk's cookie opens nothing.
func (d *testServer) refused() bool {
	d.Helper()
	reply := d.ask(http.MethodGet, "/sessions", "")
	return reply.Code == http.StatusSeeOther && strings.HasPrefix(reply.Header().Get("Location"), "/login?")
}

func TestLogOut_EndsTheLogInOfThisBrowser(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	copied := d.cookie
	reply := d.ask(http.MethodPost, "/logout", "")
	cookies := reply.Result().Cookies()
	if reply.Code != http.StatusSeeOther || reply.Header().Get("Location") != "/login" || len(cookies) != 1 || cookies[0].MaxAge >= 0 ||
		cookies[0].Name != strings.SplitN(d.cookie, "=", 2)[0] || cookies[0].Path != "/" {
		t.Errorf("%d %v", reply.Code, reply.Header())
	}
	d.cookie = cookies[0].Name + "=" + cookies[0].Value
	if !d.refused() {
		t.Error("what is left of the cookie still opens the dashboard")
	}
	if d.cookie = copied; !d.refused() {
		t.Error("a copy of the cookie still opens the dashboard")
	}
	if reply := d.ask(http.MethodGet, "/logout", ""); reply.Code != http.StatusMethodNotAllowed {
		t.Errorf("a link logs out: %d", reply.Code)
	}
}

func TestLogIn_EndsTheSessionThatTheBrowserHad(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	before := d.cookie
	d.logIn(password, "")
	if d.refused() {
		t.Error("the new session opens nothing")
	}
	if d.cookie = before; !d.refused() {
		t.Error("the session before goes on")
	}
}

// Both at the same millisecond, and with the clock moved on.
func TestLogIn_EndsWhenThePasswordChanges(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	d.must(d.db.SetPassword(t.Context(), email, "another long password"))
	if !d.refused() {
		t.Error("the old log-in goes on")
	}
	d.clock.Advance(time.Minute)
	if !d.refused() {
		t.Error("the old log-in goes on later")
	}
	if d.logIn("another long password", ""); d.refused() {
		t.Error("the new password does not work")
	}
}

func TestLogIn_LastsTwelveHours(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	d.clock.Advance(12*time.Hour - time.Millisecond)
	if d.refused() {
		t.Error("it ends too early")
	}
	d.clock.Advance(time.Millisecond)
	if !d.refused() {
		t.Error("it goes on")
	}
}

func TestLogIn_RefusesForeignCookies(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	whole := d.cookie
	name, value, _ := strings.Cut(whole, "=")
	for n := 0; n < len(value); n += len(value) / 12 {
		turned := byte('A')
		if value[n] == turned {
			turned = 'B'
		}
		d.cookie = name + "=" + value[:n] + string(turned) + value[n+1:]
		if !d.refused() {
			t.Errorf("with character %d turned it still opens", n)
		}
	}
	for _, cookie := range []string{name + "=", name + "=" + value[:len(value)-4], "passage_browser=" + value, name + "=" + value + value} {
		if d.cookie = cookie; !d.refused() {
			t.Errorf("%s opens", cookie)
		}
	}
	other := newLoggedIn(t) // the same id and email, on another installation
	if d.cookie = other.cookie; !d.refused() {
		t.Error("a cookie of another installation opens")
	}
	d.cookie = whole
	d.serve(nil)
	if d.refused() {
		t.Error("a restart logs everybody out")
	}
}

func FuzzLogIn_RedirectsToOwnPagesOnly(f *testing.F) {
	for _, seed := range []string{"", "/", "/sessions?q=a%20b#c", "//evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example", "https://evil.example",
		"javascript:alert(1)", "/..//evil.example", "/.//evil.example", "/%2f/evil.example", "/%5cevil.example", "/\x00/evil", " //evil.example", "/?\n", "/login"} {
		f.Add(seed)
	}
	d := newTestServer(f)
	f.Fuzz(func(t *testing.T, next string) {
		d := &testServer{TB: t, db: d.db, clock: d.clock}
		d.serve(nil)
		reply := d.logIn(password, next)
		if reply.Code != http.StatusSeeOther {
			t.Fatalf("%q: %d", next, reply.Code)
		}
		leadsHome(t, next, reply)
	})
}

// leadsHome checks a redirect as a browser reads it: it drops tabs and line
// breaks, and takes a backslash for a slash.
func leadsHome(t *testing.T, next string, reply *httptest.ResponseRecorder) {
	t.Helper()
	location := reply.Header().Get("Location")
	read := strings.NewReplacer("\t", "", "\r", "", "\n", "", "\\", "/").Replace(strings.Trim(location, " \x00\t\r\n\f\v"))
	if !strings.HasPrefix(read, "/") || strings.HasPrefix(read, "//") || strings.ContainsAny(location, "\r\n") {
		t.Errorf("%q leads to %q", next, location)
	}
	if to, err := url.Parse(read); err == nil && (to.Host != "" || to.Scheme != "") {
		t.Errorf("%q leads to %q", next, location)
	}
}
