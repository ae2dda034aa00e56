package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"passage/automation/replica"
	"passage/automation/replica/att"
	"passage/db"
	"passage/db/dbtest"
)

// harborline is a server with a carrier that locks an account after three wrong
// passwords.
func harborline(t *testing.T) (*stack, *att.Carrier) {
	t.Helper()
	var account, signIn *httptest.Server
	carrier := att.New(att.Options{Account: func() string { return account.URL }, SignIn: func() string { return signIn.URL }})
	account, signIn = httptest.NewServer(carrier.Account()), httptest.NewServer(carrier.SignIn())
	t.Cleanup(account.Close)
	t.Cleanup(signIn.Close)
	folder, logs := t.TempDir(), &journal{}
	logger := slog.New(slog.NewTextHandler(logs, nil))
	settings, err := serverFlags{dataFlag: dataFlag{folder}, browserFlags: testBrowser(2),
		Site: map[string]string{"att": account.URL + "," + signIn.Listener.Addr().String()}}.check("127.0.0.1:0", logger)
	if err != nil {
		t.Fatal(err)
	}
	server, err := newServer(t.Context(), settings, &console{stdout: io.Discard, stderr: io.Discard, logger: logger}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- server.run(ctx) }()
	t.Cleanup(func() {
		stop()
		for _, err := range []error{<-ended, server.close()} {
			if err != nil {
				t.Errorf("stop: %v", err)
			}
		}
	})
	s := &stack{demo: &demo{server: server}, folder: folder, logs: logs}
	if err := s.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s.as(t, "Acme Shop"), carrier
}

// as is the stack in the hands of a merchant.
func (s *stack) as(t *testing.T, name string) *stack {
	t.Helper()
	key, err := s.db.CreateKey(t.Context(), db.NewKey{OrganizationID: dbtest.Organization(t, s.db, name).ID})
	if err != nil {
		t.Fatal(err)
	}
	return &stack{demo: s.demo, folder: s.folder, logs: s.logs, status: s.status, merchant: merchant{base: s.publicURL.String(), token: key}}
}

// logInForm is a new link at the carrier, whose log-in form is open.
func (s *stack) logInForm(t *testing.T) (*visitor, *screen) {
	t.Helper()
	request := ask(readCards())
	request["integrationId"] = "att"
	v := s.visitor(t, s.newLink(t, request))
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

// customer is a user of the carrier, of some scenario.
func customer(t *testing.T, scenario, suffix string) replica.Scenario {
	t.Helper()
	found, ok := att.ScenarioOf(scenario)
	if !ok {
		t.Fatalf("there is no scenario %q", scenario)
	}
	return found.For(suffix)
}

func TestThePageStopsOneShortOfTheSitesLockout(t *testing.T) {
	t.Parallel()
	s, carrier := harborline(t)
	ada, bob := customer(t, "good", "ada").Username, customer(t, "good", "bob").Username

	v, shown := s.logInForm(t)
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
	other := s.as(t, "Other Shop")
	elsewhere, form := other.logInForm(t)
	form = elsewhere.logIn(form, ada, "letmein")
	form.asksAgain(t, http.StatusUnprocessableEntity, near, "")
	expect(t, "another person", v.logIn(again, bob, att.Password).end(), "complete")
	expect(t, "another person at the other link", elsewhere.logIn(form, bob, att.Password).end(), "complete")
	expect(t, "the account is locked", carrier.Locked(ada), false)
	if strings.Contains(dbtest.Dump(t, dbtest.Raw(t, s.folder)), "ada@") {
		t.Error("the database holds the user name")
	}
}

func TestWrongPasswordsCountUntilALogIn(t *testing.T) {
	t.Parallel()
	s, carrier := harborline(t)
	eve := customer(t, "good", "eve").Username
	for range 3 { // wrong once each time, as forgetful people are
		v, shown := s.logInForm(t)
		shown = v.logIn(shown, eve, "letmein")
		shown.asksAgain(t, http.StatusOK, wrong, near)
		expect(t, "the end", v.logIn(shown, eve, att.Password).end(), "complete")
	}
	for n := range 2 { // and now leaves without the right one
		v, shown := s.logInForm(t)
		shown = v.logIn(shown, eve, "letmein")
		if n == 0 {
			shown.asksAgain(t, http.StatusOK, wrong, near)
			v.next(v.submit(shown.form(t, "/cancel"), nil))
			continue
		}
		shown.asksAgain(t, http.StatusOK, near, "") // at once, not after one more is typed
		v.logIn(shown, eve, att.Password).asksAgain(t, http.StatusUnprocessableEntity, near, "")
	}
	expect(t, "the account is locked", carrier.Locked(eve), false)
}

func TestAnEndThatIsNotThePasswordsFaultDoesNotCount(t *testing.T) {
	t.Parallel()
	s, _ := harborline(t)
	for _, name := range []string{"maintenance", "miscode", "refused"} {
		who := customer(t, name, "zoe")
		for range 3 { // the third is taken like the first
			v, shown := s.logInForm(t)
			v.walk(shown, who.Person())
			expect(t, name, s.link(t, v.link.LinkID).code(), who.Outcome)
		}
	}
}
