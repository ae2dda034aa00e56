package sandbox_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"passage/automation/sandbox"
)

func TestSignIn_OpensTheAccountForThePassword(t *testing.T) {
	t.Parallel()
	b := open(t, sandbox.CarrierOptions{}).browser(t)
	b.signIn("good+password@demo.example", sandbox.Password)
	b.at("/account")
	b.has(`id="account"`)
	b.send("/signout")
	b.get("/account")
	b.at("/signin/user")
}

func TestSignIn_AsksAgainAfterAWrongPassword(t *testing.T) {
	t.Parallel()
	b := open(t, sandbox.CarrierOptions{}).browser(t)
	for _, username := range []string{"forgetful@demo.example", "nobody@demo.example", "good@elsewhere.example", "4255550100"} {
		b.signIn(username, "password")
		b.at("/signin/password")
		b.has(`id="password-error"`)
	}
	b.signIn("nobody@demo.example", sandbox.Password)
	b.at("/signin/password")
	b.signIn("forgetful@demo.example", "letmein")
	b.send("/signin/password", "password", sandbox.Password)
	b.at("/account")
}

func TestSignIn_RefusesWhatIsNoUserName(t *testing.T) {
	t.Parallel()
	b := open(t, sandbox.CarrierOptions{}).browser(t)
	for _, username := range []string{"", "ada", "a@b c", "123", strings.Repeat("a", 300) + "@demo.example"} {
		b.get("/signin")
		b.send("/signin/user", "username", username)
		b.at("/signin/user")
		b.has(`id="user-error"`)
	}
}

func TestSignIn_AsksForTheSecondFactorAfterThePassword(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.CarrierOptions{})
	for _, test := range []struct {
		user, asks, field, wrong, right, fault string
	}{
		{"code", "/signin/code", "code", "000000", sandbox.Code, `id="code-error"`},
		{"question", "/signin/question", "answer", "Rex", " biscuit", `id="answer-error"`},
	} {
		t.Run(test.user, func(t *testing.T) {
			t.Parallel()
			b := s.browser(t)
			b.signIn(test.user+"@demo.example", sandbox.Password)
			b.at(test.asks)
			b.get("/account") // the account is still closed
			b.at("/signin/user")
			b.signIn(test.user+"@demo.example", sandbox.Password)
			b.send(test.asks, test.field, test.wrong)
			b.at(test.asks)
			b.has(test.fault)
			b.send(test.asks, test.field, test.right)
			b.at("/account")
		})
	}
}

func TestSignIn_SendsTheCodeWhereTheUserChose(t *testing.T) {
	t.Parallel()
	b := open(t, sandbox.CarrierOptions{}).browser(t)
	b.signIn("choice@demo.example", sandbox.Password)
	b.at("/signin/choose")
	b.send("/signin/choose", "channel", "pigeon")
	b.at("/signin/choose")
	b.send("/signin/choose", "channel", "email")
	b.at("/signin/code")
	b.has("a•••@demo.example")
	b.send("/signin/code/resend")
	b.has("We sent you another code.")
	b.send("/signin/code", "code", sandbox.Code)
	b.at("/account")
}

func TestSignIn_ApprovesAPushRequestAfterAWhile(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := today
	s := open(t, sandbox.CarrierOptions{Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
	for _, user := range []string{"push", "denied"} {
		b := s.browser(t)
		b.signIn(user+"@demo.example", sandbox.Password)
		b.at("/signin/approve")
		b.get("/signin/approve/state")
		b.has(`"waiting":true`)
		b.get("/signin/continue") // not yet
		b.at("/signin/approve")
		mu.Lock()
		now = now.Add(4 * time.Second)
		mu.Unlock()
		b.get("/signin/approve/state")
		b.has(`"waiting":false`)
		b.get("/signin/continue")
		if user == "push" {
			b.at("/account")
		} else {
			b.has(`id="denied"`)
		}
	}
}

func TestSignIn_EndsTheVisitOnAStopPage(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.CarrierOptions{})
	for _, test := range []struct {
		user, id string
		status   int
	}{
		{"wall", "blocked", 403}, {"maintenance", "maintenance", 503}, {"busy", "busy", 429},
		{"locked", "locked", 200}, {"terms", "terms", 200}, {"passkey", "passkey", 200}, {"error", "trouble", 500},
	} {
		b := s.browser(t)
		b.get("/signin")
		b.send("/signin/user", "username", test.user+"@demo.example")
		if b.path == "/signin/password" {
			b.send("/signin/password", "password", sandbox.Password)
		}
		b.has(`id="` + test.id + `"`)
		if b.status != test.status {
			t.Errorf("%s answered %d, want %d", test.user, b.status, test.status)
		}
		b.get("/account")
		b.at("/signin/user")
	}
}

func TestSignIn_ReplacesTheCookie(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.CarrierOptions{})
	b := s.browser(t)
	b.get("/signin")
	thief := s.browser(t)
	own, err := http.NewRequest(http.MethodGet, s.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	thief.client.Jar.SetCookies(own.URL, b.client.Jar.Cookies(own.URL))
	b.signIn("good+fixation@demo.example", sandbox.Password)
	b.at("/account")
	thief.get("/account")
	thief.at("/signin/user")
}
