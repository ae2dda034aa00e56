package e2e

import (
	"net/http"
	"net/http/cookiejar"
	"testing"

	"passage/views"
)

// A browser that keeps no cookies is told so before an attempt is spent, and may
// try again.
func TestVisitor_IsToldThatTheBrowserKeepsNoCookies(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	v := s.visitor(t, s.newLink(t, ask(readBills())))
	v.client.Jar = nil
	told := v.submit(v.get(v.link.ClaimURL).form(t, v.link.ClaimCode), nil)
	expect(t, "status", told.status, http.StatusBadRequest)
	says(t, "the page", text(told.root), views.Match("en").End.NoCookiesTitle)
	expect(t, "the link", s.link(t, v.link.LinkID).Status, "pending")

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v.client.Jar = jar
	if v.claim().asks() == nil {
		t.Error("with cookies, the link cannot be claimed")
	}
}

func TestSecondVisitor_TakesNothingOverWithoutCookies(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	first := s.visitor(t, s.newLink(t, ask(readBills())))
	asked := first.claim()
	second := s.visitor(t, first.link)
	second.client.Jar = nil
	for _, address := range []string{first.link.ClaimURL, asked.url} {
		told := second.submit(second.get(address).form(t, "/take-over"), nil)
		says(t, "the page", text(told.root), views.Match("en").End.NoCookiesTitle)
	}
	if first.get(asked.url).asks() == nil {
		t.Error("the first browser has lost the session")
	}
}
