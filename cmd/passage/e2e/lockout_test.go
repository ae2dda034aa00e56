package e2e

import (
	"crypto/rand"
	"net/http"
	"strings"
	"testing"

	"passage/automation/sandbox"
	"passage/automation/sandbox/att"
	"passage/db"
	"passage/db/dbtest"
)

// logInForm is a merchant's new link at the carrier that locks an account after
// three wrong passwords; its log-in form is open.
func (s *stack) logInForm(t *testing.T, from merchant) (*visitor, *screen) {
	t.Helper()
	request := ask(readCards())
	request["integrationId"] = "att"
	v := s.visitor(t, from.newLink(t, request))
	return v, v.claim()
}

// logIn types credentials, and waits for what comes of them.
func (v *visitor) logIn(s *screen, username, password string) *screen {
	v.t.Helper()
	s = v.submit(s.asks(), map[string]string{"username": username, "password": password})
	if s.status == http.StatusUnprocessableEntity {
		return s
	}
	return v.next(s)
}

const (
	near  = "One more wrong password could lock your account at AT&T."
	wrong = "AT&T did not accept this user name and password."
)

// asksAgain checks that a screen asks for credentials, and how.
func (s *screen) asksAgain(t *testing.T, status int, words string, not string) {
	t.Helper()
	if form := s.asks(); form == nil || form.kind() != "credentials" || s.status != status {
		t.Fatalf("%d, %q does not ask for credentials", s.status, s.title())
	}
	if words != "" && !s.says(words) {
		t.Errorf("the page does not say %q: %s", words, text(s.byID("live")))
	}
	if not != "" && s.says(not) {
		t.Errorf("the page says %q: %s", not, text(s.byID("live")))
	}
}

// customer is a user of the carrier, of some scenario, whom no other test plays.
func customer(t *testing.T, scenario string) sandbox.Scenario {
	t.Helper()
	return scenarioNamed(t, "att/"+scenario).For(strings.ToLower(rand.Text()))
}

func TestLockout_StopsOneWrongPasswordShort(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	ada, bob := customer(t, "good").Username, customer(t, "good").Username

	v, shown := s.logInForm(t, s.merchant)
	shown = v.logIn(shown, ada, "letmein")
	shown.asksAgain(t, http.StatusOK, wrong, near)
	last := v.logIn(shown, ada, "letmein")
	expect(t, "the first session", s.link(t, v.link.LinkID).code(), "INVALID_CREDENTIALS")

	// The right password, but who knows? Nothing more goes to the site.
	again := v.claimAgain(last)
	again = v.logIn(again, "  "+strings.ToUpper(ada)+" ", att.Password)
	again.asksAgain(t, http.StatusUnprocessableEntity, near, "")
	expect(t, "the user name", strings.TrimSpace(again.value("field-username")), strings.ToUpper(ada))
	expect(t, "the password", again.value("field-password"), "")
	expect(t, "it says how long", again.says("for 30 minutes"), true)
	v.get(again.url[:strings.LastIndex(again.url, "/")]).asksAgain(t, http.StatusOK, near, "")
	session := s.sessionOf(t, v.link)
	expect(t, "the session", session.Status, db.SessionCreated)

	// Nor from another merchant's link; and both links are good for others.
	elsewhere, form := s.logInForm(t, s.merchantOf(t, "Other Shop"))
	form = elsewhere.logIn(form, ada, "letmein")
	form.asksAgain(t, http.StatusUnprocessableEntity, near, "")
	expect(t, "another person", v.logIn(again, bob, att.Password).end(), "complete")
	expect(t, "another person at the other link", elsewhere.logIn(form, bob, att.Password).end(), "complete")
	expect(t, "the account is locked", s.sites.att.Locked(ada), false)
	name, _, _ := strings.Cut(ada, "@")
	if strings.Contains(strings.ToLower(dbtest.Dump(t, dbtest.Raw(t, s.folder))), name) {
		t.Error("the database holds the user name")
	}
}

func TestLockout_CountsWrongPasswordsUntilALogIn(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	eve := customer(t, "good").Username
	for range 3 { // wrong once each time, as forgetful people are
		v, shown := s.logInForm(t, s.merchant)
		shown = v.logIn(shown, eve, "letmein")
		shown.asksAgain(t, http.StatusOK, wrong, near)
		expect(t, "the end", v.logIn(shown, eve, att.Password).end(), "complete")
	}
	for n := range 2 { // and now leaves without the right one
		v, shown := s.logInForm(t, s.merchant)
		shown = v.logIn(shown, eve, "letmein")
		if n == 0 {
			shown.asksAgain(t, http.StatusOK, wrong, near)
			v.next(v.submit(shown.form(t, "/cancel"), nil))
			continue
		}
		shown.asksAgain(t, http.StatusOK, near, "") // at once, not after one more is typed
		v.logIn(shown, eve, att.Password).asksAgain(t, http.StatusUnprocessableEntity, near, "")
	}
	expect(t, "the account is locked", s.sites.att.Locked(eve), false)
}

func TestLockout_CountsOnlyWrongPasswords(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	for _, name := range []string{"maintenance", "miscode", "refused"} {
		user := customer(t, name)
		for range 3 { // the third is taken like the first
			v, shown := s.logInForm(t, s.merchant)
			v.walk(shown, user.Person())
			expect(t, name, s.link(t, v.link.LinkID).code(), user.Outcome)
		}
	}
}
