package browser

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"passage/automation/outcome"
)

// basicSite asks for HTTP Basic, and knows two users. It keeps who each request
// came from: user:password, another header as it is, or "".
type basicSite struct {
	address string
	mu      sync.Mutex
	sent    []string
}

func newBasicSite(t *testing.T) *basicSite {
	t.Helper()
	s := &basicSite{}
	s.address = serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, ok := r.BasicAuth()
		who := r.Header.Get("Authorization")
		if ok {
			who = user + ":" + password
		}
		s.mu.Lock()
		s.sent = append(s.sent, who)
		s.mu.Unlock()
		w.Header().Set("Content-Type", "text/html")
		switch {
		case r.URL.Path == "/open":
		case r.URL.Path == "/frame":
			w.Header().Set("WWW-Authenticate", `Basic realm="another"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		case r.URL.Path == "/digest":
			w.Header().Set("WWW-Authenticate", `Digest realm="test", nonce="abc"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		case r.URL.Path == "/away":
			http.Redirect(w, r, elsewhere(s.address)+"/", http.StatusFound)
			return
		case who != "ada:right" && who != "bob:other":
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte("<h1 id=refused>Who are you?</h1>"))
			return
		}
		_, _ = w.Write([]byte("<!doctype html><iframe src=/frame></iframe><h1 id=user>" + user + "</h1>"))
	}))
	return s
}

// takeSent returns who the requests came from since the last call.
func (s *basicSite) takeSent() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	sent := s.sent
	s.sent = nil
	return sent
}

func signIn(t *testing.T, page *Page, address, user, password string) bool {
	t.Helper()
	return must[bool](t)(page.GotoBasic(t.Context(), address, user, password))
}

func shownUser(t *testing.T, page *Page) string {
	t.Helper()
	user, _, err := page.Text(t.Context(), "#user")
	if err != nil {
		t.Fatal(err)
	}
	return user
}

func TestGotoBasic_RefusesTheWrongPasswordAndTakesTheRightOne(t *testing.T) {
	t.Parallel()
	s := newBasicSite(t)
	page := open(t, s.address).Page()
	if signIn(t, page, s.address+"/", "ada", "wrong") {
		t.Error("a wrong password was accepted")
	}
	if n := must[int](t)(page.Count(t.Context(), "#refused")); n != 1 {
		t.Error("the page is not what the site shows after a refusal")
	}
	if sent := s.takeSent(); len(sent) != 2 || sent[1] != "ada:wrong" {
		t.Errorf("the site got %q", sent)
	}
	if !signIn(t, page, s.address+"/", "ada", "right") {
		t.Error("the right password was refused")
	}
	if sent := s.takeSent(); slices.Contains(sent, "ada:wrong") || !slices.Contains(sent, "ada:right") {
		t.Errorf("the site got %q", sent)
	}
	// They stay for what the page opens next.
	if got := shownUser(t, visit(t, page.frame.browser, s.address+"/account")); got != "ada" {
		t.Errorf("signed in as %q", got)
	}
}

func TestGotoBasic_ForgetsTheAttemptBefore(t *testing.T) {
	t.Parallel()
	s := newBasicSite(t)
	page := open(t, s.address).Page()
	if !signIn(t, page, s.address+"/", "ada", "right") {
		t.Fatal("the right password was refused")
	}
	s.takeSent()
	if signIn(t, page, s.address+"/", "bob", "wrong") {
		t.Error("a wrong password was accepted, after a right one of another user")
	}
	if sent := s.takeSent(); slices.Contains(sent, "ada:right") || !slices.Contains(sent, "bob:wrong") {
		t.Errorf("the site got %q", sent)
	}
	visit(t, page.frame.browser, s.address+"/account")
	if sent := s.takeSent(); slices.Contains(sent, "ada:right") || slices.Contains(sent, "bob:wrong") {
		t.Errorf("after a refusal the site got %q", sent)
	}
	if !signIn(t, page, s.address+"/", "bob", "other") {
		t.Error("the second user's right password was refused")
	}
	if got := shownUser(t, page); got != "bob" {
		t.Errorf("signed in as %q", got)
	}
}

func TestGotoBasic_GivesNothingToAnotherOrigin(t *testing.T) {
	t.Parallel()
	s := newBasicSite(t)
	page := open(t, s.address, elsewhere(s.address)).Page()
	_, err := page.GotoBasic(t.Context(), s.address+"/away", "ada", "right")
	if typed := wantCode(t, err, outcome.SiteChanged); !strings.Contains(typed.Detail, "localhost") {
		t.Errorf("detail %q", typed.Detail)
	}
	// Nor later, after a good log-in.
	if !signIn(t, page, s.address+"/", "ada", "right") {
		t.Fatal("the right password was refused")
	}
	s.takeSent()
	visit(t, page.frame.browser, elsewhere(s.address)+"/")
	if sent := s.takeSent(); len(sent) != 1 || sent[0] != "" {
		t.Errorf("the other origin got %q", sent)
	}
}

func TestGotoBasic_FailsWhereNobodyAsks(t *testing.T) {
	t.Parallel()
	s := newBasicSite(t)
	page := open(t, s.address).Page()
	for path, want := range map[string]string{"/open": "did not ask", "/digest": "asks for digest"} {
		_, err := page.GotoBasic(t.Context(), s.address+path, "ada", "right")
		if typed := wantCode(t, err, outcome.SiteChanged); !strings.Contains(typed.Detail, want) {
			t.Errorf("%s: %q", path, typed.Detail)
		}
	}
	if sent := s.takeSent(); slices.Contains(sent, "ada:right") {
		t.Errorf("the site got %q", sent)
	}
	if signIn(t, page, s.address+"/", "a:da", "right") {
		t.Error("a user name with a colon was accepted")
	}
	// The browser is as before: a page that asks is shown as it is.
	visit(t, page.frame.browser, s.address+"/")
	if n := must[int](t)(page.Count(t.Context(), "#refused")); n != 1 {
		t.Error("an ordinary goto does not show the refusal")
	}
}
