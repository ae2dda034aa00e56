package connect_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
	"passage/db"
	"passage/web/webtest"
)

func TestClaimPage_SaysThatAServiceIsDown(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	page := "/c/" + s.Link().ClaimCode
	asks := func() bool {
		return strings.Contains(s.Request(s.Public, http.MethodGet, page, "").Body.String(), "Continue to log in")
	}
	for range 4 {
		s.FailSession(outcome.SiteUnavailable)
	}
	if !asks() {
		t.Error("four failures are enough")
	}
	s.FailSession(outcome.SiteChanged)
	shown := s.Request(s.Public, http.MethodGet, page, "").Body.String()
	if strings.Contains(shown, "<form") || !strings.Contains(shown, "This can’t be done right now") || !strings.Contains(shown, "Shop has changed its website") {
		t.Errorf("the page of a service that is down: %s", shown)
	}
	s.Clock.Advance(10 * time.Minute)
	if !asks() {
		t.Error("nobody finds out whether it is back")
	}
}

func TestClaimPage_SaysThatAnIntegrationIsOutOfService(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	link := s.Link(func(l *db.NewLink) { l.IntegrationID = "demo" }) // without its site, here
	shown := s.Request(s.Public, http.MethodGet, "/c/"+link.ClaimCode, "").Body.String()
	if strings.Contains(shown, "<form") || !strings.Contains(shown, "This can’t be done right now") {
		t.Errorf("the page: %s", shown)
	}
}
