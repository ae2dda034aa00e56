package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"passage/db"
)

// as sends what follows with this cookie.
func (d *testServer) as(cookie string) *testServer {
	d.cookie = cookie
	return d
}

// another logs the operator in in one more browser, and returns its cookie.
func (d *testServer) another() string {
	d.Helper()
	d.as("").logIn(password, "")
	return d.cookie
}

// ends are the addresses that the account page posts to.
func (p page) ends() (actions []string) {
	for _, form := range p.each("form", "") {
		if action := attribute(form, "action"); strings.HasPrefix(action, "/account/") {
			actions = append(actions, action)
		}
	}
	return actions
}

func TestAccount_ListsTheOperatorsSessions(t *testing.T) {
	t.Parallel()
	d := newTestServer(t)
	_, err := d.db.LogInOperator(t.Context(), email, password, db.Browser{Address: "198.51.100.23",
		UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"})
	d.must(err)
	d.clock.Advance(time.Hour)
	d.logIn(password, "")
	page := d.open("/account")
	page.wantTexts("Firefox on Linux 198.51.100.23 Log out 1 h ago 1 h ago in 11 h 00 min", "Unknown browser this browser 192.0.2.1 now now in 12 h 00 min")
	page.wantNoTexts(strings.SplitN(d.cookie, "=", 2)[1], "opt_")
	if ends := page.ends(); len(ends) != 2 {
		t.Errorf("it posts to %v", ends)
	}
}

func TestAccount_EndsOneSession(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	here := d.cookie
	second := d.another()
	third := d.another()
	before := d.as(here).open("/account").ends()
	if len(before) != 3 {
		t.Fatalf("it posts to %v", before)
	}
	if reply := d.ask(http.MethodPost, before[0], ""); reply.Code != http.StatusSeeOther || reply.Header().Get("Location") != "/account" {
		t.Errorf("%d %v", reply.Code, reply.Header())
	}
	if reply := d.ask(http.MethodPost, before[0], ""); reply.Code != http.StatusNotFound {
		t.Errorf("ended twice: %d", reply.Code)
	}
	if ended, goesOn := d.as(second).refused(), d.as(third).refused(); ended == goesOn || d.as(here).refused() {
		t.Error("not one session ended")
	}
}

func TestAccount_EndsAllOtherSessions(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	others := []string{d.cookie, d.another()}
	here := d.another()
	d.ask(http.MethodPost, "/account/sessions/end", "")
	for _, other := range others {
		if !d.as(other).refused() {
			t.Error("another session goes on")
		}
	}
	page := d.as(here).open("/account")
	page.wantNoTexts("Log out everywhere else")
	if ends := page.ends(); len(ends) != 0 {
		t.Errorf("it posts to %v", ends)
	}
}

func TestAccount_DoesNotEndAnotherOperatorsSession(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	d.must(d.db.CreateOperator(t.Context(), "eve@passage.example", "another long password"))
	token, err := d.db.LogInOperator(t.Context(), "eve@passage.example", "another long password", db.Browser{})
	d.must(err)
	session, err := d.db.AuthenticateOperator(t.Context(), token)
	d.must(err)
	d.ask(http.MethodPost, "/account/sessions/end", "")
	sessions, err := d.db.OperatorSessions(t.Context(), session.Operator.ID)
	d.must(err)
	if len(sessions) != 1 {
		t.Fatal("it ended with all others")
	}
	if reply := d.ask(http.MethodPost, "/account/sessions/"+sessions[0].ID+"/end", ""); reply.Code != http.StatusNotFound {
		t.Errorf("%d", reply.Code)
	}
}
